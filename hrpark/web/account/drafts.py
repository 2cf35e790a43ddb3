"""Drafts and saved views: what the mechanisms of forms and lists keep for a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_http_methods

from hrpark.accounts.actions import drop_view, save_draft, save_view
from hrpark.accounts.models import Park
from hrpark.toolbox.errors import Refused
from hrpark.web.forms import draft_body
from hrpark.web.lists import LISTS
from hrpark.web.pages import back_to, drawn_for_this_person, page

#: A draft is what a person types; more than this is not typing.
MOST_BYTES = 256 * 1024


@page(door="person")
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, form: str) -> HttpResponse:
    """POST keeps a form as typed; GET gives the page's script a fresh token after signing in again elsewhere, and says who did."""
    if request.method == "POST":
        drawn_for_this_person(request)
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES or len(form) > 120:
            raise Refused("内容太长，草稿没有保存。请先提交，或分成几次填写。")
        save_draft(person=request.user, form=form, body=draft_body(request.POST), at=request.at)
        return HttpResponse(status=204)
    return JsonResponse({"csrf": get_token(request), "person": str(request.user.pk)})


@page(door="person")
def view_save(request: HttpRequest, park: Park | None = None) -> HttpResponse:
    """Keep a list as it stands under a name."""
    key = request.POST.get("list", "")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if key not in LISTS:
        raise Refused("没有这个列表，视图没有保存。请回到列表刷新后再试。")
    query = request.POST.get("query", "")
    try:
        save_view(person=request.user, park=park, list=key, name=request.POST.get("name", ""), query=query, at=request.at)
    except Refused as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(back_to(request, f"?{query}"))


@page(door="person")
def view_drop(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    drop_view(person=request.user, view=pk)
    messages.info(request, "视图已删除。")
    return HttpResponseRedirect(back_to(request))
