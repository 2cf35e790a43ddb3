"""Evaluation over HTTP: figures declared and verified, a round walked by its three levels, and who is turned away."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.urls import reverse

from hrpark.accounts.models import Draft
from hrpark.accounts.samples import cast
from hrpark.evaluation import samples
from hrpark.evaluation.models import Answer, Comment, Participation, Round, SelfScore
from hrpark.evaluation.queries import review
from hrpark.files import samples as files
from hrpark.files.models import Attachment
from hrpark.institutions import samples as dossiers
from hrpark.parks.models import ParkProfile
from hrpark.returns import samples as returns
from hrpark.returns.models import DeclaredFigure, RegionalFigure
from hrpark.returns.queries import open_figures
from hrpark.trail.models import Payload
from hrpark.web import clock
from tests.worlds import world

pytestmark = pytest.mark.django_db
CANARY = "食堂的金丝雀意见"


@pytest.fixture(scope="module")
def now():
    return clock.now()


@world
def people(now):
    return cast(now)


@pytest.fixture
def year(now):
    return now.year - 1


@world
def residents(people, now):
    """The two institutions of the cast, four more agencies, all in 黄埔 for two years."""
    since = now.date() - timedelta(days=800)
    found = [
        dossiers.make_resident(at=now, park=people.huangpu, organisation=o, starts=since) for o in (people.qihang, people.zhida)
    ]
    return found + [dossiers.make_resident(at=now, park=people.huangpu, starts=since) for _ in range(4)]


@world
def round(people, now) -> Round:
    return samples.make_round(people.huangpu, at=now, actor=people.officer)


def url(name, park=None, **kwargs):
    return reverse(name, kwargs={"park": park.slug if park else "huangpu", **kwargs})


def get(client, person, name, /, query="", park=None, **kwargs):
    client.force_login(person)
    return client.get(url(name, park, **kwargs) + query)


KEYS = iter(range(10**6))


def post(client, person, name, data=None, /, **kwargs):
    client.force_login(person)
    return client.post(url(name, **kwargs), {"deed_key": f"key-{next(KEYS)}", **(data or {})})


def text(response) -> str:
    body = response.content.decode()
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body.split("<main", 1)[-1])))


# --- Table 1 ---------------------------------------------------------------------------------------------------------------


def test_table_1_shows_every_row_with_basis_and_the_three_values(client, people, residents, year):
    returns.make_declaration(people.huangpu, year, {"T1.01.agencies": 9, "T1.05.revenue": (1_000_000, "at_least")})
    for person, name in ((people.officer, "desk-table"), (people.inspector, "authority-table")):
        page = text(get(client, person, name, f"?year={year}"))
        assert all(f"T1.{n:02d}" in page for n in range(1, 17))
        assert "由记录计算" in page and "未核定" in page and "三个数值不一致，请核对" in page
        assert "不少于 1,000,000" in page


def test_a_figure_leads_to_its_records_and_its_clause(client, people, residents, year):
    response = get(client, people.officer, "desk-figure", f"?year={year}", measure="T1.01.agencies")
    page = text(response)
    assert "由这些记录得出（6 条）" in page and people.qihang.name in page
    assert reverse("standard-clause", kwargs={"key": "T1.01"}) in response.content.decode()
    assert get(client, people.officer, "desk-figure", measure="T9.99.x").status_code == 404


@pytest.mark.parametrize(
    "query", ["", "?year=abc", "?as_of=2025-13-45", "?year=99999999", "?as_of=1066-01-01", "?as_of=2999-01-01"]
)
def test_odd_days_are_answered_with_a_day(client, people, query):
    assert get(client, people.officer, "desk-table", query).status_code == 200


def test_table_1_is_not_for_tenants_nor_for_another_park(client, people):
    for person in (people.qihang_representative, people.tianhe_officer, people.stranger):
        assert get(client, person, "desk-table").status_code == 404
        assert get(client, person, "authority-table").status_code == 404


# --- declaring -------------------------------------------------------------------------------------------------------------


def figures(people, year):
    return open_figures(people.huangpu, year)


def test_an_officer_declares_a_year_with_a_lower_bound_and_evidence(client, people, year):
    form = get(client, people.officer, "desk-return-edit", year=year)
    assert form.status_code == 200 and "系统按记录计算并优先采用" in text(form)
    client.force_login(people.officer)
    data = {
        "deed_key": "k1", "seen": "", "T1.05.revenue": "１５３，０００", "T1.05.tax": "≥2,050", "T1.10.events_held": "14",
        "evidence": files.Named(files.pdf_bytes(), "审计报告.pdf"),
    }  # fmt: skip
    response = client.post(url("desk-return-edit", year=year), data)
    assert response.status_code == 302
    found = figures(people, year)
    assert (found["T1.05.revenue"].value, found["T1.05.tax"].bound) == (153_000, "at_least")
    assert Attachment.objects.get().of_type == "declaration"
    page = text(client.get(response["Location"]))
    overview = client.get(url("desk-returns")).content.decode()
    assert "?target=returns.park_figures" in overview and f"{year}年" in overview
    assert "审计报告.pdf" in page and "不少于 2,050" in page and "待核定" in page


def test_what_cannot_be_read_comes_back_as_it_was_typed(client, people, year):
    response = post(
        client, people.officer, "desk-return-edit", {"T1.05.revenue": "约十五亿", "T1.10.events_held": "1.5"}, year=year
    )
    assert response.status_code == 422
    assert "约十五亿" in response.content.decode() and "应为数字" in text(response)
    assert not DeclaredFigure.objects.exists()
    response = post(client, people.officer, "desk-return-edit", {"T1.10.events_held": "1.5"}, year=year)
    assert response.status_code == 422 and "应为整数" in text(response)


def test_an_unlikely_figure_warns_once_and_then_goes_through(client, people, year):
    data = {"T1.05.revenue": "1000", "T1.05.tax": "900"}
    response = post(client, people.officer, "desk-return-edit", data, year=year)
    assert response.status_code == 422 and "纳税占营业收入 90.0%" in text(response)
    assert 'name="confirmed"' in response.content.decode()
    assert not DeclaredFigure.objects.exists()
    assert post(client, people.officer, "desk-return-edit", {**data, "confirmed": "on"}, year=year).status_code == 302
    assert figures(people, year)["T1.05.tax"].value == 900


def test_who_was_slower_is_told_and_nothing_is_overwritten(client, people, year):
    returns.make_declaration(people.huangpu, year, {"T1.10.events_held": 3})
    response = post(client, people.officer, "desk-return-edit", {"T1.10.events_held": "5", "seen": ""}, year=year)
    assert response.status_code == 422 and "刚刚已由他人提交" in text(response)
    assert figures(people, year)["T1.10.events_held"].value == 3


def test_a_future_year_has_no_form(client, people, now):
    for wrong in (now.year + 1, 1999):
        assert get(client, people.officer, "desk-return-edit", year=wrong).status_code == 404


def test_an_institution_declares_its_own_few_figures_and_sees_no_other(client, people, residents, year):
    page = text(get(client, people.qihang_clerk, "tenant-return-edit", year=year))
    assert "营业收入" in page and "在园机构数" not in page
    assert post(client, people.qihang_clerk, "tenant-return-edit", {"T1.05.revenue": "300"}, year=year).status_code == 302
    own = DeclaredFigure.objects.get()
    assert own.institution == residents[0]
    assert get(client, people.qihang_clerk, "tenant-declared-figure", pk=own.pk).status_code == 200
    assert get(client, people.inspector, "authority-declared-figure", pk=own.pk).status_code == 200
    for person, name in ((people.zhida_clerk, "tenant-declared-figure"), (people.tianhe_officer, "desk-declared-figure")):
        assert get(client, person, name, pk=own.pk).status_code == 404
    assert get(client, people.qihang_clerk, "tenant-return").status_code == 200


def test_evidence_is_added_by_the_declarer_alone(client, people, residents, year):
    returns.make_declaration(people.huangpu, year, {"T1.10.events_held": 3})
    own = figures(people, year)["T1.10.events_held"]
    client.force_login(people.officer)
    data = {"deed_key": "k", "label": "活动清单", "file": files.Named(files.pdf_bytes(), "清单.pdf")}
    assert client.post(url("desk-figure-evidence", pk=own.pk), data).status_code == 302
    assert Attachment.objects.get().label == "活动清单"
    assert "清单.pdf" in text(get(client, people.inspector, "authority-declared-figure", pk=own.pk))
    assert get(client, people.qihang_clerk, "tenant-figure-evidence", pk=own.pk).status_code == 404


# --- verifying -------------------------------------------------------------------------------------------------------------


def test_the_authority_verifies_one_otherwise_and_many_as_declared(client, people, year):
    returns.make_declaration(people.huangpu, year, {"T1.05.revenue": 1000, "T1.05.tax": 20, "T1.10.events_held": 3})
    found = figures(people, year)
    revenue = found["T1.05.revenue"]
    assert "待核定" in text(get(client, people.inspector, "authority-figures"))
    refused = post(client, people.inspector, "authority-figure-verify", {"verdict": "other", "value": "990"}, pk=revenue.pk)
    assert refused.status_code == 422 and "请写明理由" in text(refused)
    data = {"verdict": "other", "value": "990", "bound": "exact", "reason": "与审计报告一致"}
    assert post(client, people.inspector, "authority-figure-verify", data, pk=revenue.pk).status_code == 302
    picked = [str(found[k].pk) for k in ("T1.05.tax", "T1.10.events_held")]
    done = post(client, people.inspector, "authority-figures-verify", {"pick": picked, "next": url("authority-figures")})
    assert done.status_code == 302
    assert [str(f.verified_value) for f in DeclaredFigure.objects.order_by("measure")] == ["990.0000", "20.0000", "3.0000"]


def test_nobody_else_verifies(client, people, year):
    returns.make_declaration(people.huangpu, year, {"T1.05.revenue": 1000})
    own = figures(people, year)["T1.05.revenue"]
    for person in (people.director, people.qihang_representative, people.tianhe_director):
        assert post(client, person, "authority-figure-verify", {"verdict": "accept"}, pk=own.pk).status_code == 404
    own.refresh_from_db()
    assert own.verified_at is None


def test_regional_figures_are_entered_with_their_document(client, people, year):
    assert "请园区运营方先填写" in text(get(client, people.inspector, "authority-regional"))
    ParkProfile.objects.create(park=people.huangpu, level="national", region="广州市黄埔区", region_code="440112")
    data = {
        "region_code": "440112",
        "region": "广州市黄埔区",
        "year": str(year),
        "measure": "region.hr_revenue",
        "value": "500,000",
        "document": "",
    }
    assert post(client, people.inspector, "authority-regional-new", data).status_code == 422
    assert post(client, people.inspector, "authority-regional-new", {**data, "document": "统计公报"}).status_code == 302
    assert RegionalFigure.objects.get().value == 500_000
    assert "统计公报" in text(get(client, people.inspector, "authority-regional"))
    own = RegionalFigure.objects.get()
    for person, name in ((people.inspector, "authority-regional-figure"), (people.officer, "desk-regional-figure")):
        assert "统计公报" in text(get(client, person, name, pk=own.pk))
    assert get(client, people.tianhe_officer, "desk-regional-figure", park=people.tianhe, pk=own.pk).status_code == 404
    assert get(client, people.officer, "authority-regional").status_code == 404


# --- a whole round ---------------------------------------------------------------------------------------------------------


def prepare(client, people, now):
    on = now.date()
    data = {
        "name": "年度评价", "as_of": date(on.year - 1, 12, 31).isoformat(), "scheme": "house:hrpark:1",
        "answers_until": (on + timedelta(7)).isoformat(), "self_until": (on + timedelta(9)).isoformat(),
        "assess_until": (on + timedelta(20)).isoformat(),
    }  # fmt: skip
    assert post(client, people.officer, "desk-round-new", data).status_code == 302
    return Round.objects.get()


def sheet(degree="5", **over):
    return {row: degree for row in ("T1.04", "T1.10", "T1.13", "T1.14", "T1.15", "T1.16")} | over


def answer(client, person, round, institution, degree="5", **over):
    return post(client, person, "tenant-round", sheet(degree, institution=str(institution.pk), **over), pk=round.pk)


def test_a_round_is_walked_by_its_three_levels(client, people, residents, now, year):
    returns.make_declaration(people.huangpu, year - 1, {"T1.05.revenue": 1000})
    returns.make_declaration(people.huangpu, year, {"T1.05.revenue": 1457, "T1.10.events_held": 9})
    round = prepare(client, people, now)
    assert "开放评价" in text(get(client, people.officer, "desk-round", pk=round.pk))
    assert post(client, people.officer, "desk-round-open", pk=round.pk).status_code == 302
    page = text(get(client, people.qihang_clerk, "tenant-round", pk=round.pk))
    assert "不带单位、时间和先后顺序" in page and "最多占 30%" in page
    assert answer(client, people.qihang_clerk, round, residents[0], comment=CANARY).status_code == 302
    assert answer(client, people.zhida_representative, round, residents[1], "4").status_code == 302
    samples.answer_all(round, residents[2:], at=now)

    rated = {"T1.01": "80", "T1.10": "95", "note-T1.10": "共九场", "checks-T1.14": ["会议室", "员工食堂"], "T1.14": "60"}
    client.force_login(people.director)
    file = files.Named(files.pdf_bytes(), "活动照片.pdf")
    saved = client.post(url("desk-round-rate", pk=round.pk), {"deed_key": "rate", **rated, "file-T1.10": file})
    assert saved.status_code == 302 and SelfScore.objects.get(row="T1.10").score == 95
    again = client.get(url("desk-round-rate", pk=round.pk)).content.decode()
    assert "活动照片.pdf" in again and "共九场" in again
    assert post(client, people.director, "desk-round-hand-in", pk=round.pk).status_code == 302

    assert "截止收集" in text(get(client, people.inspector, "authority-round", pk=round.pk))
    assert post(client, people.inspector, "authority-round-close", {"reason": "全部单位已作答"}, pk=round.pk).status_code == 302
    page = text(get(client, people.inspector, "authority-round", pk=round.pk))
    assert CANARY in page and "有数据待核定" in page
    refused = post(client, people.inspector, "authority-assess", {"verdict": "accept", "seen": "0"}, pk=round.pk, row="T1.05")
    assert refused.status_code == 422 and "还是未核定的申报值" in text(refused)
    returns.verify_all(people.huangpu, year, actor=people.inspector, at=now)
    one = get(client, people.inspector, "authority-assess", pk=round.pk, row="T1.10")
    assert "活动照片.pdf" in text(one) and "95 分" in text(one) and "共九场" in text(one)
    data = {"verdict": "adjust", "score": "70", "reason": "两场为内部会议", "seen": "0"}
    assert post(client, people.inspector, "authority-assess", data, pk=round.pk, row="T1.10").status_code == 302
    round.refresh_from_db()
    for row in review(round, now.date()).open_rows:
        data = {"verdict": "accept", "seen": "0", "_next": "1"}
        assert post(client, people.inspector, "authority-assess", data, pk=round.pk, row=row.key).status_code == 302
    for veto in ("safety", "falsified"):
        assert post(client, people.inspector, "authority-veto", {"found": "no"}, pk=round.pk, veto=veto).status_code == 302
    assert "暂算" in text(get(client, people.inspector, "authority-round-result", pk=round.pk))
    assert get(client, people.officer, "desk-round-result", pk=round.pk).status_code == 422
    assert post(client, people.inspector, "authority-hand-in", pk=round.pk).status_code == 302
    assert post(client, people.inspector, "authority-finish", pk=round.pk).status_code == 403
    assert post(client, people.supervisor, "authority-finish", pk=round.pk).status_code == 302

    result = text(get(client, people.officer, "desk-round-result", pk=round.pk))
    assert "两场为内部会议" in result and "已冻结" in result and "不是标准的规定" in result and "+45.7%" in result
    assert get(client, people.qihang_clerk, "tenant-round-result", pk=round.pk).status_code == 404
    made = post(client, people.officer, "desk-round-report", pk=round.pk)
    assert made.status_code == 302
    pdf = client.get(made["Location"])
    assert pdf["Content-Type"] == "application/pdf" and b"".join(pdf.streaming_content)[:5] == b"%PDF-"
    book = get(client, people.officer, "desk-round-workbook", pk=round.pk)
    assert book.status_code == 200 and book.content[:2] == b"PK"

    assert post(client, people.supervisor, "authority-publish", pk=round.pk).status_code == 302
    published = get(client, people.qihang_clerk, "tenant-round-result", pk=round.pk)
    assert published.status_code == 200 and "两场为内部会议" in text(published) and "共九场" not in text(published)
    assert "结果已发布" in text(get(client, people.zhida_clerk, "tenant-rounds"))


def test_an_institution_answers_once_whoever_clicks_twice(client, people, residents, round):
    client.force_login(people.qihang_clerk)
    data = {"deed_key": "same", **sheet(institution=str(residents[0].pk))}
    for _ in range(2):
        assert client.post(url("tenant-round", pk=round.pk), data).status_code == 302
    assert Participation.objects.count() == 1 and Answer.objects.count() == 6
    second = answer(client, people.qihang_representative, round, residents[0], "1")
    assert second.status_code == 422 and "已在本轮作答" in text(second)
    assert Answer.objects.filter(score=1).count() == 0
    assert "无法修改" in text(get(client, people.qihang_clerk, "tenant-round", pk=round.pk))


def test_nobody_answers_for_another_institution_or_in_another_park(client, people, residents, round):
    assert answer(client, people.qihang_clerk, round, residents[1]).status_code == 404
    assert get(client, people.yuecai_clerk, "tenant-round", park=people.tianhe, pk=round.pk).status_code == 404
    for person in (people.officer, people.inspector, people.yuecai_clerk):
        assert answer(client, person, round, residents[0]).status_code == 404
    assert not Participation.objects.exists()


def test_an_empty_or_forged_sheet_is_refused(client, people, residents, round):
    own = str(residents[0].pk)
    assert post(client, people.qihang_clerk, "tenant-round", {"institution": own}, pk=round.pk).status_code == 422
    assert post(client, people.qihang_clerk, "tenant-round", {"institution": own, "T1.13": "9"}, pk=round.pk).status_code == 422
    assert not Participation.objects.exists()


def test_no_page_of_the_operator_shows_an_answer_or_keeps_one(client, people, residents, round, now):
    """Every page of the operator, before and after closing, is searched for what one institution wrote and chose."""
    answer(client, people.qihang_clerk, round, residents[0], "1", comment=CANARY)
    assert not Draft.objects.exists()
    pages = [("desk-table", {}), ("desk-rounds", {}), ("desk-round", {"pk": round.pk}), ("desk-round-rate", {"pk": round.pk}),
             ("desk-home", {}), ("desk-figure", {"measure": "T1.13.satisfaction"})]  # fmt: skip
    for name, kwargs in pages:
        for person in (people.officer, people.director):
            assert CANARY not in get(client, person, name, **kwargs).content.decode()
    samples.rate_all(round, at=now)
    samples.close(round, at=now)
    for name, kwargs in pages[:3]:
        assert CANARY not in get(client, people.director, name, **kwargs).content.decode()
    assert "非常不满意" not in text(get(client, people.director, "desk-round", pk=round.pk))
    assert CANARY not in str(list(Payload.objects.values_list("body", flat=True)))
    assert CANARY not in text(get(client, people.inspector, "authority-round", pk=round.pk))  # one sheet only: below five
    assert Comment.objects.count() == 1


def test_a_round_of_another_park_does_not_exist(client, people, round):
    for person, name, park in (
        (people.tianhe_officer, "desk-round", people.tianhe), (people.tianhe_officer, "desk-round-rate", people.tianhe),
        (people.tianhe_officer, "desk-round", people.huangpu), (people.qihang_clerk, "desk-round", people.huangpu),
        (people.officer, "authority-round", people.huangpu),
    ):  # fmt: skip
        assert get(client, person, name, park=park, pk=round.pk).status_code == 404
    assert post(client, people.tianhe_director, "desk-round-open", pk=round.pk).status_code == 404


def test_the_authority_sees_the_rounds_of_its_parks(client, people, round):
    assert round.name in text(get(client, people.supervisor, "authority-parks"))
    assert round.name in text(get(client, people.supervisor, "authority-rounds"))
    assert round.name in text(get(client, people.officer, "desk-rounds"))


def test_steps_out_of_order_say_why(client, people, round):
    said = post(client, people.supervisor, "authority-publish", pk=round.pk)
    assert said.status_code == 302
    assert "不能进行这一步" in text(client.get(said["Location"]))
    assert post(client, people.officer, "desk-round-cancel", {"reason": ""}, pk=round.pk).status_code == 422
    assert get(client, people.inspector, "authority-assess", pk=round.pk, row="T1.01").status_code == 422
    assert get(client, people.officer, "desk-round-open", pk=round.pk).status_code == 405


def test_a_page_without_its_key_is_refused_and_changes_nothing(client, people, round):
    client.force_login(people.inspector)
    client.post(url("authority-round-close", pk=round.pk), {"reason": "全部单位已作答"})
    round.refresh_from_db()
    assert round.collection_closed_at is None
