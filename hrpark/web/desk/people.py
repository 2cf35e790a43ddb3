"""Who works in the park and for whom: roles, invitations, letters of authorisation, codes at the counter."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts import access, permissions, queries, rules, totp
from hrpark.accounts.actions import end_role, invite, invite_for, record_authorisation, verify_role, withdraw_invitation
from hrpark.accounts.erasure import erase_person, hindrances
from hrpark.accounts.kinds import ROLES
from hrpark.accounts.models import Invitation, Membership, Organisation, OrganisationKind, Park, Person
from hrpark.files.actions import attach
from hrpark.files.queries import attachments_by_subject
from hrpark.institutions.queries import institutions_in
from hrpark.toolbox.errors import HrparkError, Refused
from hrpark.trail.queries import timeline
from hrpark.web import clock
from hrpark.web.forms import Day, File, Form, Group, handle
from hrpark.web.lists import Choice, Column, List, Main, View, YesNo, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place
from hrpark.web.subjects import page_of

ROLE_LABELS = {role.key: role.label for role in ROLES}
ROLE_STATES = {
    "done": ("done", "有效"), "unverified": ("waiting", "待核验"), "later": ("waiting", "未开始"), "ended": ("off", "已收回"),
}  # fmt: skip
INVITATION_STATES = {
    "open": ("waiting", "待接受"), "accepted": ("done", "已接受"), "withdrawn": ("off", "已撤回"), "expired": ("off", "已过期"),
}  # fmt: skip
BASIS_HELP = "例如“核对居民身份证原件”。写入操作记录；不要填写证件号码。"


def role_state(verified_at: datetime | None, since: date, until: date | None) -> str:
    today = clock.today()
    if until is not None and until <= today:
        return "ended"
    if verified_at is None:
        return "unverified"
    return "later" if since > today else "done"


def invitation_state(accepted_at: datetime | None, withdrawn_at: datetime | None, expires_at: datetime) -> str:
    return Invitation(accepted_at=accepted_at, withdrawn_at=withdrawn_at, expires_at=expires_at).state(clock.now())


# ---------------------------------------------------------------- lists


class PeopleList(List):
    """Every role in the park that runs, waits or is to begin."""

    key, title, noun = "people", "人员与角色", "个角色"
    door, view, permission, record = "desk", "desk-people", permissions.PEOPLE_READ, "desk-person"
    columns = (
        Column("name", "姓名", "person__name", sort=True),
        Column(
            "state", "状态", ("verified_at", "since", "until"), kind="state", states=ROLE_STATES, show=role_state, sort="verified_at"
        ),
        Column("role", "角色", labels=ROLE_LABELS, sort=True),
        Column("organisation", "单位", "organisation__name", sort=True),
        Column("kind", "单位类别", "organisation__kind", labels=dict(OrganisationKind.choices), shown=False),
        Column(
            "account", "登录账号", ("person__mobile", "person__email"), show=lambda mobile, email: mobile or email,
            mask=rules.masked, clear=permissions.PEOPLE_MANAGE,
        ),
        Column("since", "自", kind="date", sort=True),
        Column("until", "至", kind="date", sort=True, shown=False),
    )  # fmt: skip
    filters = (
        Choice("role", "角色", choices=ROLE_LABELS),
        Choice("kind", "单位类别", "organisation__kind", choices=OrganisationKind),
        YesNo("waiting", "核验", yes="待核验", no="已核验", where=Q(verified_at__isnull=True)),
    )
    views = (View("待核验", "waiting=1"), View("运营方", "kind=operator"), View("机构", "kind=institution"))
    search = ("person__name__icontains", "organisation__name__icontains")
    search_hint = "搜索姓名、单位"
    order = ("-organisation__kind", "organisation__name", "pk")
    main = Main("邀请人员", "desk-invite", permissions.CODE_ISSUE)
    empty_title, empty_icon = "还没有人员", "users"
    empty_text = "邀请同事、主管部门和机构的人员，他们接受后会出现在这里。"

    def rows(self, standing, park):
        return queries.people_of(park, clock.today())


class InvitationList(List):
    """Every invitation of the park, by whoever sent it."""

    key, title, noun = "invitations", "邀请", "份"
    door, view, permission, record = "desk", "desk-invitations", permissions.PEOPLE_READ, "desk-invitation"
    columns = (
        Column("name", "姓名", sort=True),
        Column(
            "state",
            "状态",
            ("accepted_at", "withdrawn_at", "expires_at"),
            kind="state",
            states=INVITATION_STATES,
            show=invitation_state,
        ),
        Column("role", "角色", labels=ROLE_LABELS, sort=True),
        Column("organisation", "单位", "organisation__name", sort=True),
        Column("by", "邀请人", "invited_by__name"),
        Column("invited_at", "邀请时间", kind="moment", sort=True),
        Column("expires_at", "有效期至", kind="moment"),
    )
    filters = (
        Choice("role", "角色", choices=ROLE_LABELS),
        YesNo("open", "接受", yes="尚未接受", no="已接受", where=Q(accepted_at__isnull=True)),
    )
    search = ("name__icontains", "organisation__name__icontains")
    search_hint = "搜索姓名、单位"
    order = ("-invited_at",)
    main = Main("邀请人员", "desk-invite", permissions.CODE_ISSUE)
    empty_title, empty_icon = "还没有发出邀请", "mail"
    empty_text = "邀请通过链接发给本人，七天内有效。"

    def rows(self, standing, park):
        return queries.invitations_of(park)


PEOPLE, INVITATIONS = register(PeopleList()), register(InvitationList())
place("desk", "settings", "人员与角色", "desk-people", permissions.PEOPLE_READ, order=10)
place("desk", "settings", "邀请", "desk-invitations", permissions.PEOPLE_READ, order=20)
place("desk", "settings", "签发验证码", "desk-code", permissions.CODE_ISSUE, order=30)
page_of("membership", desk="desk-person")
page_of("invitation", desk="desk-invitation")


@page(permissions.PEOPLE_READ, door="desk")
@require_list
def people(request: HttpRequest, park: Park) -> HttpResponse:
    return PEOPLE.respond(request, park)


@page(permissions.PEOPLE_READ, door="desk")
@require_list
def invitations(request: HttpRequest, park: Park) -> HttpResponse:
    return INVITATIONS.respond(request, park)


# ---------------------------------------------------------------- one role


@page(permissions.PEOPLE_READ, door="desk")
@require_safe
def person(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """A role with its person, its letters of authorisation, and what can be done about it here."""
    membership = queries.membership_for(park, pk)
    institution = membership.organisation.kind == OrganisationKind.INSTITUTION
    manages = request.standing.may(permissions.PEOPLE_MANAGE, park.pk)
    letters = (
        list(queries.authorisations_of(park, membership.organisation).filter(person=membership.person)) if institution else []
    )
    scans = attachments_by_subject("authorisation", [letter.pk for letter in letters])
    key = membership.person.key
    return render(
        request,
        "desk/person.html",
        {
            "title": membership.person.name, "park": park, "m": membership, "role": ROLE_LABELS[membership.role],
            "state": ROLE_STATES[role_state(membership.verified_at, membership.since, membership.until)],
            "account": key if manages else rules.masked(key), "institution": institution,
            "may_verify": membership.verified_at is None and (institution or manages),
            "may_end": manages, "may_erase": _may_erase(request, park, membership.person), "why_not_vouch": queries.may_vouch(request.user, membership.person, park, request.today),
            "second": queries.has_second_factor(membership.person),
            "letters": [(letter, scans.get(str(letter.pk), [])) for letter in letters],
            "lines": timeline("membership", membership.pk), "ended": membership.until is not None and membership.until <= request.today,
        },
    )  # fmt: skip


def _back(park: Park, membership: Membership) -> str:
    return reverse("desk-person", kwargs={"park": park.slug, "pk": membership.pk})


class VerifyForm(Form):
    basis = forms.CharField(label="核验依据", max_length=200, help_text="例如“授权委托书原件，2026年3月2日收到”。")


@page(permissions.CODE_ISSUE, door="desk")
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """An officer confirms that a person may act for their institution."""
    membership = queries.membership_for(park, pk)
    return handle(
        request, VerifyForm, title=f"核验{membership.person.name}的身份", submit="核验通过", done="已核验，此人现在可以办理业务。",
        act=lambda form: verify_role(actor=request.user, at=request.at, key=deed_key(request), membership=membership, **form.cleaned_data),
        then=lambda _: _back(park, membership), back=_back(park, membership),
        lead=f"核验后，{membership.person.name}即可作为{membership.organisation.name}的{ROLE_LABELS[membership.role]}办理业务。",
    )  # fmt: skip


class EndForm(Form):
    on = Day(label="自哪天起收回", help_text="当天起不再有效。")
    reason = forms.CharField(label="原因", max_length=200)


@page(permissions.PEOPLE_MANAGE, door="desk")
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    membership = queries.membership_for(park, pk)
    return handle(
        request, EndForm, title=f"收回{membership.person.name}的角色", submit="收回角色", done="角色已收回。",
        act=lambda form: end_role(actor=request.user, at=request.at, key=deed_key(request), membership=membership, **form.cleaned_data),
        then=lambda _: _back(park, membership), back=_back(park, membership), initial={"on": request.today},
    )  # fmt: skip


class EraseForm(Form):
    basis = forms.CharField(
        label="依据",
        max_length=200,
        help_text="写明书面申请的日期和身份核验方式，不写姓名和号码，例如“2026年3月2日书面申请，核对居民身份证原件”。",
    )
    sure = forms.BooleanField(label="已核对书面申请和本人身份")


def _may_erase(request: HttpRequest, park: Park, person: Person) -> bool:
    allowed = request.standing.may(permissions.PEOPLE_ERASE, park.pk) and person.erased_at is None
    return allowed and not queries.may_vouch(request.user, person, park, request.today)


@page(permissions.PEOPLE_ERASE, door="desk")
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Erase a person on their written request. What stands in the way is told before anything is asked."""
    membership = queries.membership_for(park, pk)
    person, back = membership.person, _back(park, membership)
    return handle(
        request, EraseForm, title=f"删除{person.name}的个人信息", submit="", done="个人信息已删除，账号已注销。", template="desk/erase.html",
        act=lambda form: erase_person(
            actor=request.user, at=request.at, key=deed_key(request), person=person, park=park, basis=form.cleaned_data["basis"]
        ),
        then=lambda _: back, back=back, someone=person, hinders=hindrances(person, request.today),
    )  # fmt: skip


