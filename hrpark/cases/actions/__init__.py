"""The verbs of requests; rooms above and doors import them from here."""

from .after import follow_up, rate
from .clockwork import freeze_due, freeze_year, recount, recount_due, remind_due
from .desk import (
    add_note,
    ask_opinion,
    assign,
    assign_many,
    begin_duty,
    end_duty,
    give_opinion,
    hand_over,
    name_respondent,
    publish_item,
    read_identity,
    retire_template,
    write_template,
)
from .moving import (
    TooLate,
    acts_for_applicant,
    advance,
    answered,
    check_asked,
    check_desk,
    check_form,
    close,
    first_was,
    locked,
    next_number,
    not_said_before,
    open_case,
    reopen,
    respond,
    resubmit,
    send_back,
    start,
    submit,
    withdraw,
    write_step,
)
from .nameless import NAMELESS, hand_in_nameless
from .scoring import cancel_scoring, close_scoring, hand_in_sheet, open_scoring, publish_score_form

__all__ = [
    "NAMELESS", "TooLate", "acts_for_applicant", "add_note", "advance", "answered", "ask_opinion", "assign", "assign_many", "begin_duty",
    "cancel_scoring", "check_asked", "check_desk", "check_form", "close", "close_scoring", "end_duty", "first_was", "follow_up", "freeze_due",
    "freeze_year", "give_opinion", "hand_in_nameless", "hand_in_sheet", "hand_over", "locked", "name_respondent", "next_number", "not_said_before", "open_case",
    "open_scoring", "publish_item", "publish_score_form", "rate", "read_identity", "recount", "recount_due", "remind_due", "reopen", "respond", "resubmit", "retire_template",
    "send_back", "start", "submit", "withdraw", "write_step", "write_template",
]  # fmt: skip
