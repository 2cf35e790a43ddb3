"""The form: nothing typed is lost, every error is said at its field, a draft is one's own and goes when it is handed in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from hrpark.accounts.actions import save_draft
from hrpark.accounts.models import Draft
from hrpark.accounts.queries import draft_of, standing_of
from hrpark.cases.rules import fields_of
from hrpark.toolbox.errors import Conflict, NotAllowed, Refused
from hrpark.web.forms import Day, File, Form, Group, Money, Number, Step, Whole, draft_body, draft_initial, handle, walk
from hrpark.web.item_form import when_words

pytestmark = pytest.mark.django_db


class LeaseForm(Form):
    groups = (Group("单元", ("unit", "area")), Group("租期", ("since", "kind", "extras"), "以合同为准。"))
    unit = forms.CharField(label="单元", max_length=20, help_text="如 A 座 803。")
    area = Number(label="面积", unit="㎡")
    since = Day(label="起租日期")
    kind = forms.ChoiceField(label="用途", choices=[("office", "办公"), ("hall", "大厅")], widget=forms.RadioSelect)
    extras = forms.MultipleChoiceField(
        label="附加", choices=[("p", "车位"), ("s", "仓库")], widget=forms.CheckboxSelectMultiple, required=False
    )
    people = Whole(label="人数", unit="人", required=False)
    rent = Money(label="月租", required=False)
    sure = forms.BooleanField(label="已与对方确认", required=False)


GOOD = {
    "unit": "A 座 803",
    "area": "1,326.50",
    "since": "2026-04-01",
    "kind": "office",
    "extras": ["p", "s"],
    "people": "４８",
    "sure": "on",
}


def request_of(cast, data=None, files=None, query=""):
    factory = RequestFactory()
    request = factory.post(f"/x/{query}", {**(data or {}), **(files or {})}) if data is not None else factory.get(f"/x/{query}")
    request.user, request.at, request.today, request.park = cast.officer, cast.at, cast.at.date(), cast.huangpu
    request.standing = standing_of(cast.officer, request.today)
    request._messages = CookieStorage(request)
    return request


def lease(cast, data=None, act=lambda form: form.cleaned_data["unit"], **over):
    options = {
        "title": "登记租赁",
        "submit": "登记租赁",
        "draft": "lease.new",
        "done": "已登记。",
        "then": lambda made: f"/done/{made}/",
    }
    return handle(request_of(cast, data), LeaseForm, act=act, **{**options, **over})


def html(answer) -> str:
    return answer.content.decode()


def test_numbers_days_and_choices_are_read_as_people_write_them():
    form = LeaseForm(data=QueryDict("unit=A&area=１，３２６.50&since=2026年4月1日&kind=hall&people=1,200&rent=12 000.5"))
    assert form.is_valid(), form.errors
    got = form.cleaned_data
    assert (got["area"], got["since"], got["people"], got["rent"]) == (
        Decimal("1326.50"),
        date(2026, 4, 1),
        1200,
        Decimal("12000.5"),
    )


@given(st.text(max_size=40))
def test_no_text_breaks_a_number_or_a_day(text):
    LeaseForm(data={"area": text, "since": text, "people": text, "rent": text}).is_valid()


def test_an_error_says_what_to_do_at_its_field_and_on_top(cast):
    answer = lease(cast, {"area": "很大", "since": "明天", "kind": "castle"})
    page = html(answer)
    assert answer.status_code == 422
    assert page.count("请填写单元。") == 2 and 'href="#id_unit"' in page
    assert "“面积”应为数字" in page and "2026-11-23 的样子" in page
    assert 'aria-invalid="true"' in page and 'aria-describedby="help-unit wrong-unit"' in page
    assert 'value="很大"' in page and 'value="明天"' in page


def test_the_groups_stand_in_order_and_no_field_is_lost_from_sight():
    parts = LeaseForm().parts()
    assert [p.title for p in parts] == ["单元", "租期", ""]
    assert [f.name for f in parts[2].fields] == ["people", "rent", "sure"]


def test_optional_is_marked_and_required_is_not(cast):
    page = html(lease(cast))
    assert page.count("选填") == 3  # 附加, 人数, 月租; a box to tick says nothing
    assert "必填" not in page


def test_a_good_form_acts_once_says_so_and_goes_on(cast):
    save_draft(person=cast.officer, form="lease.new", body={"unit": ["旧"]}, at=cast.at)
    answer = lease(cast, GOOD)
    assert (answer.status_code, answer["Location"]) == (302, "/done/A%20%E5%BA%A7%20803/")
    assert draft_of(cast.officer, "lease.new") is None


@pytest.mark.parametrize(
    "error", [Refused("该单元已有租户，请另选。", field="unit"), Conflict("刚刚已被另一位同事登记。", field="unit")]
)
def test_what_the_domain_refuses_stands_at_its_field(cast, error):
    def act(form):
        raise error

    answer = lease(cast, GOOD, act)
    assert answer.status_code == 422 and html(answer).count(error.message) == 2
    assert 'value="1,326.50"' in html(answer)


def test_a_refusal_of_no_field_stands_on_top(cast):
    def act(form):
        raise Refused("合同期与现有租约重叠，请调整日期。", field="something_else")

    assert html(lease(cast, GOOD, act)).count("合同期与现有租约重叠") == 1


def test_who_may_not_is_not_told_in_a_form(cast):
    def act(form):
        raise NotAllowed("您的角色不能登记租赁。")

    with pytest.raises(NotAllowed):
        lease(cast, GOOD, act)


def test_a_draft_comes_back_as_it_was_typed_and_says_when(cast):
    lease(cast, {**GOOD, "area": "还没量", "_draft": "keep"})
    page = html(lease(cast))
    assert 'value="还没量"' in page and 'value="A 座 803"' in page
    assert page.count("checked") == 4  # 办公, two extras, the box
    assert "2026-03-02 10:00" in page


def test_a_draft_can_be_dropped(cast):
    lease(cast, {**GOOD, "_draft": "keep"})
    lease(cast, {"_draft": "drop"})
    assert draft_of(cast.officer, "lease.new") is None


def test_a_character_that_no_database_takes_is_no_error(cast):
    response = lease(cast, {**GOOD, "area": "1\x002", "\x00": "\x00", "_draft": "keep"})
    assert response.status_code == 302 and draft_of(cast.officer, "lease.new")["area"] == ["12"]


def test_tokens_and_passwords_never_lie_in_a_draft():
    body = draft_body(QueryDict("unit=A&csrfmiddlewaretoken=t&deed_key=k&_draft=keep&password=p&password2=p"))
    assert body == {"unit": ["A"]}


@given(
    st.lists(st.sampled_from(["p", "s"]), unique=True), st.booleans(), st.text(max_size=20).filter(lambda t: "\x00" not in t)
)
def test_a_draft_and_what_was_typed_are_the_same(extras, sure, unit):
    typed = QueryDict(mutable=True)
    typed.setlist("extras", extras)
    typed["unit"] = unit
    if sure:
        typed["sure"] = "on"
    initial = draft_initial(LeaseForm(), draft_body(typed))
    assert initial["unit"] == unit
    assert initial["extras"] == extras and bool(initial["sure"]) == sure


def test_the_draft_is_kept_over_http_by_its_owner_alone(cast):
    client = Client(enforce_csrf_checks=True)
    address = "/account/drafts/lease.new:3/"
    assert client.post(address, {"unit": "A"}).status_code == 403
    client.force_login(cast.officer)
    assert client.post(address, {"unit": "A"}).status_code == 403  # no token
    token = client.get(address).json()["csrf"]
    assert client.post(address, {"unit": "A", "csrfmiddlewaretoken": token}).status_code == 204
    assert draft_of(cast.officer, "lease.new:3") == {"unit": ["A"]}
    assert draft_of(cast.director, "lease.new:3") is None
    assert client.post(address, {"unit": "长" * 300_000, "csrfmiddlewaretoken": token}).status_code == 422
    assert client.get(address).json()["person"] == str(cast.officer.pk)
    drawn = {"unit": "B", "deed_key": f"k.{cast.director.pk}", "csrfmiddlewaretoken": token}
    assert client.post(address, drawn).status_code == 409
    assert Draft.objects.count() == 1


class ScanForm(Form):
    scan = File(label="许可证", kinds=("pdf", "jpg", "jpeg"), most=1000)


def test_a_file_field_says_kind_and_size_and_holds_to_them(cast):
    page = html(handle(request_of(cast), ScanForm, title="上传", submit="上传许可证", act=lambda f: 1, then=lambda r: "/"))
    assert "PDF、JPG，不超过 1 KB" in page and 'accept=".pdf,.jpg,.jpeg"' in page and "multipart/form-data" in page

    def wrong(name, size):
        form = ScanForm(data={}, files={"scan": SimpleUploadedFile(name, b"x" * size)})
        return form.errors.get("scan", [""])[0]

    assert wrong("a.pdf", 10) == "" and wrong("A.JPG", 10) == ""
    assert "不是 PDF、JPG 文件" in wrong("a.exe", 10)
    assert "超过 1 KB" in wrong("a.pdf", 1001)
    assert ScanForm(data={}, files={}).errors["scan"] == ["请上传许可证。"]


class One(Form):
    name = forms.CharField(label="名称")


class Two(Form):
    area = Number(label="面积")


STEPS = [Step("one", "机构", One), Step("two", "面积", Two)]


def step(cast, at="", data=None, act=lambda by: by["one"].cleaned_data["name"]):
    return walk(
        request_of(cast, data, query=f"?step={at}" if at else ""), STEPS, draft="apply", act=act, then=lambda made: f"/done/{made}/",
        title="申请", submit="提交申请", done="已提交。",
    )  # fmt: skip


def test_steps_are_walked_checked_and_handed_in(cast):
    assert "1200" not in html(step(cast))
    assert step(cast, "one", {"name": "华聘"})["Location"] == "/x/?step=two"
    assert step(cast, "two", {"area": "一千"}).status_code == 422
    assert step(cast, "two", {"area": "1200"})["Location"] == "/x/?step=check"
    page = html(step(cast, "check"))
    assert "华聘" in page and "1,200" in page and "修改" in page and "提交申请" in page
    assert step(cast, "check", {})["Location"] == "/done/%E5%8D%8E%E8%81%98/"
    assert not Draft.objects.exists()


def test_no_step_can_be_jumped_over(cast):
    assert "名称" in html(step(cast, "check"))
    step(cast, "one", {"name": "华聘"})
    assert "面积" in html(step(cast, "check"))
    assert "面积" in html(step(cast, "no-such-step"))


def test_a_correction_goes_back_to_the_check(cast):
    step(cast, "one", {"name": "华聘"})
    step(cast, "two", {"area": "1200"})
    assert step(cast, "one", {"name": "华聘二"})["Location"] == "/x/?step=check"


def test_a_refusal_leads_to_the_step_it_is_about(cast):
    def act(by):
        raise Refused("这家机构已有一份未办结的申请。", field="name")

    step(cast, "one", {"name": "华聘"})
    step(cast, "two", {"area": "1200"})
    answer = step(cast, "check", {}, act)
    assert answer.status_code == 422 and 'value="华聘"' in html(answer) and html(answer).count("未办结的申请") == 2


def test_a_half_filled_step_can_be_left_and_is_caught_at_the_check(cast):
    step(cast, "one", {"name": "", "_draft": "keep"})
    step(cast, "two", {"area": "1200"})
    answer = step(cast, "check")
    assert answer.status_code == 422 and "请填写名称。" in html(answer)


def test_a_step_corrected_after_a_refusal_is_taken(cast):
    """The form drawn at the check belongs to its step: handing it in must not hand in everything."""
    step(cast, "one", {"name": "", "_draft": "keep"})
    step(cast, "two", {"area": "1200"})
    page = html(step(cast, "check"))
    assert 'action="/x/?step=one"' in page


class LimitsForm(Form):
    name = forms.CharField(label="名称", max_length=3)
    area = Number(label="面积", max_digits=5, decimal_places=2, min_value=1)
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲")])


def test_limits_are_told_in_words_that_name_the_field_and_what_to_do():
    def said(**data):
        return [
            message
            for messages in LimitsForm(data={"name": "甲", "area": "2", "kind": "a", **data}).errors.values()
            for message in messages
        ]

    assert said(name="一二三四") == ["“名称”最多3个字，现有4个，请缩短。"]
    assert said(name="一\0") == ["“名称”里有看不见的字符，请删去后重新填写。"]
    assert said(area="0") == ["“面积”不能小于1，请核对。"]
    assert said(area="12345") == ["“面积”的数字太大，请核对是否多写了几位。"]
    assert said(area="1.234") == ["“面积”最多2位小数，请四舍五入后填写。"]
    assert said(kind="b") == ["“类别”的选项已有变化，请重新选择。"]


@pytest.mark.parametrize("typed", ["0001-01-01", "9999-12-31", "2326-01-01", "1899-12-31"])
def test_a_day_of_another_age_is_a_slip_of_the_pen(typed):
    form = LeaseForm(data=GOOD | {"since": typed})
    assert form.errors["since"] == ["“起租日期”的年份应在1900年至2199年之间，请核对。"]


def test_a_condition_is_said_in_words():
    fields = {f.key: f for f in fields_of([
        {"key": "hq", "label": "总部情况"}, {"key": "is", "label": "类别", "type": "choice", "choices": [["a", "机构"]]},
    ])}  # fmt: skip
    assert when_words({"field": "hq", "filled": True}, fields) == "“总部情况”有填写时"
    assert when_words({"field": "is", "is": "a"}, fields) == "“类别”选“机构”时"
    assert when_words({"all": []}, fields) == when_words(None, fields) == ""
