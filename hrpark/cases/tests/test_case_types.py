"""The kinds that come with the engine: what each promises, who reads it, and that a report's author stays unknown."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from hrpark.accounts.queries import standing_of
from hrpark.cases import actions
from hrpark.cases.actions import NAMELESS
from hrpark.cases.kinds import KINDS
from hrpark.cases.models import Case
from hrpark.cases.queries import case_by_secret, cases_for, form_of, inbox, item_in_force, overseers
from hrpark.cases.rules import day_of, problems
from hrpark.cases.samples import DATA, make_case
from hrpark.notices.models import Notice
from hrpark.standard.samples import make_override
from hrpark.toolbox.errors import NotAllowed, NotFound, Refused
from hrpark.trail.kinds import System

pytestmark = pytest.mark.django_db
ASKS = {"topic": "permit", "whom": "某某劳务公司", "what": "在园区门口无证招工。"}


def nameless(cast, at, n=1, **over):
    given = {
        "actor": NAMELESS,
        "at": at,
        "key": f"n{n}",
        "kind": "report",
        "park": cast.huangpu,
        "data": ASKS,
        "secret": f"{n:064x}",
    }
    return actions.hand_in_nameless(**{**given, **over})


@pytest.mark.parametrize(
    ("key", "series", "first", "last"),
    [("general", "SQ", "2026-03-03", "2026-03-09"), ("complaint", "TS", "2026-03-03", "2026-03-16"), ("report", "JB", "2026-03-05", "2026-03-30")],
)  # fmt: skip
def test_each_kind_has_its_series_and_its_promise(cast, key, series, first, last):
    case = make_case(kind=key, park=cast.huangpu, applicant=cast.stranger, data=DATA[key])
    assert case.number == f"{series}2026-0001"
    assert (day_of(case.first_due_at).isoformat(), day_of(case.due_at).isoformat()) == (first, last)


@pytest.mark.parametrize("key", ["general", "complaint", "report"])
def test_the_sample_answers_are_whole_by_the_form(cast, key, at):
    assert problems(form_of(item_in_force(key, cast.huangpu, at.date())).fields, DATA[key], at.date()) == ()


def test_a_title_is_the_first_line_and_a_report_has_none():
    assert KINDS.get("general").title_of({"what": "空调坏了\n第二行"}) == "空调坏了"
    assert KINDS.get("general").title_of({"what": "很" * 60}) == "很" * 40 + "…"
    assert KINDS.get("general").title_of({}) == "一般诉求"
    assert KINDS.get("report").title_of(ASKS) == "举报"


def test_a_complaint_is_kept_three_years_and_needs_outcome_and_cause(cast, at):
    case = make_case(
        kind="complaint", park=cast.huangpu, applicant=cast.qihang_clerk, organisation=cast.qihang, data=DATA["complaint"]
    )
    by = {"actor": cast.officer, "at": at, "case": case, "note": "经核实属实，已责成改正。"}
    with pytest.raises(Refused, match="办理结果"):
        actions.close(key="a", **by)
    with pytest.raises(Refused, match="原因"):
        actions.close(key="b", outcome="upheld", **by)
    done = actions.close(key="c", outcome="upheld", cause="delay", **by)
    assert (done.outcome, done.cause, done.keep_until.isoformat()) == ("upheld", "delay", "2029-03-02")


def test_a_file_is_kept_as_long_as_holds_on_the_day_it_is_closed(cast, at):
    """The park promises five years from tomorrow on: what is closed today is kept three, what is closed tomorrow five."""
    day = timedelta(days=1)
    made = [nameless(cast, at, n) for n in (1, 2)]
    make_override(park=cast.huangpu, parameter="cases.report_retention_years", since=at.date() + day, value=5, at=at)
    for n, case in enumerate(made):
        actions.close(actor=cast.director, at=at + n * day, key=f"c{n}", case=case, note="已核查。", outcome="unfounded")
    kept = [Case.objects.get(pk=case.pk).keep_until.isoformat() for case in made]
    assert kept == ["2029-03-02", "2031-03-03"]


def test_nobody_but_the_director_and_who_reported_reads_a_report(cast, at):
    case = make_case(kind="report", park=cast.huangpu, applicant=cast.qihang_clerk, data=DATA["report"])
    reads = [
        p.name
        for p in (
            cast.director, cast.officer, cast.supervisor, cast.inspector, cast.qihang_representative, cast.qihang_clerk, cast.zhida_clerk,
            cast.tianhe_director, cast.stranger,
        )
        if cases_for(standing_of(p, at.date())).filter(pk=case.pk).exists()
    ]  # fmt: skip
    assert reads == [cast.director.name, cast.qihang_clerk.name]
    assert not inbox(standing_of(cast.officer, at.date()), cast.huangpu).exists()
    assert [p.name for p in overseers(case, at.date())] == [cast.director.name]
    with pytest.raises(NotAllowed):
        actions.respond(actor=cast.officer, at=at, key="x", case=case, note="已收到。")


def test_no_organisation_reports(cast, at):
    with pytest.raises(NotAllowed):
        make_case(kind="report", park=cast.huangpu, applicant=cast.qihang_clerk, organisation=cast.qihang, data=DATA["report"])


def test_an_officer_is_not_asked_about_a_report(cast, at):
    case = make_case(kind="report", park=cast.huangpu, applicant=cast.stranger, data=DATA["report"])
    with pytest.raises(Refused, match="不能会办"):
        actions.ask_opinion(
            actor=cast.director, at=at, key="o", case=case, asked=cast.officer, question="您知道吗？", due_on=at.date()
        )
    assert not Notice.objects.filter(person=cast.officer).exists()


def test_a_nameless_report_has_a_number_a_digest_and_nobody(cast, at):
    case = nameless(cast, at)
    assert (case.number, case.applicant, case.secret, case.state) == ("JB2026-0001", None, f"{1:064x}", "submitted")
    assert [s.actor_name for s in case.steps.all()] == ["匿名"]
    assert nameless(cast, at).pk == case.pk and Case.objects.count() == 1
    assert case_by_secret(f"{1:064x}", park=cast.huangpu).pk == case.pk
    for digest, park in (("", cast.huangpu), (f"{2:064x}", cast.huangpu), (f"{1:064x}", cast.tianhe)):
        with pytest.raises(NotFound):
            case_by_secret(digest, park=park)


def test_a_nameless_report_is_answered_corrected_and_closed(cast, at):
    case = nameless(cast, at)
    asked = [{"field": "since", "says": "请写明大概时间"}]
    actions.send_back(actor=cast.director, at=at, key="a", case=case, asked=asked)
    actions.resubmit(actor=NAMELESS, at=at, key="b", case=case, data={"since": "2026-02-01", "what": "不该改的"})
    done = actions.close(actor=cast.director, at=at, key="c", case=case, note="已核查。", outcome="upheld")
    assert (done.data["since"], done.data["what"], done.state) == ("2026-02-01", ASKS["what"], "closed")


def test_only_kinds_that_allow_it_are_handed_in_without_a_name(cast, at):
    with pytest.raises(Refused, match="登录"):
        nameless(cast, at, kind="complaint", data=DATA["complaint"])
    with pytest.raises(Refused, match="登录"):
        nameless(cast, at, actor=System("tick"))
    with pytest.raises(Refused, match="whom|被举报"):
        nameless(cast, at, data={**ASKS, "whom": ""})
    assert not Case.objects.exists()


def test_two_reports_never_share_a_key(cast, at):
    nameless(cast, at)
    with pytest.raises(IntegrityError), transaction.atomic():
        nameless(cast, at, key="other")
