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
from .deciding import decide
from .judging import check_credit, confirm_papers, judge, override_judgement, respond, send_back, verify_applicant
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
    "FORMING",
    "REGISTERED",
    "HOUSE",
    "NeedsApproval",
    "PAPERS",
    "ROLES",
    "ask_to_join",
    "begin_application",
    "check_credit",
    "confirm_papers",
    "decide",
    "grant_grace",
    "issue_due",
    "issue_paper",
    "judge",
    "override_judgement",
    "receive_filing",
    "record_fair_review",
    "remind_starts",
    "report_start",
    "respond",
    "resubmit",
    "return_report",
    "see_start",
    "send_back",
    "send_filing",
    "settle_start",
    "sign_agreement",
    "submit",
    "verify_applicant",
    "withdraw",
]
