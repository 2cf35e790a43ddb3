"""The verbs of the dossier, one file a noun; rooms above and doors import them from here."""

from .credentials import (
    add_credential,
    declare_segment,
    edit_credential,
    end_segment,
    record_credit_check,
    set_segments,
    verify_credential,
)
from .dossier import add_institution, become_applicant, cease_to_apply, edit_institution
from .facts import mark_dirty, record_fact, record_facts, take_dirty
from .licences import add_licence, edit_licence, revoke_licence, verify_licence
from .people import add_staff_member, edit_staff_member, end_staff_member, remove_contact, set_contact
from .reminding import acts_by, remind_licences
from .residency import begin_residency, edit_residency, end_residency, move, settle_statuses

__all__ = [
    "acts_by", "add_credential", "add_institution", "add_licence", "add_staff_member", "become_applicant", "begin_residency", "cease_to_apply",
    "declare_segment", "edit_credential", "edit_institution", "edit_licence", "edit_residency", "edit_staff_member",
    "end_residency", "end_segment", "end_staff_member", "mark_dirty", "move", "record_credit_check", "record_fact",
    "record_facts", "remind_licences", "remove_contact", "revoke_licence", "set_contact", "set_segments", "settle_statuses", "take_dirty",
    "verify_credential", "verify_licence",
]  # fmt: skip
