"""The first day of an installation, and its further parks."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hrpark.accounts import access, queries, rules, setup
from hrpark.accounts.actions import begin_installation, open_park
from hrpark.accounts.models import Person
from hrpark.toolbox.errors import HrparkError, NotFound, Refused
from hrpark.web.forms import Form, Group
from hrpark.web.pages import deed_key, page

from .login import drawn, key_field, password_field
from .register import PASSWORD_HELP, name_field
from .visitor import let_in


def slug_field() -> forms.CharField:
    return forms.CharField(
        label="网址短名", max_length=40, help_text="出现在网址中，小写字母、数字和连字符，例如 huangpu。确定后不再更改。",
        widget=forms.TextInput(attrs={"class": "w-20", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip


class SetupForm(Form):
    groups = (
        Group("系统管理员", ("token", "name", "key", "password"), "第一位管理员同时是第一个园区的负责人，之后可以邀请他人。"),
        Group("第一个园区", ("park", "slug", "operator", "uscc")),
    )
    token = forms.CharField(
        label="安装口令", max_length=100, help_text="服务器首次启动时显示在终端上，也可用 manage.py setup_token 查看。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    name = name_field()
    key = key_field()
    password = password_field(new=True, help_text=PASSWORD_HELP)
    park = forms.CharField(label="园区名称", max_length=80)
    slug = slug_field()
    operator = forms.CharField(label="运营方名称", max_length=120, help_text="运营园区的单位全称。")
    uscc = forms.CharField(label="运营方统一社会信用代码", max_length=18, required=False)


@page(door="public")
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """Makes the first administrator, park and operator. No such page once somebody has an account."""
    if not queries.is_empty():
        raise NotFound()
    error = None
    form = SetupForm(request.POST or None, initial={"token": request.GET.get("token", "")})
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise Refused("")
            return _begin(request, form.cleaned_data)
        except HrparkError as refused:
            error = refused
            if refused.message:
                form.refuse(refused)
    return drawn(request, "account/setup.html", error, form=form, title="第一次使用")


def _begin(request: HttpRequest, given: dict) -> HttpResponse:
    if not setup.is_setup_token(given["token"]):
        raise Refused("安装口令不正确。请在服务器上运行 manage.py setup_token 查看。", field="token")
    kind, key = rules.account_key(given["key"])
    keys = {"mobile": "", "email": "", kind: key}
    access.check_new_password(given["password"], Person(name=given["name"], **{kind: key}))
    person = begin_installation(
        at=request.at, name=given["name"], password=given["password"], park=given["park"], slug=given["slug"],
        operator=given["operator"], uscc=given["uscc"], **keys,
    )  # fmt: skip
    setup.drop_setup_token()
    return let_in(request, person, "password", "", "")


class ParkForm(Form):
    groups = (
        Group("园区", ("name", "slug", "operator")),
        Group(
            "第一位园区负责人",
            ("director", "mobile", "email"),
            "他会得到一个七天内有效的邀请链接，由您转交。手机号和邮箱至少填一项。",
        ),
    )
    name = forms.CharField(label="园区名称", max_length=80)
    slug = slug_field()
    operator = forms.CharField(label="运营方名称", max_length=120)
    director = forms.CharField(label="姓名", max_length=60)
    mobile = forms.CharField(label="手机号", max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    email = forms.CharField(
        label="电子邮箱", max_length=254, required=False, widget=forms.TextInput(attrs={"inputmode": "email"})
    )


@page(door="installation")
@require_safe
def parks(request: HttpRequest) -> HttpResponse:
    """Every park of this installation, for who installs."""
    return drawn(request, "account/parks.html", title="本平台的园区", parks=queries.all_parks(request.standing))


@page(door="installation")
@require_http_methods(["GET", "HEAD", "POST"])
def park_new(request: HttpRequest) -> HttpResponse:
    """Open a further park; its director comes by a link that is shown once."""
    form, error = ParkForm(request.POST or None), None
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise Refused("")
            opened, token = open_park(actor=request.user, at=request.at, key=deed_key(request), **form.cleaned_data)
            link = request.build_absolute_uri(reverse("account-invitation", kwargs={"token": token}))
            return drawn(
                request, "account/park_opened.html", title=f"已开通{opened.name}", link=link, name=form.cleaned_data["director"]
            )
        except HrparkError as refused:
            error = refused
            if refused.message:
                form.refuse(refused)
    return drawn(request, "account/park_new.html", error, form=form, title="开通园区", back=reverse("account-parks"))
