"""Which documents an application takes: by what is declared, and the same beforehand as when it is handed in."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrpark.admission.case_types.admission import FIELDS, MATERIALS
from hrpark.cases.rules import Form, questions, supposed, wanted
from hrpark.institutions.models import CredentialKind, SupportingKind

FORM = Form.of(FIELDS, MATERIALS)
SEGMENTS = [key for f in FORM.fields if f.key == "segments" for key, _ in f.choices]


def titles(**data):
    return {one.key for one in wanted(FORM.materials, {"kind": "agency", "situation": "registered", **data})}


@pytest.mark.parametrize(("data", "more", "less"), [
    ({}, {"business_licence", "roster", "authorisation"}, {"hr_licence", "head_office", "proof_rating", "law_licence"}),
    ({"segments": ["executive_search"]}, {"hr_licence"}, {"dispatch"}),
    ({"segments": ["executive_search"], "needs_address": True}, {"business_licence"}, {"hr_licence"}),
    ({"situation": "forming"}, {"promoters_paper"}, {"business_licence"}),
    ({"legal_form": "branch"}, {"head_office"}, set()),
    ({"headquarters_of": "华南总部"}, {"proof_headquarters"}, {"proof_rating"}),
    ({"headquarters_of": " "}, set(), {"proof_headquarters"}),
    ({"credentials": [{"kind": "rating"}, {"kind": ""}]}, {"proof_rating"}, {"proof_honour", "proof_headquarters"}),
    ({"kind": "supporting", "supporting_kind": "law"}, {"law_licence"}, {"food_licence", "roster"}),
    ({"kind": "supporting", "supporting_kind": "law", "situation": "forming"}, set(), {"law_licence"}),
])  # fmt: skip
def test_documents_follow_from_what_is_declared(data, more, less):
    found = titles(**data)
    assert more <= found and not less & found


def test_every_kind_of_credential_that_can_be_declared_has_its_proof():
    for kind in set(CredentialKind.values) - {"potential"}:
        assert f"proof_{kind}" in titles(credentials=[{"kind": kind, "title": "证明"}]), kind


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(["agency", "supporting"]), supporting_kind=st.sampled_from(["", *SupportingKind.values]),
    situation=st.sampled_from(["", "registered", "forming"]), legal_form=st.sampled_from(["", "limited", "branch"]),
    segments=st.lists(st.sampled_from(SEGMENTS), max_size=4, unique=True), needs_address=st.booleans(),
    held=st.lists(st.sampled_from(sorted(set(CredentialKind.values) - {"potential"})), max_size=3), headquarters=st.booleans(),
)  # fmt: skip
def test_the_list_beforehand_is_the_list_of_the_form(held, headquarters, **plain):
    typed = {
        **plain, "credentials": [{"kind": kind, "title": "证明"} for kind in held], "headquarters_of": "全国总部" if headquarters else "",
    }  # fmt: skip
    assert {f.key for f in questions(FORM)} >= {"kind", "segments", "credentials", "headquarters_of", "legal_form"}
    beforehand = supposed(FORM, {**plain, "credentials": held, "headquarters_of": headquarters})
    assert wanted(FORM.materials, beforehand) == wanted(FORM.materials, typed)
