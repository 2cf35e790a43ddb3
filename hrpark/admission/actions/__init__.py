"""The verbs of admission; doors, the demo and tests import them from here."""

from .applying import (
    FORMING,
    HOUSE,
    REGISTERED,
    ROLES,
    NeedsApproval,
    ask_to_join,
    begin_application,
    resubmit,
    submit,
    withdraw,
)
from .checking import (
    RESULTS,
    answer_correction,
    close_correction,
    draw_checks,
    drawn,
    plan_checks,
    record_check,
    record_fees,
    record_penalty,
)
from .conditions import (
    Wanted,
    accept_condition,
    extend_condition,
    hand_in_condition,
    remind_conditions,
    send_back_condition,
    settle_condition,
)
from .deciding import add_basis_paper, decide, record_potential_review, withdraw_basis_paper
from .judging import (
    WORKED_ON,
    check_credit,
    check_first,
    confirm_papers,
    judge,
    override_judgement,
    respond,
    send_back,
    verify_applicant,
)
from .leaving import address_moved, begin_exit, leave, settle_point
from .settling import (
    grant_grace,
    receive_filing,
    remind_starts,
    report_start,
    return_report,
    see_start,
    send_filing,
    settle_start,
)
from .signing import PAPERS, issue_due, issue_paper, record_fair_review, sign_agreement

__all__ = [
    "FORMING", "HOUSE", "NeedsApproval", "PAPERS", "REGISTERED", "RESULTS", "ROLES", "WORKED_ON", "add_basis_paper", "address_moved", "answer_correction", "ask_to_join",
    "begin_application", "begin_exit", "check_credit", "check_first", "close_correction", "confirm_papers", "decide", "draw_checks", "drawn", "grant_grace", "issue_due", "issue_paper",
    "judge", "leave", "override_judgement", "plan_checks", "receive_filing", "record_check", "record_fair_review", "record_fees", "record_penalty", "record_potential_review", "remind_starts",
    "report_start", "respond", "resubmit", "return_report", "see_start", "send_back", "send_filing", "settle_point", "settle_start",
    "sign_agreement", "submit", "verify_applicant", "withdraw", "withdraw_basis_paper",
    "Wanted", "accept_condition", "extend_condition", "hand_in_condition", "remind_conditions", "send_back_condition", "settle_condition",
]  # fmt: skip
