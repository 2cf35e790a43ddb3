"""Becoming a person here: by one's own registration, or by the link of an invitation."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hrpark.accounts import access, rules
from hrpark.accounts.actions import accept_invitation
from hrpark.accounts.consents import ACCOUNT
from hrpark.accounts.kinds import ROLES
from hrpark.accounts.models import Invitation
from hrpark.accounts.queries import LINK_IS_DEAD, accepted_by, any_person_by_key, counts_already, invitation_by_token
from hrpark.toolbox.errors import HrparkError, NotFound, Refused
from hrpark.web.forms import Form
from hrpark.web.pages import deed_key, page

from .login import TYPED, drawn, key_field, password_field
from .visitor import address_of, device_of, going_to, proceed

PASSWORD_HELP = "至少10个字符。可以用几个互不相关的词组成一句话，中文、字母、数字均可。"  # noqa: S105


def name_field() -> forms.CharField:
    return forms.CharField(label="姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class RegisterForm(Form):
    name = name_field()
    key = key_field()
    password = password_field(new=True, help_text=PASSWORD_HELP)
    agreed = forms.BooleanField(label="我已阅读并同意上述个人信息处理说明")


class AcceptForm(Form):
    name = name_field()
    password = password_field(new=True, help_text=PASSWORD_HELP)
    agreed = forms.BooleanField(label="我已阅读并同意上述个人信息处理说明")


@page(door="public")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """An account for an applicant. The answer is the same whether or not the key was known."""
    to, error = going_to(request), None
    if request.user.is_authenticated:
        return HttpResponseRedirect(to or reverse("account-enter"))
    form = RegisterForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            try:
                access.sign_up(at=request.at, deed_key=deed_key(request), address=address_of(request), **form.cleaned_data)
            except HrparkError as refused:
                error = refused
                form.refuse(refused)
            else:
                request.session[TYPED] = form.cleaned_data["key"]
                messages.success(
                    request, "账号已可使用，请登录。如果该手机号或邮箱以前注册过，请用原来的密码登录；忘记密码可用验证码登录。"
                )
                return HttpResponseRedirect(reverse("account-login", query={"next": to} if to else None))
        else:
            error = Refused("")
    return drawn(request, "account/register.html", error, form=form, title="注册账号", to=to, consent=ACCOUNT)


@page(door="public")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept a role: with the account one is signed in to, or with a new one."""
    signed_in, error = request.user.is_authenticated, None
    try:
        offered = invitation_by_token(token, request.at)
    except NotFound:
        return _again(request, token)
    key = offered.mobile or offered.email
    owner = next((p for k in (offered.mobile, offered.email) if k and (p := any_person_by_key(k))), None)
    form = AcceptForm(request.POST or None, initial={"name": offered.name})
    if request.method == "POST":
        try:
            if signed_in:
                accepted = accept_invitation(
                    actor=request.user, at=request.at, key=deed_key(request), token=token, person=request.user
                )
                return _joined(request, accepted)
            if not form.is_valid():
                raise Refused("")
            accepted = access.join(token=token, at=request.at, deed_key=deed_key(request), **form.cleaned_data)
            _say(request, accepted)
            return _in_by_password(request, key, form.cleaned_data["password"])
        except HrparkError as refused:
            error = refused
            if refused.message:
                form.refuse(refused)
    context = {
        "form": form, "title": "接受邀请", "offered": offered, "role": ROLES.get(offered.role).label, "consent": ACCOUNT,
        "key": rules.masked(key), "known": owner is not None, "signed_in": signed_in,
        "other": signed_in and owner is not None and owner != request.user,
    }  # fmt: skip
    return drawn(request, "account/invitation.html", error, **context)


def _again(request: HttpRequest, token: str) -> HttpResponse:
    """A link that is open no longer. Who has just accepted it (a double click, the back button) goes on; nobody else."""
    person = accepted_by(token)
    if person is None:
        raise NotFound(LINK_IS_DEAD)
    if request.user == person:
        return HttpResponseRedirect(reverse("account-enter"))
    form = AcceptForm(request.POST or None)
    if request.method != "POST" or request.user.is_authenticated or not form.is_valid():
        raise NotFound(LINK_IS_DEAD)
    try:
        return _in_by_password(request, person.key, form.cleaned_data["password"])
    except HrparkError:
        raise NotFound(LINK_IS_DEAD) from None


def _in_by_password(request: HttpRequest, key: str, password: str) -> HttpResponse:
    """A new account signs in with the password that was just typed: the link alone never does."""
    person = access.prove_password(
        key=key, password=password, at=request.at, address=address_of(request), device=device_of(request)
    )
    return proceed(request, person, "password", "")


def _say(request: HttpRequest, accepted: Invitation) -> None:
    role = f"{accepted.organisation.name}的{ROLES.get(accepted.role).label}"
    if counts_already(accepted):
        messages.success(request, f"您已成为{role}。")
    else:
        messages.info(request, f"您已登记为{role}。请把授权委托书交给园区工作人员，核验后即可办理业务。")


def _joined(request: HttpRequest, accepted: Invitation) -> HttpResponse:
    _say(request, accepted)
    return HttpResponseRedirect(reverse("account-enter"))
