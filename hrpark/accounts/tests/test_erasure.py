"""Who may be erased, by whom, and what goes; that no byte is left is tried in tests/scenarios/test_erasure.py."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.accounts import erasure, samples
from hrpark.accounts.actions import end_role, reopen_account
from hrpark.accounts.erasure import erase_person, hindrances, own_data
from hrpark.accounts.models import Erasure, Membership, Person
from hrpark.accounts.traces import GONE, Traces, texts
from hrpark.cases.samples import DATA, make_case
from hrpark.institutions.samples import make_contact, make_resident
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused
from hrpark.trail.actions import seal
from hrpark.trail.models import Entry
from hrpark.trail.queries import verify

TRACES = Traces(("欧阳晓明", "高峰"), ("13812345678", "o@example.com"), "已注销用户7")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("请联系欧阳晓明，电话13812345678。", f"请联系已注销用户7，电话{GONE}。"),
        ("+86 138 1234 5678 或 138-1234-5678", f"{GONE} 或 {GONE}"),
        ("8613812345678", GONE),
        ("O@Example.com", GONE),
        ("9138123456789", "9138123456789"),
        ("1381234567", "1381234567"),
    ],
)
def test_names_and_keys_go_however_they_are_typed_and_longer_numbers_stay(said, left):
    assert TRACES.out_of(said) == left


words = st.text(st.sampled_from("欧阳晓明高峰138 1234-5678o@example.com"), max_size=40)


@given(st.recursive(words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8))
def test_nothing_that_identifies_is_left_in_any_value_and_doing_it_twice_changes_nothing(value):
    clean = TRACES.out_of(value)
    assert not TRACES.has_key(clean) and not any(name in text for text in texts(clean) for name in TRACES.names)
    assert TRACES.out_of(clean) == clean


@pytest.fixture
def cast(db, at):
    return samples.cast(at)


def left_all(person, at):
    for role in Membership.objects.filter(person=person, until=None):
        end_role(actor=person, at=at, key=f"leave:{role.pk}", membership=role, on=at.date(), reason="离职")
    return Person.objects.get(pk=person.pk)


def test_whoever_still_holds_a_role_or_waits_for_an_answer_is_told_what_to_do_first(cast, at):
    clerk = cast.qihang_clerk
    case = make_case(kind="general", park=cast.huangpu, applicant=clerk, at=at, data=DATA["general"])
    assert [w[:6] for w in hindrances(clerk, at.date())] == ["账号仍有角色", "有未办结的办"]
    with pytest.raises(Refused, match="请先辞去或由单位收回"):
        erase_person(actor=clerk, at=at, key="e", person=clerk)
    clerk = left_all(clerk, at)
    with pytest.raises(Refused, match=case.number):
        erase_person(actor=clerk, at=at, key="e", person=clerk)
    assert Person.objects.get(pk=clerk.pk).mobile and not Erasure.objects.exists()


def test_the_person_erases_themself_once_and_for_good(cast, at):
    clerk = left_all(cast.qihang_clerk, at)
    gone = erase_person(actor=clerk, at=at, key="e", person=clerk)
    assert (gone.name, gone.mobile, gone.email, gone.is_active) == (f"已注销用户{clerk.pk}", None, None, False)
    assert not gone.has_usable_password()
    with pytest.raises(Conflict):
        erase_person(actor=clerk, at=at, key="e2", person=clerk)
    with pytest.raises(Refused, match="不能恢复"):
        reopen_account(actor=samples.HOUSE, at=at, key="r", person=gone, reason="误操作")


def test_an_officer_needs_a_written_request_the_right_and_to_know_the_whole_person(cast, at):
    clerk, by = (
        left_all(cast.qihang_clerk, at),
        {"at": at, "person": cast.qihang_clerk, "basis": "2026年3月2日书面申请，核对身份证原件"},
    )
    for actor, park, error in (
        (cast.officer, cast.huangpu, NotAllowed),
        (cast.tianhe_director, cast.huangpu, NotAllowed),
        (cast.director, None, NotAllowed),
    ):
        with pytest.raises(error):
            erase_person(actor=actor, key="e", park=park, **by)
    with pytest.raises(Refused, match="书面申请"):
        erase_person(actor=cast.director, key="e", park=cast.huangpu, **{**by, "basis": ""})
    samples.give_role(clerk, cast.yuecai, cast.tianhe, "clerk", at=at)
    with pytest.raises(NotAllowed, match="其他园区"):
        erase_person(actor=cast.director, key="e", park=cast.huangpu, **by)
    left_all(clerk, at)
    erase_person(actor=cast.director, key="e", park=cast.huangpu, **by)
    assert Erasure.objects.get().by == "officer"


def test_somebody_else_of_the_same_name_keeps_theirs(cast, at):
    clerk = left_all(cast.qihang_clerk, at)
    foreign = make_resident(at=at, park=cast.tianhe)
    other = make_contact(at=at, institution=foreign, name=clerk.name, mobile="13700000001")
    erase_person(actor=clerk, at=at, key="e", person=clerk)
    other.refresh_from_db()
    assert other.name == cast.qihang_clerk.name
    assert Erasure.objects.get().doubtful == {"institutions.Contact": 1}


def test_the_trail_tells_what_was_done_and_no_longer_by_whom(cast, at):
    clerk = left_all(cast.qihang_clerk, at)
    erase_person(actor=clerk, at=at, key="e", person=clerk)
    mine = Entry.objects.filter(actor=clerk.actor_key)
    assert (
        set(mine.values_list("actor_name", flat=True)) == {"已注销用户"} and mine.filter(verb="accounts.person.erase").exists()
    )
    seal()
    assert not any(check.broken for check in verify())


def test_a_copy_tells_everything_but_secrets(cast, at):
    clerk = cast.qihang_clerk
    make_case(kind="general", park=cast.huangpu, applicant=clerk, at=at, data=DATA["general"])
    told = own_data(clerk)
    assert told["账号"][0]["姓名"] == clerk.name and told["办件"][0]["填报内容"]["what"] == DATA["general"]["what"]
    assert clerk.password not in json.dumps(told, ensure_ascii=False, default=str)


def test_after_a_restored_backup_whoever_was_erased_is_erased_again(cast, at, settings, tmp_path):
    settings.HOME = tmp_path
    erasure._note([str(cast.qihang_clerk.uid)])
    assert erasure.erase_again(at) == 1 and erasure.erase_again(at) == 0
    assert Person.objects.get(pk=cast.qihang_clerk.pk).erased_at == at
