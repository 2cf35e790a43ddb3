"""Requests of people through the portal: with a name (signed in), or without one by a secret key (5.3 h, 6.1.3)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts import vault
from hrpark.accounts.models import Park
from hrpark.accounts.throttle import TooManyAttempts, knock, passed
from hrpark.cases.actions import NAMELESS, hand_in_nameless, resubmit, withdraw
from hrpark.cases.kinds import CaseKind
from hrpark.cases.models import Case
from hrpark.cases.queries import case_by_secret, form_of, kind_of
from hrpark.standard.kinds import cites
from hrpark.toolbox.errors import Conflict, HrparkError, NotFound, Refused
from hrpark.web import asking, requests
from hrpark.web.forms import Form, halfwidth
from hrpark.web.item_form import ItemForm, initial_of, maker
from hrpark.web.pages import address_of, deed_key, page

PORTAL = asking.Door("portal", "portal-request", "portal-requests", "portal-requests", "诉求与投诉")
FORM_METHODS = ["GET", "HEAD", "POST"]
#: Digits of a secret key: 66 bits, which people can write down and read out.
DIGITS = 20


# ---------------------------------------------------------------- with a name


@page(door="public")
@require_safe
@cites("5.3", label="诉求、投诉、举报的受理程序公开")
def choose(request: HttpRequest, park: Park) -> HttpResponse:
    return asking.choose(request, park, PORTAL)


@page(door="person")
@require_http_methods(FORM_METHODS)
def begin(request: HttpRequest, park: Park, kind: str) -> HttpResponse:
    return asking.begin(request, park, PORTAL, kind)


@page(door="person")
@require_safe
def show(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return asking.show(request, park, PORTAL, pk)


@page(door="person")
@require_http_methods(FORM_METHODS)
def form(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return asking.form(request, park, PORTAL, pk)


@page(door="person")
@require_POST
def files(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return asking.files(request, park, PORTAL, pk)


@page(door="person")
@require_http_methods(FORM_METHODS)
def answer(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return asking.answer(request, park, PORTAL, pk)


@page(door="person")
@require_POST
def take_back(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return asking.take_back(request, park, PORTAL, pk)


@page(door="person")
@require_http_methods(FORM_METHODS)
def rating(request: HttpRequest, park: Park, pk: int) -> HttpResponse:
    return asking.rating(request, park, PORTAL, pk)


# ---------------------------------------------------------------- without a name


def _unseen(response: HttpResponse) -> HttpResponse:
    """No cache keeps it, and no other site is told where one was. Not ``no-referrer``: browsers then send no origin with a
    form either, and it would be refused as coming from elsewhere."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _kind(request: HttpRequest) -> CaseKind:
    kinds = [kind for kind in requests.offered("portal") if kind.nameless]
    asked = request.GET.get("kind", "")
    found = next((kind for kind in kinds if kind.key == asked or not asked), None)
    if found is None:
        raise NotFound()
    return found


def _slowed(request: HttpRequest, kind: str, park: Park) -> Any:
    """Count an attempt by a digest of the address: what is kept can't be read back, so it names nobody."""
    return knock(kind, f"{park.slug}:{address_of(request)}", at=request.at, address="")


def _too_many(form: Form) -> int:
    form.add_error(None, "操作过于频繁，请15分钟后再试。填写的内容还在，请不要关闭本页。")
    return TooManyAttempts.status


