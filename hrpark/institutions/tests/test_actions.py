"""The dossier as its people keep it: what is checked, who may, what the timeline tells."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from hrpark.accounts.models import Organisation
from hrpark.accounts.samples import cast, sample_uscc
from hrpark.institutions import actions
from hrpark.institutions.facts import DOSSIER
from hrpark.institutions.kinds import READERS
from hrpark.institutions.models import Contact, Credential, DeclaredSegment, Institution, Licence
from hrpark.institutions.samples import (
    make_contact,
    make_institution,
    make_licence,
    make_residency,
    make_resident,
    make_staff_member,
)
from hrpark.parks.models import Occupancy
from hrpark.parks.samples import make_space
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused
from hrpark.trail.queries import timeline
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def people(at):
    return cast(at)


@world
def qihang(at, people):
    return make_institution(at=at, park=people.huangpu, organisation=people.qihang)


def add(people, at, key="k", **over):
    given = {"park": people.huangpu, "kind": "agency", "name": "广州新声人力资源有限公司", "uscc": sample_uscc(77), **over}
    return actions.add_institution(actor=people.officer, at=at, key=key, **given)


# --- the institution itself ----------------------------------------------------------------------------------------------


def test_an_officer_adds_an_institution_once(at, people):
    first, again = add(people, at), add(people, at)
    assert first == again
    assert (first.status, first.organisation.uscc) == ("listed", sample_uscc(77))
    assert timeline("institution", first.pk)[0].what == "建立了机构档案"


def test_a_code_is_read_as_registers_write_it(at, people):
    typed = " ".join("９" + sample_uscc(77)[1:].lower())
    assert add(people, at, uscc=typed).uscc == sample_uscc(77)


def test_a_failing_check_digit_needs_a_reason_and_keeps_it(at, people):
    code = sample_uscc(77)
    wrong = code[:17] + ("0" if code[17] != "0" else "1")
    with pytest.raises(Refused) as refusal:
        add(people, at, uscc=wrong)
    assert refusal.value.field == "uscc_reason"
    assert "第18位校验不符" in refusal.value.message
    made = add(people, at, uscc=wrong, uscc_reason="营业执照原件如此")
    assert (made.uscc, made.uscc_reason) == (wrong, "营业执照原件如此")
    corrected = actions.edit_institution(actor=people.officer, at=at, key="e", institution=made, uscc=code)
    assert (corrected.uscc, corrected.uscc_reason) == (code, "")


def test_a_code_that_no_licence_shows_is_refused_whatever_the_reason(at, people):
    for n, code in enumerate(["9144011", "91440112O0000000XX", "九一四四"]):
        with pytest.raises(Refused) as refusal:
            add(people, at, key=f"k{n}", uscc=code, uscc_reason="就是这样")
        assert refusal.value.field == "uscc"


def test_one_code_one_dossier_in_a_park_and_one_body_across_parks(at, people):
    here = add(people, at)
    with pytest.raises(Refused, match="新声"):
        add(people, at, key="k2", name="另一个名字有限公司")
    there = actions.add_institution(
        actor=people.tianhe_officer, at=at, key="k", park=people.tianhe, kind="agency", name=here.name, uscc=here.uscc
    )
    assert there.organisation == here.organisation
    assert Organisation.objects.filter(uscc=here.uscc).count() == 1


def test_a_company_being_founded_has_no_code_yet(at, people):
    made = add(people, at, uscc="")
    assert (made.uscc, made.organisation) == (None, None)
    with pytest.raises(Refused, match="同名"):
        add(people, at, key="k2", uscc=None)
    named = actions.edit_institution(actor=people.officer, at=at, key="e", institution=made, uscc=sample_uscc(77))
    assert named.organisation.uscc == sample_uscc(77)


def test_a_supporting_agency_says_which_service_it_gives(at, people):
    with pytest.raises(Refused) as refusal:
        add(people, at, kind="supporting")
    assert refusal.value.field == "supporting_kind"
    made = add(people, at, kind="supporting", supporting_kind="law")
    assert actions.edit_institution(actor=people.officer, at=at, key="e", institution=made, kind="agency").supporting_kind == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [("founded_on", date(2030, 1, 1)), ("registered_capital", Decimal(-1)), ("name", " ")],
)
def test_what_cannot_be_is_refused_at_its_field(at, people, field, value):
    with pytest.raises(Refused) as refusal:
        add(people, at, **{field: value})
    assert refusal.value.field == field


def test_only_the_operators_people_of_this_park_add_and_edit(at, people, qihang):
    for n, actor in enumerate([people.supervisor, people.qihang_representative, people.tianhe_director, people.stranger]):
        with pytest.raises(NotAllowed):
            actions.add_institution(actor=actor, at=at, key=f"k{n}", park=people.huangpu, kind="agency", name="某公司")
        with pytest.raises(NotAllowed):
            actions.edit_institution(actor=actor, at=at, key=f"e{n}", institution=qihang, name="某某公司")


def test_editing_tells_old_and_new_and_never_overwrites_what_one_has_not_seen(at, people, qihang):
    drawn = qihang.changed_at
    later = at + timedelta(hours=1)
    actions.edit_institution(
        actor=people.officer, at=later, key="e", institution=qihang, seen=drawn, registered_address="科学城 科学大道"
    )
    assert timeline("institution", qihang.pk)[0].data["changed"] == {"registered_address": ["", "科学城科学大道"]}
    with pytest.raises(Conflict):
        actions.edit_institution(actor=people.director, at=later, key="f", institution=qihang, seen=drawn, name="另一个名字")


# --- what the institution's own people may -------------------------------------------------------------------------------


def test_own_people_enter_permits_that_are_verified_by_an_officer(at, people, qihang):
    own = actions.add_licence(
        actor=people.qihang_clerk,
        at=at,
        key="k",
        institution=qihang,
        kind="hr_licence",
        number="（粤）人服证字〔2023〕第0100001号",
    )
    assert own.verified_at is None
    with pytest.raises(NotAllowed):
        actions.verify_licence(actor=people.qihang_clerk, at=at, key="v", licence=own, basis="原件")
    seen = actions.verify_licence(actor=people.officer, at=at, key="v", licence=own, basis="核对许可证原件")
    assert seen.verified_at == at
    with pytest.raises(Conflict, match="无需再次核验"):
        actions.verify_licence(actor=people.officer, at=at, key="w", licence=own, basis="核对许可证原件")
    changed = actions.edit_licence(actor=people.qihang_clerk, at=at, key="e", licence=seen, valid_to=date(2030, 1, 1))
    assert changed.verified_at is None


def test_another_institutions_people_may_not_touch_it(at, people, qihang):
    licence = make_licence(at=at, institution=qihang)
    member, contact = make_staff_member(at=at, institution=qihang), make_contact(at=at, institution=qihang)
    tries = [
        (actions.add_licence, {"institution": qihang, "kind": "filing", "number": "1"}),
        (actions.edit_licence, {"licence": licence, "number": "2"}),
        (actions.add_staff_member, {"institution": qihang, "name": "张三"}),
        (actions.end_staff_member, {"member": member, "until": at.date()}),
        (actions.set_contact, {"institution": qihang, "name": "张三"}),
        (actions.remove_contact, {"contact": contact}),
        (actions.add_credential, {"institution": qihang, "kind": "rating", "title": "AAA", "issuer": "协会"}),
        (actions.declare_segment, {"institution": qihang, "code": "training", "since": at.date()}),
        (actions.set_segments, {"institution": qihang, "codes": ["training"], "on": at.date()}),
    ]
    for n, (deed, arguments) in enumerate(tries):
        for actor in (people.zhida_representative, people.supervisor, people.yuecai_representative):
            with pytest.raises(NotAllowed):
                deed(actor=actor, at=at, key=f"k{n}", **arguments)


def test_own_people_may_not_do_what_is_the_operators(at, people, qihang):
    licence = make_licence(at=at, institution=qihang)
    residency = make_residency(at=at, institution=qihang, starts=at.date())
    tries = [
        (actions.revoke_licence, {"licence": licence, "on": at.date(), "reason": "注销"}),
        (
            actions.record_credit_check,
            {"institution": qihang, "source": "court", "checked_on": at.date(), "result": "clear"},
        ),
        (actions.begin_residency, {"institution": qihang, "starts": at.date()}),
        (actions.end_residency, {"residency": residency, "on": at.date(), "reason": "迁出"}),
    ]
    for deed, arguments in tries:
        with pytest.raises(NotAllowed):
            deed(actor=people.qihang_representative, at=at, key="k", **arguments)


# --- licences, people, credentials ---------------------------------------------------------------------------------------


def test_a_licence_is_entered_once_with_days_in_order(at, people, qihang):
    make_licence(at=at, institution=qihang, number="A1")
    with pytest.raises(Refused) as twice:
        actions.add_licence(actor=people.officer, at=at, key="k", institution=qihang, kind="hr_licence", number=" Ａ１ ")
    assert twice.value.field == "number"
    with pytest.raises(Refused) as days:
        actions.add_licence(
            actor=people.officer, at=at, key="k", institution=qihang, kind="filing", number="2",
            valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1),
        )  # fmt: skip
    assert days.value.field == "valid_to"


def test_revoking_keeps_the_row_and_says_why(at, people, qihang):
    licence = make_licence(at=at, institution=qihang)
    with pytest.raises(Refused):
        actions.revoke_licence(actor=people.officer, at=at, key="k", licence=licence, on=date(2026, 3, 3), reason="注销")
    actions.revoke_licence(actor=people.officer, at=at, key="k", licence=licence, on=at.date(), reason="机构申请注销")
    assert Licence.objects.get().revoked_on == at.date()
    assert timeline("licence", licence.pk)[0].data["reason"] == "机构申请注销"
    assert timeline("institution", qihang.pk)[0].what == "登记了许可或备案的撤销、注销"


def test_staff_come_and_go(at, people, qihang):
    member = actions.add_staff_member(
        actor=people.qihang_clerk, at=at, key="k", institution=qihang, name="张　三", professional=True
    )
    assert member.name == "张三"
    actions.edit_staff_member(
        actor=people.qihang_clerk, at=at, key="e", member=member, education="college", since=date(2024, 1, 1)
    )
    with pytest.raises(Refused) as refusal:
        actions.end_staff_member(actor=people.officer, at=at, key="x", member=member, until=date(2023, 1, 1))
    assert refusal.value.field == "until"
    assert actions.end_staff_member(actor=people.officer, at=at, key="x", member=member, until=at.date()).until == at.date()


def test_there_is_one_main_contact_and_the_trail_holds_no_whole_number(at, people, qihang):
    first = actions.set_contact(
        actor=people.qihang_clerk, at=at, key="a", institution=qihang, name="张三", mobile="138 0013 8000"
    )
    second = actions.set_contact(actor=people.qihang_clerk, at=at, key="b", institution=qihang, name="李四", main=True)
    first.refresh_from_db()
    assert (first.mobile, first.main, second.main) == ("13800138000", False, True)
    assert "13800138000" not in str([line.data for line in timeline("institution", qihang.pk)])
    with pytest.raises(Refused) as refusal:
        actions.set_contact(actor=people.qihang_clerk, at=at, key="c", institution=qihang, name="王五", mobile="12345")
    assert refusal.value.field == "mobile"
    actions.remove_contact(actor=people.qihang_clerk, at=at, key="d", contact=first)
    actions.remove_contact(actor=people.qihang_clerk, at=at, key="d", contact=first)
    assert Contact.objects.get() == second


def test_credentials_of_own_people_wait_for_an_officer(at, people, qihang):
    credential = actions.add_credential(
        actor=people.qihang_clerk, at=at, key="k", institution=qihang, kind="rating", title="AAA级信用评级", issuer="广东省人力资源管理协会",
        issuer_level="provincial", level="AAA", year=2025,
    )  # fmt: skip
    assert credential.verified_at is None
    with pytest.raises(Refused) as refusal:
        actions.verify_credential(actor=people.officer, at=at, key="v", credential=credential, basis=" ")
    assert refusal.value.field == "basis"
    actions.verify_credential(actor=people.officer, at=at, key="v", credential=credential, basis="核对证书原件")
    assert Credential.objects.get().verified_at == at
    with pytest.raises(Conflict, match="无需再次核验"):
        actions.verify_credential(actor=people.officer, at=at, key="w", credential=credential, basis="核对证书原件")
    edited = actions.edit_credential(actor=people.officer, at=at, key="e", credential=credential, level="AA")
    assert edited.verified_at == at


def test_a_bad_record_needs_a_word(at, people, qihang):
    given = {"actor": people.officer, "at": at, "institution": qihang, "source": "court", "checked_on": at.date()}
    with pytest.raises(Refused) as refusal:
        actions.record_credit_check(key="k", result="found", **given)
    assert refusal.value.field == "note"
    actions.record_credit_check(key="k", result="clear", **given)
    with pytest.raises(Refused, match="已登记过"):
        actions.record_credit_check(key="k2", result="clear", **given)


# --- segments ------------------------------------------------------------------------------------------------------------


def test_segments_are_declared_ended_and_set_as_a_list(at, people, qihang):
    one = actions.declare_segment(
        actor=people.qihang_clerk, at=at, key="k", institution=qihang, code="training", since=date(2026, 1, 1)
    )
    with pytest.raises(Refused, match="无需重复"):
        actions.declare_segment(
            actor=people.qihang_clerk, at=at, key="k2", institution=qihang, code="training", since=at.date()
        )
    with pytest.raises(Refused):
        actions.declare_segment(actor=people.qihang_clerk, at=at, key="k3", institution=qihang, code="bakery", since=at.date())
    actions.set_segments(
        actor=people.officer, at=at, key="s", institution=qihang, codes=["flexible_work", "dispatch"], on=at.date()
    )
    one.refresh_from_db()
    assert one.until == at.date()
    assert set(DeclaredSegment.objects.on(at.date()).values_list("code", flat=True)) == {"flexible_work", "dispatch"}
    ended = DeclaredSegment.objects.get(code="dispatch")
    assert actions.end_segment(actor=people.officer, at=at, key="x", declared=ended, until=at.date()).until == at.date()


def test_supporting_agencies_declare_no_segments(at, people):
    supporting = make_institution(at=at, park=people.huangpu, kind="supporting")
    with pytest.raises(Refused):
        actions.declare_segment(actor=people.officer, at=at, key="k", institution=supporting, code="training", since=at.date())


# --- residency -----------------------------------------------------------------------------------------------------------


def test_coming_in_takes_the_unit_and_leaving_frees_it(at, people, qihang):
    unit = make_space(at=at, park=people.huangpu, code="A101")
    residency = actions.begin_residency(
        actor=people.officer, at=at, key="k", institution=qihang, starts=at.date(), unit=unit, agreed_on=date(2026, 2, 1)
    )
    qihang.refresh_from_db()
    assert qihang.status == "resident"
    other = make_institution(at=at, park=people.huangpu)
    with pytest.raises(Conflict, match=qihang.name) as refusal:
        actions.begin_residency(actor=people.officer, at=at, key="k2", institution=other, starts=date(2026, 5, 1), unit=unit)
    assert refusal.value.field == "unit"
    with pytest.raises(Refused, match="已在驻"):
        actions.begin_residency(actor=people.officer, at=at, key="k3", institution=qihang, starts=date(2026, 5, 1))
    later = at + timedelta(days=90)
    actions.end_residency(actor=people.officer, at=later, key="e", residency=residency, on=later.date(), reason="协议到期")
    qihang.refresh_from_db()
    assert qihang.status == "left"
    assert actions.begin_residency(
        actor=people.officer, at=later, key="k4", institution=other, starts=later.date(), unit=unit
    ).unit == unit  # fmt: skip


def test_moving_is_the_same_stay_in_another_unit(at, people, qihang):
    a, b = (make_space(at=at, park=people.huangpu, code=code) for code in ("A101", "A102"))
    residency = make_residency(at=at, institution=qihang, starts=date(2025, 3, 1), unit=a)
    moved = actions.move(actor=people.officer, at=at, key="m", residency=residency, unit=b, on=at.date())
    assert (moved.pk, moved.unit, moved.starts) == (residency.pk, b, date(2025, 3, 1))
    assert list(Occupancy.objects.order_by("starts").values_list("space__code", flat=True)) == ["A101", "A102"]
    neighbour = make_institution(at=at, park=people.huangpu)
    actions.begin_residency(actor=people.officer, at=at, key="n", institution=neighbour, starts=at.date(), unit=a)
    with pytest.raises(Conflict, match=neighbour.name):
        actions.move(actor=people.officer, at=at, key="m2", residency=moved, unit=a, on=date(2026, 4, 1))
    assert Occupancy.objects.filter(space=b, ends__isnull=True).exists()
    for unit, on in ((b, at.date()), (a, date(2024, 1, 1))):
        with pytest.raises(Refused):
            actions.move(actor=people.officer, at=at, key="m3", residency=moved, unit=unit, on=on)


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("ends", {"ends": date(2026, 3, 1)}),
        ("agreed_on", {"agreed_on": date(2026, 3, 3)}),
    ],
)
def test_days_of_a_stay_come_in_order(at, people, qihang, field, days):
    with pytest.raises(Refused) as refusal:
        actions.begin_residency(actor=people.officer, at=at, key="k", institution=qihang, starts=date(2026, 3, 2), **days)
    assert refusal.value.field == field


def test_leaving_needs_a_reason_and_a_day_after_coming(at, people, qihang):
    residency = make_residency(at=at, institution=qihang, starts=at.date())
    for on, reason, field in ((date(2026, 3, 1), "迁出", "on"), (at.date(), " ", "reason")):
        with pytest.raises(Refused) as refusal:
            actions.end_residency(actor=people.officer, at=at, key="k", residency=residency, on=on, reason=reason)
        assert refusal.value.field == field
    actions.end_residency(actor=people.officer, at=at, key="k", residency=residency, on=at.date(), reason="未实际入驻")
    with pytest.raises(Refused, match="无需重复"):
        actions.end_residency(actor=people.officer, at=at, key="k2", residency=residency, on=at.date(), reason="再来")


def test_who_comes_or_leaves_on_a_later_day_changes_status_on_that_day(at, people, qihang):
    make_residency(at=at, institution=qihang, starts=date(2026, 3, 10), ends=date(2026, 4, 1))
    leaving = make_resident(at=at, park=people.huangpu, ends=date(2026, 3, 10))
    assert actions.settle_statuses(at) == 0
    for day, expected in ((9, ("listed", "resident")), (10, ("resident", "left")), (32, ("left", "left"))):
        then = at + timedelta(days=day - 2)
        actions.settle_statuses(then)
        assert tuple(Institution.objects.get(pk=i.pk).status for i in (qihang, leaving)) == expected
    assert actions.settle_statuses(at + timedelta(days=60)) == 0


def test_another_parks_unit_cannot_be_taken(at, people, qihang):
    foreign = make_space(at=at, park=people.tianhe)
    with pytest.raises(Refused) as refusal:
        actions.begin_residency(actor=people.officer, at=at, key="k", institution=qihang, starts=at.date(), unit=foreign)
    assert refusal.value.field == "unit"


# --- who has to look again -----------------------------------------------------------------------------------------------


@pytest.fixture
def judge(monkeypatch):
    monkeypatch.setitem(READERS, DOSSIER, {"test.judge"})
    return "test.judge"


def test_every_change_of_a_dossier_wakes_its_readers_once(at, people, qihang, judge):
    make_licence(at=at, institution=qihang)
    make_staff_member(at=at, institution=qihang)
    with transaction.atomic():
        assert actions.take_dirty(judge) == [qihang.pk]
        assert actions.take_dirty(judge) == []


def test_a_reader_that_fails_is_not_forgotten(at, people, qihang, judge):
    make_licence(at=at, institution=qihang)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.take_dirty(judge)
        raise ZeroDivisionError
    with transaction.atomic():
        assert actions.take_dirty(judge) == [qihang.pk]