class LetterForm(Form):
    scope = forms.CharField(label="委托事项", max_length=200, initial="办理入驻申请及园区日常事务")
    valid_from = Day(label="生效日期")
    valid_to = Day(label="失效日期", required=False, help_text="委托书没有写明期限的，可以不填。")
    scan = File(label="扫描件或照片", required=False, kinds=("pdf", "jpg", "jpeg", "png"))


@page(permissions.CODE_ISSUE, door="desk")
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Register a letter of authorisation; its scan goes with it."""
    membership = queries.membership_for(park, pk)

    def act(form: LetterForm) -> Any:
        given, key = form.cleaned_data, deed_key(request)
        scan = given.pop("scan")
        kept = record_authorisation(
            actor=request.user,
            at=request.at,
            key=key,
            organisation=membership.organisation,
            person=membership.person,
            park=park,
            **given,
        )
        if scan:
            try:
                attach(
                    actor=request.user, at=request.at, key=key, to=kept, file=scan, park=park, label="授权委托书", personal=True
                )
            except Refused as error:
                messages.warning(request, f"授权委托书已登记，但扫描件没有保存：{error.message}")
        return kept

    return handle(
        request, LetterForm, title=f"登记{membership.person.name}的授权委托书", submit="登记授权委托书", done="授权委托书已登记。",
        act=act, then=lambda _: _back(park, membership), back=_back(park, membership),
    )  # fmt: skip


class ScanForm(Form):
    scan = File(label="扫描件或照片", kinds=("pdf", "jpg", "jpeg", "png"))


@page(permissions.CODE_ISSUE, door="desk")
@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: HttpRequest, park: Park, pk: int, letter: int) -> HttpResponse:
    """Add a scan to a letter that has been registered."""
    membership = queries.membership_for(park, pk)
    kept = queries.letter_of(membership, letter)
    return handle(
        request, ScanForm, title="上传授权委托书扫描件", submit="上传扫描件", done="扫描件已上传。",
        act=lambda form: attach(
            actor=request.user, at=request.at, key=deed_key(request), to=kept, file=form.cleaned_data["scan"], park=park,
            label="授权委托书", personal=True, field="scan",
        ),
        then=lambda _: _back(park, membership), back=_back(park, membership),
    )  # fmt: skip


# ---------------------------------------------------------------- inviting


class InviteForm(Form):
    groups = (
        Group("角色", ("role", "organisation")),
        Group("受邀人", ("name", "mobile", "email"), "手机号和邮箱至少填一项，受邀人以后用它登录。"),
    )
    role = forms.ChoiceField(label="角色", widget=forms.RadioSelect)
    organisation = forms.CharField(
        label="单位", max_length=120, required=False,
        help_text="机构填写档案中的全称或统一社会信用代码；主管部门填写全称；本园区只有一个运营方时可以不填。",
    )  # fmt: skip
    name = forms.CharField(label="姓名", max_length=60)
    mobile = forms.CharField(label="手机号", max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    email = forms.CharField(
        label="电子邮箱", max_length=254, required=False, widget=forms.TextInput(attrs={"inputmode": "email"})
    )


@page(permissions.CODE_ISSUE, door="desk")
@require_http_methods(["GET", "HEAD", "POST"])
def invite_person(request: HttpRequest, park: Park) -> HttpResponse:
    """Invite somebody; the link is shown once, on the answer to this form."""
    manages = request.standing.may(permissions.PEOPLE_MANAGE, park.pk)
    offered = [(r.key, r.label) for r in ROLES if manages or r.organisation == OrganisationKind.INSTITUTION]
    form, status = InviteForm(request.POST or None, initial=_asked(request, park)), 200
    form.fields["role"].choices = offered
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise Refused("")
            made, token = _invite(request, park, dict(form.cleaned_data))
            return link_page(request, made, token, reverse("desk-invitations", kwargs={"park": park.slug}))
        except HrparkError as refused:
            status = refused.status
            if refused.message:
                form.refuse(refused)
    context = {
        "form": form, "kept": None, "title": "邀请人员", "submit": "生成邀请链接", "park": park,
        "back": reverse("desk-people", kwargs={"park": park.slug}),
        "lead": "" if manages else "您可以邀请机构的人员；邀请运营方和主管部门人员由园区负责人办理。",
    }  # fmt: skip
    return render(request, "parts/form_page.html", context, status=status)


def _asked(request: HttpRequest, park: Park) -> dict[str, str]:
    """From an institution's page its people are invited: ``?institution=`` with the dossier's number."""
    asked = request.GET.get("institution", "")
    if not asked.isdecimal():
        return {}
    dossier = institutions_in(request.standing, park).filter(pk=asked[:18]).first()
    return {"organisation": dossier.name, "role": "representative"} if dossier else {}


def _invite(request: HttpRequest, park: Park, given: dict[str, str]) -> tuple[Invitation, str]:
    body = given.pop("organisation")
    by = {"actor": request.user, "at": request.at, "key": deed_key(request), "park": park}
    if ROLES.get(given["role"]).organisation != OrganisationKind.INSTITUTION:
        return invite_for(**by, body=body, **given)
    return invite(**by, organisation=_institution(request, park, body), **given)


def _institution(request: HttpRequest, park: Park, text: str) -> Organisation:
    """The organisation behind a dossier of this park, by name or code."""
    text = " ".join(text.split())
    found = (
        list(
            institutions_in(request.standing, park)
            .filter(Q(name=text) | Q(uscc=text.upper()))
            .select_related("organisation")[:2]
        )
        if text
        else []
    )
    if len(found) == 2:
        raise Refused("有两家机构用这个名称，请改填统一社会信用代码。", field="organisation")
    if not found:
        raise Refused("名录中没有这家机构。请填写档案中的全称或统一社会信用代码；新机构请先登记。", field="organisation")
    if found[0].organisation is None:
        raise Refused("这家机构的档案还没有统一社会信用代码，补充后才能邀请它的人员。", field="organisation")
    return found[0].organisation


def link_page(request: HttpRequest, made: Invitation, token: str, back: str) -> HttpResponse:
    link = request.build_absolute_uri(reverse("account-invitation", kwargs={"token": token}))
    context = {"title": "邀请链接", "made": made, "role": ROLE_LABELS[made.role], "link": link, "back": back, "park": made.park}
    return render(request, "desk/invited.html", context)


@page(permissions.PEOPLE_READ, door="desk")
@require_safe
def invitation(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = queries.invitation_for(park, pk)
    manages = request.standing.may(permissions.PEOPLE_MANAGE, park.pk)
    context = {
        "title": f"给{found.name}的邀请", "park": park, "one": found, "role": ROLE_LABELS[found.role],
        "state": INVITATION_STATES[found.state(request.at)], "open": found.state(request.at) == "open",
        "account": " ".join(k if manages else rules.masked(k) for k in (found.mobile, found.email) if k),
        "may_withdraw": manages or found.organisation.kind == OrganisationKind.INSTITUTION,
        "lines": timeline("invitation", found.pk),
    }  # fmt: skip
    return render(request, "desk/invitation.html", context)


@page(permissions.CODE_ISSUE, door="desk")
@require_POST
def invitation_withdraw(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    withdraw_invitation(actor=request.user, at=request.at, key=deed_key(request), invitation=queries.invitation_for(park, pk))
    messages.success(request, "邀请已撤回，链接不再有效。")
    return HttpResponseRedirect(reverse("desk-invitation", kwargs={"park": park.slug, "pk": pk}))


# ---------------------------------------------------------------- at the counter


class CounterForm(Form):
    key = forms.CharField(label="手机号或邮箱", max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(label="证件上的姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    basis = forms.CharField(label="如何核对了本人身份", max_length=200, help_text=BASIS_HELP)


@page(permissions.CODE_ISSUE, door="desk")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, park: Park, pk: int | None = None) -> HttpResponse:
    """A one-time code for a person who stands at the counter, shown once on the answer to this form."""
    membership = queries.membership_for(park, pk) if pk is not None else None
    form, status = CounterForm(request.POST or None), 200
    if membership is not None:
        form.fields["key"].required, form.fields["key"].widget = False, forms.HiddenInput()
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise Refused("")
            given = form.cleaned_data
            someone = queries.person_with_papers(membership.person.key if membership else given["key"], given["name"])
            kept, text = access.issue_code(
                actor=request.user, at=request.at, key=deed_key(request), person=someone, park=park, basis=given["basis"]
            )
            back = _back(park, membership) if membership else reverse("desk-code", kwargs={"park": park.slug})
            context = {"title": "一次性验证码", "park": park, "someone": someone, "code": text, "kept": kept, "back": back}
            return render(request, "desk/code.html", context)
        except HrparkError as refused:
            status = refused.status
            if refused.message:
                form.refuse(refused)
    context = {
        "form": form, "kept": None, "title": f"为{membership.person.name}签发验证码" if membership else "签发一次性验证码",
        "submit": "签发验证码", "park": park, "back": _back(park, membership) if membership else "",
        "lead": "只为本人到场、已核对身份证件的人员签发。验证码10分钟内有效，用一次后作废。",
    }  # fmt: skip
    return render(request, "parts/form_page.html", context, status=status)


class VouchForm(Form):
    basis = forms.CharField(label="如何核对了本人身份", max_length=200, help_text=BASIS_HELP)


@page(permissions.CODE_ISSUE, door="desk")
@require_http_methods(["GET", "HEAD", "POST"])
def second_off(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    """Lift the second factor of a person who lost the phone and stands at the counter."""
    membership = queries.membership_for(park, pk)
    return handle(
        request, VouchForm, title=f"解除{membership.person.name}的两步验证", submit="解除两步验证", done="两步验证已解除，请提醒本人重新开启。",
        act=lambda form: totp.remove_totp(
            actor=request.user, at=request.at, key=deed_key(request), person=membership.person, park=park, **form.cleaned_data
        ),
        then=lambda _: _back(park, membership), back=_back(park, membership),
        lead="只为本人到场、已核对身份证件的人员办理。解除后，此人仅凭密码即可登录，应尽快重新绑定。",
    )  # fmt: skip
