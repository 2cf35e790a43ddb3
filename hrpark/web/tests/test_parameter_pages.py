"""本园区承诺: the numbers that a park may set for itself, set and withdrawn by its director on pages."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.urls import reverse

from hrpark.accounts import samples
from hrpark.standard.models import Override
from hrpark.standard.queries import parameter, parameters
from hrpark.standard.samples import make_override
from hrpark.web import clock
from tests.worlds import world

pytestmark = pytest.mark.django_db
START, WARNING = "admission.start_days", "institutions.licence_warning_days"


@pytest.fixture(scope="module")
def now():
    return clock.now()


@world
def cast(now):
    return samples.cast(now)


def url(name, **more):
    return reverse(name, kwargs={"park": "huangpu", **more})


def read(client, who, path, status=200):
    client.force_login(who)
    answer = client.get(path)
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


def hand_in(client, who, key=START, **given):
    client.force_login(who)
    data = {"deed_key": "k", "value": "60", "since": clock.today().isoformat(), "basis": "管委会2026年第3次会议"} | given
    return client.post(url("desk-promise-new", parameter=key), data)


def test_the_page_lists_what_a_park_may_set_and_nothing_else(client, cast):
    shown = read(client, cast.director, url("desk-parameters"))
    assert (
        "签订入驻协议后人员进驻并开展业务的期限" in shown
        and "90 个自然日" in shown
        and "只可调低，不得高于 90 个自然日" in shown
    )
    assert "人力资源专业人员最低人数" not in shown
    for held in parameters(clock.today()):
        assert held.key not in shown.replace(url("desk-parameter", parameter=held.key), "")
    read(client, cast.director, url("desk-parameter", parameter="admission.min_professionals"), 404)
    read(client, cast.director, url("desk-parameter", parameter="nonsense"), 404)


@pytest.mark.parametrize(
    ("who", "status"), [("officer", 403), ("supervisor", 404), ("qihang_representative", 404), ("tianhe_director", 404)]
)
def test_only_the_director_comes_in(client, cast, now, who, status):
    made = make_override(park=cast.huangpu, at=now)
    for path in (
        url("desk-parameters"), url("desk-parameter", parameter=START), url("desk-promise-new", parameter=START),
        url("desk-promise", pk=made.pk), url("desk-promise-withdraw", pk=made.pk),
    ):  # fmt: skip
        read(client, getattr(cast, who), path, status)
    assert hand_in(client, getattr(cast, who)).status_code == status
    assert Override.objects.count() == 1


def test_a_value_is_set_from_a_day_on_with_its_basis_and_then_holds(client, cast):
    assert hand_in(client, cast.director).status_code == 302
    assert parameter(START, clock.today(), cast.huangpu.pk) == 60
    assert parameter(START, clock.today(), cast.tianhe.pk) == 90
    shown = read(client, cast.director, url("desk-parameter", parameter=START))
    assert "60 个自然日" in shown and "管委会2026年第3次会议" in shown and "设定了本园区的承诺值" in shown
    assert "60 个自然日" in read(client, cast.director, url("desk-parameters"))


def test_several_numbers_are_typed_as_people_type_them(client, cast):
    assert hand_in(client, cast.director, WARNING, value="１２０、60，30").status_code == 302
    assert parameter(WARNING, clock.today(), cast.huangpu.pk) == (120, 60, 30)


@pytest.mark.parametrize(("given", "says"), [
    ({"value": "120"}, "园区的承诺值只能更低"), ({"value": "-3"}, "应填一个整数"), ({"value": "十"}, "应为整数"), ({"basis": " "}, "请填写依据"),
    ({"since": "明天"}, "应为一个日期"),
])  # fmt: skip
def test_what_may_not_be_promised_is_said_at_its_field(client, cast, given, says):
    answer = hand_in(client, cast.director, **given)
    assert answer.status_code == 422 and says in html.unescape(answer.content.decode())
    assert not Override.objects.exists()


def test_a_second_value_for_the_same_day_is_refused_in_words(client, cast):
    hand_in(client, cast.director)
    answer = hand_in(client, cast.director, value="50", deed_key="another")
    assert answer.status_code == 422 and "已有承诺值" in html.unescape(answer.content.decode())


def test_a_promise_is_withdrawn_with_its_reason_and_stays_in_the_history(client, cast, now):
    made = make_override(park=cast.huangpu, at=now)
    client.force_login(cast.director)
    assert client.post(url("desk-promise-withdraw", pk=made.pk), {"deed_key": "w", "reason": ""}).status_code == 422
    assert client.post(url("desk-promise-withdraw", pk=made.pk), {"deed_key": "w", "reason": "数值填错"}).status_code == 302
    assert parameter(START, clock.today(), cast.huangpu.pk) == 90
    shown = read(client, cast.director, url("desk-parameter", parameter=START))
    assert "已撤回" in shown and "数值填错" in shown and "撤回了本园区的承诺值" in shown
    assert client.get(url("desk-promise", pk=made.pk))["Location"].startswith(url("desk-parameter", parameter=START))


def test_what_is_to_come_is_shown_and_does_not_hold_yet(client, cast):
    later = clock.today() + timedelta(days=30)
    assert hand_in(client, cast.director, since=later.isoformat()).status_code == 302
    assert parameter(START, clock.today(), cast.huangpu.pk) == 90
    assert "未到起始日" in read(client, cast.director, url("desk-parameter", parameter=START))
    assert f"自 {later.isoformat()} 起 60 个自然日" in read(client, cast.director, url("desk-parameters"))


def test_the_trail_names_the_number_and_leads_to_it(client, cast):
    hand_in(client, cast.director)
    shown = read(client, cast.director, url("desk-trail"))
    made = Override.objects.get()
    assert (
        f'href="{url("desk-promise", pk=made.pk)}"' in shown and "园区承诺值：签订入驻协议后人员进驻并开展业务的期限" in shown
    )
