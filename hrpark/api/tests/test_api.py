"""The JSON API: what it answers, to whom, and that nothing odd breaks it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone

from hrpark.accounts import samples
from hrpark.admission.samples import make_application
from hrpark.api.v1 import api
from hrpark.evaluation.actions import publish_round
from hrpark.evaluation.samples import answer_all, assess_all, close, finish, make_round, rate_all
from hrpark.institutions.samples import make_contact, make_institution, make_resident, make_staff_member
from hrpark.returns.samples import make_declaration, verify_all
from hrpark.standard.queries import coverage_by_force, current_edition
from tests.worlds import world

pytestmark = pytest.mark.django_db

BASE = "/api/v1"


@pytest.fixture(scope="module")
def now():
    return timezone.localtime()


@world
def cast(now):
    return samples.cast(now)


def ask(client, who, path, status=200):
    client.logout()
    if who is not None:
        client.force_login(who)
    response = client.get(f"{BASE}{path}")
    assert response.status_code == status, (path, response.status_code, response.content.decode()[:400])
    return json.loads(response.content)


def paths() -> list[str]:
    return list(api.get_openapi_schema()["paths"])


def filled(path: str, park: str = "huangpu", pk: int = 1) -> str:
    wanted = {"{park}": park, "{pk}": str(pk), "{edition}": current_edition().key, "{key}": "4.1.1"}
    for place, value in wanted.items():
        path = path.replace(place, value)
    return path.removeprefix(BASE)


# --- who may -------------------------------------------------------------------------------------------------------------


def test_nothing_is_answered_without_signing_in(client):
    samples.cast()
    for path in paths():
        assert ask(client, None, filled(path), 401)["message"] == "请先登录，再使用接口。", path


def test_another_park_does_not_exist(client, cast):
    for path in paths():
        if "{park}" in path:
            for who in (cast.tianhe_director, cast.yuecai_representative, cast.stranger, cast.installer):
                ask(client, who, filled(path), 404)
            ask(client, cast.director, filled(path, park="nowhere"), 404)


def test_another_park_s_records_do_not_exist_under_one_s_own_address(client, cast, now):
    foreign = make_resident(at=now, park=cast.tianhe)
    application = make_application(at=now, park=cast.tianhe)
    round = published(cast.tianhe, now)
    for path in (f"/institutions/{foreign.pk}", f"/applications/{application.pk}", f"/rounds/{round.pk}/result"):
        ask(client, cast.director, f"/parks/huangpu{path}", 404)
        ask(client, cast.director, f"/parks/tianhe{path}", 404)


def test_the_roles_that_lack_a_permission_are_told_so(client, cast):
    assert "查看表1数据与评价轮次" in ask(client, cast.qihang_representative, "/parks/huangpu/table1", 403)["message"]


def test_the_second_factor_is_asked_for_here_too(client, cast, settings):
    settings.REQUIRE_TOTP = True
    ask(client, cast.director, "/parks/huangpu/table1", 403)
    ask(client, cast.officer, "/parks/huangpu/table1")


# --- institutions --------------------------------------------------------------------------------------------------------


def test_the_register_is_listed_page_by_page(client, cast, now):
    for n in range(5):
        make_resident(at=now, park=cast.huangpu, name=f"广州{n}号人力资源有限公司")
    first = ask(client, cast.officer, "/parks/huangpu/institutions?size=2")
    third = ask(client, cast.officer, "/parks/huangpu/institutions?size=2&page=3")
    assert (first["count"], len(first["items"]), len(third["items"])) == (5, 2, 1)
    assert first["items"][0]["name"] == "广州0号人力资源有限公司" and first["items"][0]["status_label"] == "在驻"
    found = ask(client, cast.inspector, "/parks/huangpu/institutions?q=3号人力&status=resident&kind=agency")
    assert [i["name"] for i in found["items"]] == ["广州3号人力资源有限公司"]
    assert ask(client, cast.officer, "/parks/huangpu/institutions?kind=supporting")["items"] == []


def test_an_institution_gets_its_own_dossier_only(client, cast, now):
    own = make_resident(at=now, park=cast.huangpu, organisation=cast.qihang)
    other = make_resident(at=now, park=cast.huangpu, organisation=cast.zhida)
    listed = ask(client, cast.qihang_clerk, "/parks/huangpu/institutions")
    assert [i["id"] for i in listed["items"]] == [own.pk]
    assert ask(client, cast.qihang_clerk, f"/parks/huangpu/institutions/{own.pk}")["uscc"] == own.uscc
    ask(client, cast.qihang_clerk, f"/parks/huangpu/institutions/{other.pk}", 404)


def test_a_dossier_tells_permits_segments_and_stays_but_no_person(client, cast, now):
    one = make_resident(at=now, park=cast.huangpu, segments=("recruitment",))
    make_contact(at=now, institution=one, name="联系人甲", mobile="13700000001")
    make_staff_member(at=now, institution=one, name="员工乙")
    told = ask(client, cast.officer, f"/parks/huangpu/institutions/{one.pk}")
    assert told["permit_outcome"] == "passed" and told["licences"][0]["in_force"] and told["licences"][0]["verified"]
    assert [s["label"] for s in told["segments"]] == ["人力资源招聘"] and told["professionals"] == 1
    assert told["residencies"][0]["ends"] is None
    text = json.dumps(told, ensure_ascii=False)
    assert not [hidden for hidden in ("联系人甲", "13700000001", "员工乙", one.legal_representative) if hidden in text]


# --- the standard --------------------------------------------------------------------------------------------------------


def test_the_standard_is_there_as_data(client, cast):
    edition = current_edition()
    editions = ask(client, cast.stranger, "/standard/editions")
    assert [e["key"] for e in editions if e["current"]] == [edition.key]
    clauses = ask(client, cast.stranger, f"/standard/editions/{edition.key}/clauses")
    assert len(clauses) == len(edition.clauses)
    assert ask(client, cast.stranger, f"/standard/editions/{edition.key}/clauses/4.1.3-1")["force_label"] == "必须"
    rows = ask(client, cast.stranger, f"/standard/editions/{edition.key}/rows")
    assert [r["key"] for r in rows] == [f"T1.{n:02d}" for n in range(1, 17)]
    ask(client, cast.stranger, "/standard/editions/none/rows", 404)
    ask(client, cast.stranger, f"/standard/editions/{edition.key}/clauses/9.9", 404)


def test_coverage_has_one_figure_a_force(client, cast):
    told = ask(client, cast.officer, f"/standard/editions/{current_edition().key}/coverage")
    assert {t["force"]: (t["served"], t["clauses"]) for t in told} == {f.value: c for f, c in coverage_by_force().items()}


def test_parameters_hold_as_of_a_day(client, cast):
    told = {p["key"]: p for p in ask(client, cast.qihang_clerk, "/parks/huangpu/parameters")}
    assert told["admission.start_days"]["value"] == 90 and told["admission.start_days"]["since"] is None
    assert told["institutions.licence_warning_days"]["value"] == [90, 60, 30]
    assert told["returns.tax_to_revenue_min_percent"]["value"] == "0.3"
    before = ask(client, cast.officer, "/parks/huangpu/parameters?as_of=2015-01-01")
    assert "admission.licence_min_staff" in told and "admission.licence_min_staff" not in {p["key"] for p in before}


# --- admission -----------------------------------------------------------------------------------------------------------


def test_an_application_tells_its_verdicts_to_the_desk_and_the_authority(client, cast, now):
    application = make_application(at=now, park=cast.huangpu)
    for who in (cast.officer, cast.inspector):
        listed = ask(client, who, "/parks/huangpu/applications")
        assert [a["number"] for a in listed["items"]] == [application.case.number]
        told = ask(client, who, f"/parks/huangpu/applications/{application.pk}")
        assert [j["printed"] for j in told["judgements"]][:3] == ["4.3.1.1 a)", "4.3.1.1 b)", "4.3.1.1 c)"]
        assert all(j["reason"] for j in told["judgements"]) and told["points"]["most"] > 0


def test_the_applicant_gets_their_own_and_the_officer_no_draft(client, cast, now):
    mine = make_application(at=now, park=cast.huangpu, applicant=cast.stranger)
    theirs = make_application(at=now, park=cast.huangpu)
    listed = ask(client, cast.stranger, "/parks/huangpu/applications")
    assert [a["id"] for a in listed["items"]] == [mine.pk]
    told = ask(client, cast.stranger, f"/parks/huangpu/applications/{mine.pk}")
    assert told["judgements"] and told["points"] is None
    ask(client, cast.stranger, f"/parks/huangpu/applications/{theirs.pk}", 404)
    ask(client, cast.stranger, "/parks/huangpu/institutions", 404)


# --- evaluation ----------------------------------------------------------------------------------------------------------


def published(park, now):
    """A whole round of last year, published."""
    residents = [make_resident(at=now, park=park, starts=date(now.year - 1, 1, 1)) for _ in range(5)]
    make_declaration(park, now.year - 1, {"T1.05.revenue": "1000", "T1.05.tax": "10"}, at=now)
    verify_all(park, now.year - 1, at=now)
    round = make_round(park, at=now)
    answer_all(round, residents, at=now)
    rate_all(round, at=now)
    round = close(round, at=now)
    assess_all(round, at=now)
    round = finish(round, at=now)
    return publish_round(actor=samples.HOUSE, at=now, key=f"publish:{round.pk}", round=round)


def test_table_1_is_told_measure_by_measure_with_basis_and_records(client, cast, now):
    made = [make_resident(at=now, park=cast.huangpu) for _ in range(3)]
    table = ask(client, cast.inspector, "/parks/huangpu/table1")
    assert (table["year"], len(table["rows"])) == (now.date().year, 16)
    agencies = table["rows"][0]["measures"][0]
    assert agencies["value"] == "3" and agencies["basis"] == "computed"
    assert {i for r in agencies["records"] if r["type"] == "institution" for i in r["ids"]} == {str(m.pk) for m in made}
    revenue = next(m for r in table["rows"] for m in r["measures"] if m["key"] == "T1.05.revenue")
    assert revenue["value"] is None and revenue["basis"] == "not_determined" and revenue["why"]
    day = now.date() - timedelta(days=400)
    before = ask(client, cast.inspector, f"/parks/huangpu/table1?as_of={day}")
    assert before["as_of"] == str(day) and before["rows"][0]["measures"][0]["value"] in (None, "0")


def test_a_result_is_told_once_it_is_published(client, cast, now):
    draft = make_round(cast.huangpu, at=now, name="另一轮")
    round = published(cast.huangpu, now)
    assert {r["id"] for r in ask(client, cast.officer, "/parks/huangpu/rounds")["items"]} == {draft.pk, round.pk}
    assert [r["id"] for r in ask(client, cast.qihang_clerk, "/parks/huangpu/rounds")["items"]] == [round.pk]
    told = ask(client, cast.qihang_clerk, f"/parks/huangpu/rounds/{round.pk}/result")
    assert told["round"]["state"] == "published" and told["result_digest"] == round.frozen.result_digest
    assert told["result"] == json.loads(round.frozen.result)
    ask(client, cast.director, f"/parks/huangpu/rounds/{draft.pk}/result", 404)


# --- odd input -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=x", "page=99999999999999999999", "size=0", "size=1000000", "size=", "as_of=never", "as_of=0001-01-01",
        "as_of=9999-12-31", "as_of=2024-02-30", "q=%00%01", "q=%ff%fe", "q=" + "长" * 3000, "q=%25_'\";--", "status=x", "kind=%00",
        "unknown=1",
    ],
)  # fmt: skip
def test_odd_queries_are_answered(client, cast, query):
    client.force_login(cast.officer)
    make_institution(at=cast.at, park=cast.huangpu)
    for path in paths():
        response = client.get(f"{BASE}{filled(path)}?{query}")
        assert response.status_code in (200, 404, 422), (path, query, response.status_code)
        assert "message" in response.json() or response.status_code == 200


@pytest.mark.parametrize("pk", ["0", "99999999999999999999999", "-1", "x", "%00"])
def test_odd_keys_are_not_found(client, cast, pk):
    client.force_login(cast.officer)
    for path in paths():
        if "{pk}" in path:
            assert client.get(f"{BASE}{filled(path, pk=pk)}").status_code == 404, path


def test_a_day_to_come_is_refused_in_words(client, cast, now):
    ahead = now.date() + timedelta(days=1)
    told = ask(client, cast.officer, f"/parks/huangpu/table1?as_of={ahead}", 422)
    assert told["field"] == "as_of" and "日期须在" in told["message"]


def test_nothing_is_written_through_it(client, cast):
    client.force_login(cast.officer)
    for path in paths():
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(f"{BASE}{filled(path)}").status_code == 405, (method, path)


# --- its description -----------------------------------------------------------------------------------------------------


def test_the_description_is_there_and_no_page_that_the_content_policy_would_break(client):
    schema = client.get(f"{BASE}/openapi.json").json()
    assert "/api/v1/parks/{park}/institutions" in schema["paths"]
    assert all("401" in op["get"]["responses"] for op in schema["paths"].values())
    for path in ("docs", "docs/", ""):
        assert client.get(f"{BASE}/{path}").status_code == 404
