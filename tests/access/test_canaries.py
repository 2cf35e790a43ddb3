"""That the matrices are not blind to words: every free text of every table holds a canary.

That nobody reads somebody else's, and that each is seen by somebody who may, is looked at page by page in test_urls.py.
"""

from __future__ import annotations

import json

from django.apps import apps
from django.conf import settings
from django.db import models

from .stage import CANARY

#: Columns without a canary, by why they need none.
PLAIN: dict[str, set[str]] = {
    "everybody may read it": {
        "accounts.park.name", "accounts.park.slug", "admission.fairreview.number", "cases.item.fields",
        "cases.item.materials", "cases.item.title", "cases.item.words", "institutions.licence.number",
        "parks.parkprofile.address", "parks.parkprofile.approval_document", "parks.parkprofile.approved_by",
        "parks.parkprofile.introduction", "parks.parkprofile.region", "returns.regionalfigure.region",
        "standard.arrangement.days_off", "standard.arrangement.source", "standard.arrangement.worked", "standard.override.basis", "standard.override.value",
    },
    "a key, a number, a digest, a state": {
        "accounts.attempt.account", "accounts.attempt.device", "accounts.attempt.kind", "accounts.consent.purpose",
        "accounts.consent.text_digest", "accounts.consent.version", "accounts.draft.form", "accounts.invitation.digest",
        "accounts.invitation.role", "accounts.membership.role", "accounts.onetimecode.digest", "accounts.organisation.uscc",
        "accounts.person.password", "accounts.savedview.list", "accounts.signin.session_key", "admission.agreement.number",
        "admission.fairreview.clause", "admission.potentialreview.number", "admission.judgement.clause", "admission.judgement.edition",
        "admission.judgement.kind", "admission.judgement.rule", "admission.correction.letter", "admission.correction.point",
        "admission.dutycheck.points", "admission.dutydraw.pool", "admission.dutydraw.seed", "admission.exitpoint.key", "cases.case.kind", "cases.case.number", "cases.case.outcome",
        "cases.case.state", "cases.case.cause", "cases.case.secret", "cases.duty.kind", "cases.answertemplate.kind",
        "cases.frozenyear.body", "cases.frozenyear.digest", "cases.scoreform.kind", "cases.scoresheet.scores",
        "cases.span.outcome", "admission.filing.receipt", "cases.item.desk", "cases.item.key", "cases.item.kind",
        "cases.step.actor", "cases.step.from_state", "cases.step.to_state", "cases.step.verb", "documents.document.code",
        "documents.document.issued_by", "documents.document.of_id", "documents.document.of_type",
        "documents.document.series", "documents.document.sha256", "documents.document.signer", "documents.envelope.number", "documents.reading.kind", "documents.original.category",
        "documents.wordtemplate.sha256", "documents.wordtemplate.template", "documents.document.template", "documents.series.name",
        "evaluation.answer.row", "evaluation.assessment.assessed_by", "evaluation.assessment.row",
        "evaluation.frozen.inputs_digest", "evaluation.frozen.result_digest", "evaluation.round.edition",
        "evaluation.scheme.adopted_by", "evaluation.scheme.digest", "evaluation.scheme.edition", "evaluation.scheme.key",
        "evaluation.selfscore.row", "evaluation.vetofinding.veto", "files.attachment.kind", "files.attachment.media_type",
        "files.attachment.of_id", "files.attachment.of_type", "files.attachment.path", "files.attachment.sha256",
        "files.attachment.uploaded_by", "institutions.declaredsegment.code", "institutions.declaredsegment.edition",
        "institutions.dirty.reader", "institutions.fact.key", "institutions.fact.source", "institutions.institution.uscc",
        "notices.delivery.channel", "notices.notice.dedupe", "notices.notice.kind", "notices.notice.link",
        "notices.notice.of_id", "notices.notice.of_type", "parks.occupancy.subject_id", "parks.occupancy.subject_type",
        "parks.parkprofile.region_code", "returns.declaration.declared_by", "returns.declaredfigure.edition",
        "returns.declaredfigure.measure", "returns.declaredfigure.unit", "returns.declaredfigure.verified_by",
        "returns.regionalfigure.entered_by", "returns.regionalfigure.measure", "returns.regionalfigure.region_code",
        "returns.regionalfigure.unit", "sheets.columnmapping.columns", "sheets.columnmapping.fingerprint",
        "sheets.columnmapping.target", "sheets.importjob.columns", "sheets.importjob.file_sha",
        "sheets.importjob.header_rows", "sheets.importjob.stored_name", "sheets.importjob.target",
        "sheets.importrow.identity", "sheets.importrow.would_be", "standard.override.key", "standard.usededition.digest",
        "trail.entry.actor", "trail.entry.subject_id", "trail.entry.subject_type", "trail.entry.verb",
    },
    "worded by the house": {
        "accounts.consent.channel", "accounts.erasure.doubtful", "admission.correction.what", "admission.grounds.scored", "cases.pause.reason", "cases.step.sentence", "documents.document.title",
        "documents.envelope.last_error", "documents.reading.problem", "evaluation.frozen.result", "evaluation.scheme.body", "evaluation.selfscore.checks", "institutions.fact.value",
        "notices.delivery.last_error", "sheets.importjob.counts", "sheets.importjob.error", "sheets.importjob.notes",
        "sheets.importjob.told",
    },
    "who did it: shown with the deed": {
        "admission.filing.sent_by_name",
        "documents.envelope.requested_by_name", "documents.original.archived_by_name", "documents.original.received_by_name", "documents.wordtemplate.uploaded_by_name",
        "documents.document.issued_by_name", "evaluation.assessment.assessed_by_name", "evaluation.round.assessed_by_name",
        "evaluation.round.finished_by_name", "evaluation.round.prepared_by_name", "evaluation.scheme.adopted_by_name",
        "returns.declaration.declared_by_name", "returns.declaredfigure.verified_by_name",
        "returns.regionalfigure.entered_by_name",
    },
    "kept for whoever must answer for it, on no page": {"accounts.erasure.basis"},
    "how to reach a person: fields.py": {
        "accounts.attempt.address", "accounts.invitation.email", "accounts.invitation.mobile", "accounts.person.email",
        "accounts.person.mobile", "accounts.signin.address", "institutions.contact.email", "institutions.contact.mobile",
    },
}  # fmt: skip


def free_text():
    """Every column of the house's rooms that may hold words of a person."""
    for model in apps.get_models():
        if model._meta.app_label in settings.ROOMS:
            for field in model._meta.concrete_fields:
                words = isinstance(field, models.CharField | models.TextField | models.JSONField)
                if words and not field.choices and not field.primary_key:
                    yield model, field


def holds_canary(model, field) -> bool:
    return any(
        CANARY.search(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for value in model._default_manager.values_list(field.name, flat=True)
        if value
    )


def test_every_free_text_of_every_table_holds_a_canary(stage):
    without = [f"{m._meta.label_lower}.{f.name}" for m, f in free_text() if not holds_canary(m, f)]
    plain = set().union(*PLAIN.values())
    assert set(without) == plain, "\n" + "\n".join(sorted(set(without) ^ plain))
