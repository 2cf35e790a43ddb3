"""My account: name and keys, password, second factor, sessions, roles, consents."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts import access, queries, totp, vault
from hrpark.accounts.actions import change_person, end_role, withdraw_consent
from hrpark.accounts.consents import PURPOSES
from hrpark.accounts.kinds import ROLES
from hrpark.toolbox.errors import HrparkError, Refused
from hrpark.web.forms import Form, handle
from hrpark.web.pages import deed_key, page

from . import sessions
from .login import code_field, drawn, password_field
from .register import PASSWORD_HELP
from .visitor import address_of, device_name, going_to

#: The secret of an authenticator that is being set up, sealed, until its first code is shown.
SETTING_UP = "totp"


@page(door="person")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    person = request.user
    since = request.at - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    consents = [(c, PURPOSES.find(c.purpose)) for c in queries.consents_of(person)]
    roles = [(m, ROLES.get(m.role).label, _state(m, request.today)) for m in queries.roles_of(person)]
    return drawn(
        request, "account/home.html", title="我的账号", person=person, roles=roles, consents=consents,
        sessions=queries.running_sessions(person, since), here=request.session.session_key, second=queries.has_second_factor(person),
        left=len(totp.recovery_codes(person)), installs=person.installs, device_name=device_name,
    )  # fmt: skip


def _state(membership, today) -> tuple[str, str]:
    if membership.until is not None and membership.until <= today:
        return "off", "已收回"
    if membership.verified_at is None:
        return "waiting", "待核验"
    return ("waiting", "未开始") if membership.since > today else ("done", "有效")


class PersonForm(Form):
    name = forms.CharField(label="姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    mobile = forms.CharField(
        label="手机号", max_length=30, required=False, widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"})
    )
    email = forms.CharField(
        label="电子邮箱",
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    password_current = password_field("当前密码", help_text="修改登录账号前，请再输入一次密码。")


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Name and keys. Both keys sign in; at least one stays."""
    person = queries.person_for(request.user)

    def act(form: PersonForm):
        given = form.cleaned_data
        _prove(request, given.pop("password_current"))
        return change_person(actor=request.user, at=request.at, key=deed_key(request), person=person, **given)

    return handle(
        request, _with_proof(request, PersonForm), title="修改姓名和账号", submit="保存修改", act=act, done="已保存。",
        then=lambda _: reverse("account-home"), back=reverse("account-home"),
        initial={"name": person.name, "mobile": person.mobile or "", "email": person.email or ""},
    )  # fmt: skip


def _prove(request: HttpRequest, password: str) -> None:
    access.prove_again(
        person=request.user,
        password=password,
        session_key=request.session.session_key,
        at=request.at,
        address=address_of(request),
    )


def _by_code(request: HttpRequest) -> bool:
    """Just signed in by a one-time code: that was proof enough, and there may be no password to ask for."""
    return access.came_by_code(request.user, request.session.session_key, request.at)


def _with_proof(request: HttpRequest, make: type[Form]):
    """The form, without its question for the password where a code has just answered it."""

    def made(**kwargs):
        form = make(**kwargs)
        if _by_code(request):
            form.fields["password_current"].required = False
            form.fields["password_current"].widget = forms.HiddenInput()
        return form

    return made


# ---------------------------------------------------------------- password