@page(door="public")
@require_http_methods(FORM_METHODS)
def report(request: HttpRequest, park: Park) -> HttpResponse:
    """Handed in without a name; the key is shown once, on the answer to this very POST. Nothing is kept as a draft."""
    kind = _kind(request)
    above = asking.guide(park, kind, request)
    make = maker(form_of(above["item"]).fields, today=request.today, about={}, rows={}, together=True)
    form, status = make(data=request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _slowed(request, "nameless", park)
                case, key = _hand_in(request, park, kind, form.typed())
            except TooManyAttempts:
                status = _too_many(form)
            except (Refused, Conflict) as error:
                form.refuse(error)
            else:
                shown = {
                    "title": f"{kind.label}已提交",
                    "park": park,
                    "case": case,
                    "key": grouped(key),
                    "promise": above["promise"],
                }
                return _unseen(render(request, "portal/report_key.html", shown))
    context = {"title": f"匿名{kind.label}", "park": park, "form": form, **above, "door": PORTAL}
    return _unseen(render(request, "portal/report.html", context, status=status))


def _hand_in(request: HttpRequest, park: Park, kind: CaseKind, data: dict[str, Any]) -> tuple[Case, str]:
    """The case and its key. The key follows from the form's own, so that a double click shows the same one."""
    once = deed_key(request)
    key = vault.digits("nameless", DIGITS, park.slug, kind.key, once)
    secret = vault.digest("nameless", key)
    case = hand_in_nameless(actor=NAMELESS, at=request.at, key=once, kind=kind.key, park=park, data=data, secret=secret)
    if case.secret != secret:
        raise Refused("提交的页面已经用过，内容没有保存。请刷新页面后重新提交。")
    return case, key


def grouped(key: str) -> str:
    """A key as people write it down: 1234 5678 …"""
    return " ".join(key[i : i + 4] for i in range(0, len(key), 4))


class KeyForm(Form):
    secret_key = forms.CharField(
        label="查询码", max_length=60, help_text="提交后显示的20位数字，空格可以不填。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


@page(door="public")
@require_http_methods(FORM_METHODS)
def look(request: HttpRequest, park: Park) -> HttpResponse:
    """Where a nameless case stands, for who has its key: it comes by POST each time and is kept nowhere."""
    form, status = KeyForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            key = halfwidth(form.cleaned_data["secret_key"]).replace("-", "")
            try:
                attempt = _slowed(request, "nameless_key", park)
                case = case_by_secret(vault.digest("nameless", key), park=park)
            except TooManyAttempts:
                status = _too_many(form)
            except NotFound as error:
                form.add_error("secret_key", error.message)
            else:
                passed(attempt)
                return _unseen(_opened(request, park, case, key))
    return _unseen(
        render(
            request,
            "portal/report_look.html",
            {"title": "凭查询码查看", "park": park, "form": form, "door": PORTAL},
            status=status,
        )
    )


def _opened(request: HttpRequest, park: Park, case: Case, key: str) -> HttpResponse:
    """The case, after doing what was asked of it on this page."""
    said, wrong, status, form = "", "", 200, _corrections(request, case, first=True)
    asked = request.POST.get("do", "")
    by = {"actor": NAMELESS, "at": request.at, "case": case}
    try:
        if asked == "withdraw":
            case, said = withdraw(**by, key=deed_key(request)), "已撤回。"
        elif asked == "answer" and form is not None:
            form = _corrections(request, case)
            if form.is_valid():
                case, said = (
                    resubmit(**by, key=deed_key(request), data=form.typed(), seen=asking.seen(request)),
                    "补充的内容已提交。",
                )
                form = None
            else:
                status = 422
    except HrparkError as error:
        wrong, status = error.message, error.status
    if said:
        case.refresh_from_db()
    context = {
        "title": case.item.title, "park": park, "door": PORTAL, "w": requests.whole(case, request.standing, request.at, mine=True, internal=False),
        "key": key, "form": form, "said": said, "wrong": wrong, "today": request.today,
        "may_withdraw": "withdraw" in {m.key for m in kind_of(case).moves_from(case.state, "applicant")},
    }  # fmt: skip
    return render(request, "portal/report_record.html", context, status=status)


def _corrections(request: HttpRequest, case: Case, *, first: bool = False) -> ItemForm | None:
    """The form of what was asked about; None when nothing is."""
    if not case.asked:
        return None
    fields = asking.asked_fields(case)
    make = maker(fields, today=request.today, about=case.data, rows={})
    return make(initial=initial_of(fields, case.data)) if first else make(data=request.POST)
