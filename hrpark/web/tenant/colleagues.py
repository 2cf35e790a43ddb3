"""The people of one's own institution: who acts for it, whom to invite, whose role has ended."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts import permissions, queries
from hrpark.accounts.actions import end_role, invite, withdraw_invitation
from hrpark.accounts.kinds import INSTITUTION, ROLES
from hrpark.accounts.models import Organisation, Park
from hrpark.toolbox.errors import HrparkError, Refused
from hrpark.trail.queries import timeline
from hrpark.web import clock
from hrpark.web.forms import Day, Form, handle
from hrpark.web.lists import Column, List, Main, register, require_list
from hrpark.web.pages import deed_key, page
from hrpark.web.shell import place

ROLE_LABELS = {key: ROLES.get(key).label for key in INSTITUTION}
ROLE_STATES = {"done": ("done", "有效"), "unverified": ("waiting", "待园区核验"), "ended": ("off", "已收回")}


class ColleagueList(List):
    """Roles of the own institution that run or wait."""

    key, title, noun = "colleagues", "本机构人员", "人"
    door, view, permission, record = "tenant", "tenant-colleagues", permissions.COLLEAGUES_MANAGE, "tenant-colleague"
    columns = (
        Column("name", "姓名", "person__name", sort=True),
        Column(
            "state",
            "状态",
            "verified_at",
            kind="state",
            states=ROLE_STATES,
            show=lambda verified: "done" if verified else "unverified",
        ),
        Column("role", "角色", labels=ROLE_LABELS, sort=True),
        Column("organisation", "机构", "organisation__name", shown=False),
        Column("account", "登录账号", ("person__mobile", "person__email"), show=lambda mobile, email: mobile or email),
        Column("since", "自", kind="date", sort=True),
    )
    search = ("person__name__icontains",)
    search_hint = "搜索姓名"
    order = ("-role", "pk")
    main = Main("邀请经办人", "tenant-colleague-invite", permissions.COLLEAGUES_MANAGE)
    empty_title, empty_icon = "还没有人员", "users"

    def rows(self, standing, park):
        return queries.colleagues_of(park, standing.own(permissions.COLLEAGUES_MANAGE, park.pk), clock.today())


COLLEAGUES = register(ColleagueList())
place("tenant", "settings", "本机构人员", "tenant-colleagues", permissions.COLLEAGUES_MANAGE)


def _own(request: HttpRequest, park: Park) -> frozenset[int]:
    return request.standing.own(permissions.COLLEAGUES_MANAGE, park.pk)


@page(permissions.COLLEAGUES_MANAGE, door="tenant")
@require_list
def colleagues(request: HttpRequest, park: Park) -> HttpResponse:
    """The people, and below them the invitations that nobody has accepted yet."""
    sent = [
        (one, ROLE_LABELS.get(one.role, one.role)) for one in queries.open_invitations(park, _own(request, park), request.at)
    ]
    return COLLEAGUES.respond(request, park, template="tenant/colleagues.html", sent=sent)


@page(permissions.COLLEAGUES_MANAGE, door="tenant")
@require_safe
def colleague(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    membership = queries.membership_for(park, pk, _own(request, park))
    ended = membership.until is not None and membership.until <= request.today
    context = {
        "title": membership.person.name, "park": park, "m": membership, "role": ROLE_LABELS[membership.role], "ended": ended,
        "state": ROLE_STATES["ended" if ended else "done" if membership.verified_at else "unverified"],
        "lines": timeline("membership", membership.pk),
    }  # fmt: skip
    return render(request, "tenant/colleague.html", context)


class EndForm(Form):
    on = Day(label="自哪天起收回", help_text="当天起不再有效。")
    reason = forms.CharField(label="原因", max_length=200, help_text="例如“离职”。")


@page(permissions.COLLEAGUES_MANAGE, door="tenant")
@require_http_methods(["GET", "HEAD", "POST"])
def colleague_end(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    membership = queries.membership_for(park, pk, _own(request, park))
    return handle(
        request, EndForm, title=f"收回{membership.person.name}的角色", submit="收回角色", done="角色已收回。", initial={"on": request.today},
        act=lambda form: end_role(actor=request.user, at=request.at, key=deed_key(request), membership=membership, **form.cleaned_data),
        then=lambda _: reverse("account-enter") if membership.person_id == request.user.pk else reverse("tenant-colleagues", kwargs={"park": park.slug}),
        back=reverse("tenant-colleague", kwargs={"park": park.slug, "pk": pk}),
    )  # fmt: skip


class InviteForm(Form):
    organisation = forms.ChoiceField(label="机构", required=False)
    role = forms.ChoiceField(
        label="角色", choices=[(k, v) for k, v in ROLE_LABELS.items()][::-1], widget=forms.RadioSelect, initial="clerk"
    )
    name = forms.CharField(label="姓名", max_length=60)
    mobile = forms.CharField(
        label="手机号", max_length=30, required=False, help_text="手机号和邮箱至少填一项，受邀人以后用它登录。",
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )  # fmt: skip
    email = forms.CharField(
        label="电子邮箱", max_length=254, required=False, widget=forms.TextInput(attrs={"inputmode": "email"})
    )


@page(permissions.COLLEAGUES_MANAGE, door="tenant")
@require_http_methods(["GET", "HEAD", "POST"])
def colleague_invite(request: HttpRequest, park: Park) -> HttpResponse:
    """Invite a clerk or a second representative; the link is shown once."""
    mine = {str(o.pk): o for o in queries.organisations_by_id(_own(request, park))}
    form, status = InviteForm(request.POST or None), 200
    if len(mine) == 1:
        del form.fields["organisation"]
    else:
        form.fields["organisation"].choices = [(pk, o.name) for pk, o in mine.items()]
        form.fields["organisation"].required = True
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise Refused("")
            given = dict(form.cleaned_data)
            organisation: Organisation = mine[given.pop("organisation", "") or next(iter(mine))]
            made, token = invite(
                actor=request.user, at=request.at, key=deed_key(request), park=park, organisation=organisation, **given
            )
            link = request.build_absolute_uri(reverse("account-invitation", kwargs={"token": token}))
            return render(
                request,
                "tenant/invited.html",
                {"title": "邀请链接", "park": park, "made": made, "link": link, "role": ROLE_LABELS[made.role]},
            )
        except HrparkError as refused:
            status = refused.status
            if refused.message:
                form.refuse(refused)
    context = {
        "form": form, "kept": None, "title": "邀请经办人", "submit": "生成邀请链接", "park": park,
        "back": reverse("tenant-colleagues", kwargs={"park": park.slug}),
    }  # fmt: skip
    return render(request, "parts/form_page.html", context, status=status)


@page(permissions.COLLEAGUES_MANAGE, door="tenant")
@require_POST
def invitation_withdraw(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    found = queries.invitation_for(park, pk, _own(request, park))
    withdraw_invitation(actor=request.user, at=request.at, key=deed_key(request), invitation=found)
    messages.success(request, "邀请已撤回，链接不再有效。")
    return HttpResponseRedirect(reverse("tenant-colleagues", kwargs={"park": park.slug}))
