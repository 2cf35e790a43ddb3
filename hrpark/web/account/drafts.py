"""Drafts and saved views: what the mechanisms of forms and lists keep for a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.utils.http import url_has_allowed_host_and_scheme

from hrpark.accounts.actions import drop_view, save_draft, save_view
from hrpark.accounts.models import Park
from hrpark.toolbox.errors import NotFound, Refused
from hrpark.web.forms import draft_body
from hrpark.web.lists import LISTS
from hrpark.web.pages import page

#: A draft is what a person types; more than this is not typing.
MOST_BYTES = 256 * 1024


@page(door="person")
def draft(request: HttpRequest, form: str) -> HttpResponse:
    """POST keeps a form as typed; GET gives the page's script a fresh token after signing in again elsewhere."""
    if request.method == "POST":
        if len(request.body) > MOST_BYTES or len(form) > 120:
            raise Refused("内容太长，草稿没有保存。请先提交，或分成几次填写。")
        save_draft(person=request.user, form=form, body=draft_body(request.POST), at=request.at)
        return HttpResponse(status=204)
    return JsonResponse({"csrf": get_token(request)})


@page(door="person")
def view_save(request: HttpRequest, park: Park | None = None) -> HttpResponse:
    """Keep a list as it stands under a name."""
    key = request.POST.get("list", "")
    if request.method != "POST" or key not in LISTS:
        raise NotFound()
    query = request.POST.get("query", "")
    try:
        save_view(person=request.user, park=park, list=key, name=request.POST.get("name", ""), query=query, at=request.at)
    except Refused as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(back_to(request, f"?{query}"))


@page(door="person")
def view_drop(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method != "POST":
        raise NotFound()
    drop_view(person=request.user, view=pk)
    messages.info(request, "视图已删除。")
    return HttpResponseRedirect(back_to(request))


def back_to(request: HttpRequest, query: str = "") -> str:
    """The page that a small form came from: a path of this site, or the front page."""
    path = request.POST.get("next", "")
    if not path.startswith("/") or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return "/"
    return path + query
