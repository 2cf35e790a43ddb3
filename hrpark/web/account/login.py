"""Signing in and out: key and password, one-time code, second factor."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts import access, tasks, totp
from hrpark.accounts.kinds import SHOWN_LOGINS
from hrpark.accounts.models import Person
from hrpark.accounts.throttle import TooManyAttempts
from hrpark.toolbox.errors import HrparkError, Refused
from hrpark.web.forms import Form
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import shell_of

from . import sessions
from .visitor import HALF, HALF_SECONDS, address_of, device_of, going_to, let_in, proceed

WHY_OUT = {
    "idle": "您已有两小时没有操作，为保护账号已退出登录。已保存的草稿还在，请重新登录。",
    "age": "本次登录已满12小时，为保护账号已退出。已保存的草稿还在，请重新登录。",
}
#: The key that was typed on the page before this one (registration), so that it need not be typed again.
TYPED = "typed_key"


def key_field(label: str = "手机号或邮箱") -> forms.CharField:
    attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(label=label, max_length=254, widget=forms.TextInput(attrs=attrs))


def password_field(label: str = "密码", *, new: bool = False, help_text: str = "") -> forms.CharField:
    """Never trimmed: a blank may be part of a password."""
    attrs = {"autocomplete": "new-password" if new else "current-password"}
    return forms.CharField(
        label=label, strip=False, max_length=4096, help_text=help_text, widget=forms.PasswordInput(attrs=attrs)
    )


def code_field(label: str, help_text: str, length: int) -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": str(length), "class": "w-12"}
    return forms.CharField(label=label, max_length=length, help_text=help_text, widget=forms.TextInput(attrs=attrs))


class LoginForm(Form):
    key = key_field()
    password = password_field()


class CodeForm(Form):
    key = key_field()
    code = code_field("验证码", "6位或8位数字，10分钟内有效。", 20)


class SecondForm(Form):
    code = code_field("动态口令", "验证器应用中当前显示的6位数字。手机不在身边时，填写一个8位恢复代码。", 20)


def drawn(request: HttpRequest, template: str, error: HrparkError | None = None, **context: object) -> HttpResponse:
    """A page that no cache keeps; refused attempts answer with their status and say when to come back."""
    response = render(request, template, context, status=error.status if error else 200)
    response.headers["Cache-Control"] = "no-store"
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(max(1, int((error.until - request.at).total_seconds())))
    return response


@page(door="public")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    to, error = going_to(request), None
    if request.user.is_authenticated:
        return HttpResponseRedirect(to or reverse("account-enter"))
    if request.method == "POST":
        form = LoginForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                person = access.prove_password(
                    key=given["key"],
                    password=given["password"],
                    at=request.at,
                    address=address_of(request),
                    device=device_of(request),
                )
            except HrparkError as refused:
                error = refused
                form.refuse(refused)
            else:
                return proceed(request, person, "password", to)
        else:
            error = Refused("")
    else:
        form = LoginForm(initial={"key": request.session.pop(TYPED, "")})
        reason = WHY_OUT.get(request.session.pop(sessions.ENDED, ""))
        if reason:
            messages.info(request, reason)
    shown = list(SHOWN_LOGINS) if settings.DEMO else []
    return drawn(request, "account/login.html", error, form=form, title="登录", to=to, shown=shown)


@page(door="public")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Sign in by a one-time code; where codes can be sent, ask for one here."""
    to, error = going_to(request), None
    if request.user.is_authenticated:
        return HttpResponseRedirect(to or reverse("account-enter"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and "send" in request.POST:
        form.fields["code"].required = False
        try:
            if not form.is_valid():
                raise Refused("")
            tasks.deliver_code.enqueue(
                *access.request_code(
                    key=form.cleaned_data["key"], at=request.at, deed_key=deed_key(request), address=address_of(request)
                )
            )
        except HrparkError as refused:
            error = refused
            if refused.message:
                form.refuse(refused)
        else:
            messages.info(
                request, "如果该账号存在，验证码已经发出，10分钟内有效。几分钟后仍未收到，请核对账号或到园区服务台领取。"
            )
            form = CodeForm(initial={"key": form.cleaned_data["key"]})
    elif request.method == "POST":
        if form.is_valid():
            given = form.cleaned_data
            try:
                person = access.prove_code(
                    key=given["key"], code=given["code"], at=request.at, address=address_of(request), device=device_of(request)
                )
            except HrparkError as refused:
                error = refused
                form.refuse(refused)
            else:
                return proceed(request, person, "code", to or reverse("account-password"))
        else:
            error = Refused("")
    return drawn(request, "account/code.html", error, form=form, title="用验证码登录", to=to, sends=access.sends_codes())


@page(door="public")
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The second step of somebody whose password or code was right; ten minutes, in the same browser."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(reverse("account-enter"))
    half, error = request.session.get(HALF), None
    person = _half_way(request, half)
    if person is None:
        request.session.pop(HALF, None)
        messages.info(request, "登录的第一步已过期，请重新登录。")
        return HttpResponseRedirect(reverse("account-login"))
    form = SecondForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            try:
                means = totp.prove_second(
                    person=person, code=form.cleaned_data["code"], at=request.at, address=address_of(request)
                )
            except HrparkError as refused:
                error = refused
                form.refuse(refused)
            else:
                if means == "recovery":
                    messages.warning(
                        request, f"您用恢复代码登录，还剩 {len(totp.recovery_codes(person))} 个。手机丢失请尽快重新绑定验证器。"
                    )
                return let_in(request, person, half["means"], means, half["to"])
        else:
            error = Refused("")
    return drawn(request, "account/second.html", error, form=form, title="两步验证")


def _half_way(request: HttpRequest, half: dict | None) -> Person | None:
    """The person of the first step, unless it is too long ago or the password has changed meanwhile."""
    if not half or request.at.timestamp() - half["at"] > HALF_SECONDS:
        return None
    person = Person.objects.filter(pk=half["person"], is_active=True).first()
    return person if person is not None and person.get_session_auth_hash() == half["stamp"] else None


@page(door="public")
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        access.session_ended(session_key=request.session.session_key, at=request.at)
    end_session(request)
    messages.success(request, "您已退出登录。")
    response = HttpResponseRedirect(settings.LOGOUT_REDIRECT_URL)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@page(door="person")
@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """After signing in: to the door that the person's first role opens, else to the own account."""
    hats = shell_of(request).hats
    return HttpResponseRedirect(hats[0].url if hats else reverse("account-home"))