class PasswordForm(Form):
    password_current = password_field("当前密码")
    password = password_field("新密码", new=True, help_text=PASSWORD_HELP)


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A new password; every other session of the person ends."""
    to = going_to(request) or reverse("account-enter" if _by_code(request) else "account-home")

    def act(form: PasswordForm):
        given = form.cleaned_data
        before = request.session.session_key
        access.change_password(
            person=request.user, at=request.at, key=deed_key(request), current=given["password_current"], password=given["password"],
            session_key=before, address=address_of(request),
        )  # fmt: skip
        update_session_auth_hash(request, request.user)
        access.session_moved(before=before, after=request.session.session_key)
        return request.user

    return handle(
        request, _with_proof(request, PasswordForm), title="设置新密码", submit="设置新密码", act=act, then=lambda _: to,
        done="新密码已生效，其他设备上的登录已退出。", back=to, template="account/password.html", by_code=_by_code(request),
    )  # fmt: skip


# ---------------------------------------------------------------- second factor


class TotpForm(Form):
    code = code_field("动态口令", "扫码后，填写应用中当前显示的6位数字。", 10)
    password_current = password_field("当前密码")


class TotpOffForm(Form):
    code = code_field("动态口令或恢复代码", "验证器应用中当前显示的6位数字，或一个8位恢复代码。", 20)
    password_current = password_field("当前密码")


class AgainForm(Form):
    password_current = password_field("当前密码")


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator: scan, show one code, keep the recovery codes."""
    person, error = request.user, None
    make = _with_proof(request, TotpForm)
    if request.method == "POST":
        form = make(data=request.POST)
        try:
            if not form.is_valid():
                raise Refused("")
            sealed = request.session.get(SETTING_UP)
            if not sealed:
                raise Refused("设置已过期，请重新扫描二维码。", field="code")
            _prove(request, form.cleaned_data["password_current"])
            totp.add_totp(
                actor=person,
                at=request.at,
                key=deed_key(request),
                person=person,
                secret=vault.unseal(sealed),
                code=form.cleaned_data["code"],
            )
            request.session[sessions.SECOND] = "totp"
            access.end_sessions(person=person, at=request.at, but=request.session.session_key)
            return drawn(request, "account/recovery.html", title="两步验证已开启", codes=totp.recovery_codes(person))
        except HrparkError as refused:
            error = refused
            if refused.message:
                form.refuse(refused)
    else:
        form = make()
    if queries.has_second_factor(person):
        request.session.pop(SETTING_UP, None)
        return drawn(request, "account/totp_on.html", title="两步验证", left=len(totp.recovery_codes(person)))
    sealed = request.session.get(SETTING_UP)
    if not sealed:
        sealed = request.session[SETTING_UP] = vault.seal(totp.new_secret())
    secret = vault.unseal(sealed)
    must = settings.REQUIRE_TOTP and queries.must_have_second_factor(request.standing)
    return drawn(
        request, "account/totp.html", error, form=form, title="开启两步验证", picture=totp.picture(totp.address(person, secret)),
        secret=" ".join(secret[n : n + 4] for n in range(0, len(secret), 4)), must=must,
    )  # fmt: skip


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_off(request: HttpRequest) -> HttpResponse:
    """Switch it off, after both factors."""
    if request.method != "POST" and not queries.has_second_factor(request.user):
        return HttpResponseRedirect(reverse("account-totp"))

    def act(form: TotpOffForm):
        _prove(request, form.cleaned_data["password_current"])
        totp.prove_second(person=request.user, code=form.cleaned_data["code"], at=request.at, address=address_of(request))
        done = totp.remove_totp(actor=request.user, at=request.at, key=deed_key(request), person=request.user)
        request.session.pop(SETTING_UP, None)
        request.session[sessions.SECOND] = ""
        return done

    return handle(
        request, _with_proof(request, TotpOffForm), title="关闭两步验证", submit="关闭两步验证", act=act, done="两步验证已关闭。",
        then=lambda _: reverse("account-home"), back=reverse("account-home"), lead="关闭后，仅凭密码即可登录您的账号。更换手机时请先关闭，再用新手机重新开启。",
    )  # fmt: skip


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def recovery(request: HttpRequest) -> HttpResponse:
    """New recovery codes, shown once."""
    form, error = _with_proof(request, AgainForm)(data=request.POST or None), None
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise Refused("")
            _prove(request, form.cleaned_data["password_current"])
            totp.renew_recovery_codes(actor=request.user, at=request.at, key=deed_key(request), person=request.user)
            return drawn(request, "account/recovery.html", title="新的恢复代码", codes=totp.recovery_codes(request.user))
        except HrparkError as refused:
            error = refused
            if refused.message:
                form.refuse(refused)
    return drawn(
        request, "account/recovery_new.html", error, form=form, title="重新生成恢复代码", submit="重新生成", kept=None,
        back=reverse("account-home"), lead="生成后，原有的恢复代码全部作废。",
    )  # fmt: skip


# ---------------------------------------------------------------- sessions, roles, consents


@page(door="person")
@require_POST
def sessions_end(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """End one of one's other sessions, or all of them."""
    ended = access.end_sessions(person=request.user, at=request.at, but=request.session.session_key, only=pk)
    if ended:
        messages.success(request, f"已退出其他 {ended} 处登录。如非本人操作，请立即修改密码。")
    else:
        messages.info(request, "没有其他登录需要退出。")
    return HttpResponseRedirect(reverse("account-home"))


class LeaveForm(Form):
    reason = forms.CharField(label="原因", max_length=200, required=False, help_text="会写入操作记录，单位可以看到。")


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def role_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay down one of one's own roles."""
    membership = queries.own_membership(request.user, pk)
    label = f"{membership.organisation.name} · {ROLES.get(membership.role).label}"
    return handle(
        request, LeaveForm, title="辞去角色", submit="辞去这个角色", done=f"已辞去：{label}。",
        act=lambda form: end_role(
            actor=request.user, at=request.at, key=deed_key(request), membership=membership, on=request.today,
            reason=form.cleaned_data["reason"] or "本人辞去",
        ),
        then=lambda _: reverse("account-home"), back=reverse("account-home"),
        lead=f"辞去“{label}”（{membership.park.name}）后立即不能再办理该单位的业务，恢复须由单位重新邀请。",
    )  # fmt: skip


class WithdrawForm(Form):
    sure = forms.BooleanField(label="我要撤回同意并注销账号")


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def consent_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a consent; the one the account rests on closes it."""
    consent = queries.own_consent(request.user, pk)
    purpose = PURPOSES.find(consent.purpose)
    closes = purpose is not None and purpose.needed
    form, error = WithdrawForm(request.POST or None), None
    if not closes:
        form.fields["sure"].label = "我要撤回同意"
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise Refused("")
            withdraw_consent(actor=request.user, at=request.at, key=deed_key(request), consent=consent)
            if not closes:
                messages.success(request, "已撤回同意。")
                return HttpResponseRedirect(reverse("account-home"))
            access.end_sessions(person=request.user, at=request.at)
            end_session(request)
            messages.success(request, "已撤回同意，账号已注销。")
            return HttpResponseRedirect(reverse("account-login"))
        except HrparkError as refused:
            error = refused
            if refused.message:
                form.refuse(refused)
    lead = (
        "撤回后账号立即停用，您将不能再登录；此前依法办理的事项和记录仍然保留。" if closes else "撤回后，相应的处理立即停止。"
    )
    return drawn(
        request, "account/consent.html", error, form=form, title="撤回同意", consent=consent, purpose=purpose, lead=lead,
        submit="撤回同意并注销账号" if closes else "撤回同意",
    )  # fmt: skip
