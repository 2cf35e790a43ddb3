"""Matrix 2, words: nobody reads a word of somebody else's, wherever it may turn up: pages, lists, searches, workbooks, PDFs,
JSON, notices, the trail.

And that this is no blind test: every free text field of every table holds a canary, and every canary is seen by somebody
who may read it.
"""

from __future__ import annotations

import json
import re

from django.apps import apps
from django.conf import settings
from django.db import models

from hrpark.web.dossier import TABS
from hrpark.web.lists import LISTS

from .identities import READERS, SIGNED_IN
from .knocking import LET_IN, told
from .stage import CANARY, MADE
from .table import ROWS, SAID_BY_LINK

#: Pages that say more when they are asked for it: URL → queries.
ASKED = {
    "desk-institution": [f"?tab={tab}" for tab in TABS],
    "tenant-dossier": [f"?tab={tab}" for tab in TABS],
    "authority-institution": [f"?tab={tab}" for tab in TABS],
    "desk-import": ["?tab=error", "?tab=new", "?tab=changed", "?step=columns", "?q=CANARY"],
    "portal-application": ["?tab=form"],
    "portal-application-form": ["?step=check", "?step=s1", "?step=s2"],
    "account-notices": ["?unread=1", "?page=2"],
    "desk-search": ["?q=CANARY", "?q=启航"],
    "tenant-search": ["?q=CANARY", "?q=启航"],
    "authority-search": ["?q=CANARY", "?q=启航"],
    "desk-admission": ["?tab=form"],
    "tenant-case": ["?tab=form"],
    "authority-admission": ["?tab=form"],
}  # fmt: skip
FILES = "account-file"


def pages(visitors):
    """(URL, letter, address) of everything that an identity may open: the table's rows, with every query that says more, every
    list whole, searched and as a workbook, every attachment."""
    lists = {one.view: one for one in LISTS}
    for name, row in ROWS.items():
        address = visitors.address(name)
        queries = ["", *ASKED.get(name.partition("#")[0], [])]
        one = lists.get(name)
        if one is not None:
            whole = f"?size=200&cols={','.join(c.key for c in one.columns)}"
            queries += [whole, f"{whole}&export=xlsx", f"{whole}&q=CANARY"]
        for letter in row.get:
            for query in queries:
                yield name, letter, address + query
    for name, row in ROWS.items():
        # The same in 天河: what its people see there is their own, too.
        if "<slug:park>" in visitors.paths[name.partition("#")[0]]:
            for letter in {"t": "o", "y": "r"}.items():
                if letter[1] in row.get:
                    yield name, letter[0], visitors.address(name, "粤才")
    elsewhere = visitors.stage.estates["启航"].things["elsewhere"]
    yield from (("desk-institution", "t", f"/desk/tianhe/institutions/{elsewhere}/?tab={tab}") for tab in TABS)
    files = sorted({v for e in visitors.stage.estates.values() for k, v in e.things.items() if k.startswith("file_")})
    for letter in SIGNED_IN:
        for pk in files:
            yield FILES, letter, f"/account/files/{pk}/"


def test_nobody_reads_a_word_of_somebody_else(visitors):
    wrong, seen = [], set()
    for name, letter, address in pages(visitors):
        answer = visitors.visit(letter, address)
        if name != FILES and answer.said != LET_IN:
            wrong.append(f"{answer}: {answer.said} ({answer.status})")
        canaries = answer.canaries
        wrong += [
            f"{answer}: says {owner}-{of}"
            for owner, of in sorted(canaries)
            if letter not in READERS[owner] and f"{owner}-{of}" != SAID_BY_LINK.get(name)
        ]
        seen |= {one for one in canaries if letter in READERS[one[0]]}
    assert not wrong, told(wrong)
    kinds = {(kind_of(owner), of) for owner, of in seen}
    unseen = {f"{kind_of(owner)}-{of}" for owner, of in MADE if READERS[owner] and (kind_of(owner), of) not in kinds}
    assert unseen == KEPT_UNSEEN, f"No page shows these to who may read them, so that nothing is proved: {sorted(unseen)}"


def kind_of(owner: str) -> str:
    """启航申请, 智达申请, 粤才申请 are one kind of owner; so are 黄埔 and 天河."""
    kind = re.sub("^(启航|智达|粤才)", "机构", owner)
    return re.sub("^(黄埔|天河)", "园区", kind).replace("经办", "代表")


#: Words that are kept and that no page shows to anybody.
KEPT_UNSEEN = {
    "机构-作废原因", "机构-移除文件", "机构-委托书附件", "机构-许可附件", "机构申请-委托附件", "机构草稿-草稿材料", "机构代表-设备",
    "园区-审查附件", "园区-自评附件", "园区-撤回原因", "园区-方案依据",
}  # fmt: skip


# ---------------------------------------------------------------- nothing is without a canary

#: Columns without a canary, by why they need none.
PLAIN: dict[str, set[str]] = {
    "everybody may read it": {
        "accounts.park.name", "accounts.park.slug", "admission.fairreview.number", "cases.item.fields",
        "cases.item.materials", "cases.item.title", "cases.item.words", "institutions.licence.number",
        "parks.parkprofile.address", "parks.parkprofile.approval_document", "parks.parkprofile.approved_by",
        "parks.parkprofile.introduction", "parks.parkprofile.region", "returns.regionalfigure.region",
        "standard.override.basis", "standard.override.value",
    },
    "a key, a number, a digest, a state": {
        "accounts.attempt.account", "accounts.attempt.device", "accounts.attempt.kind", "accounts.consent.purpose",
        "accounts.consent.text_digest", "accounts.consent.version", "accounts.draft.form", "accounts.invitation.digest",
        "accounts.invitation.role", "accounts.membership.role", "accounts.onetimecode.digest", "accounts.organisation.uscc",
        "accounts.person.password", "accounts.savedview.list", "accounts.signin.session_key", "admission.agreement.number",
        "admission.fairreview.clause", "admission.judgement.clause", "admission.judgement.edition",
        "admission.judgement.kind", "admission.judgement.rule", "cases.case.kind", "cases.case.number", "cases.case.outcome",
        "cases.case.state", "cases.counter.series", "cases.item.desk", "cases.item.key", "cases.item.kind",
        "cases.step.actor", "cases.step.from_state", "cases.step.to_state", "cases.step.verb", "documents.document.code",
        "documents.document.issued_by", "documents.document.of_id", "documents.document.of_type",
        "documents.document.series", "documents.document.sha256", "documents.document.template", "documents.series.name",
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
        "accounts.consent.channel", "cases.pause.reason", "cases.step.sentence", "documents.document.title",
        "evaluation.frozen.result", "evaluation.scheme.body", "evaluation.selfscore.checks", "institutions.fact.value",
        "notices.delivery.last_error", "sheets.importjob.counts", "sheets.importjob.error", "sheets.importjob.notes",
        "sheets.importjob.told",
    },
    "who did it: shown with the deed": {
        "documents.document.issued_by_name", "evaluation.assessment.assessed_by_name", "evaluation.round.assessed_by_name",
        "evaluation.round.finished_by_name", "evaluation.round.prepared_by_name", "evaluation.scheme.adopted_by_name",
        "returns.declaration.declared_by_name", "returns.declaredfigure.verified_by_name",
        "returns.regionalfigure.entered_by_name",
    },
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
