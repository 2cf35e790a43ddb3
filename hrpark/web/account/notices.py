"""A person's notices: what happened, what to do, until when, one link. Opening one marks it read; so does one button for all."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hrpark.accounts.queries import Standing
from hrpark.notices.actions import mark_all_read, mark_read
from hrpark.notices.models import Notice
from hrpark.notices.queries import notice_for, read, unread_count
from hrpark.web.pages import page, shown_page
from hrpark.web.subjects import address_for

PAGE = 30


@require_safe
@page(door="person")
def notices(request: HttpRequest) -> HttpResponse:
    """The newest first; ``?unread=1`` only those that nobody has looked at."""
    only = request.GET.get("unread") == "1"
    shown = shown_page(request, read(request.user, unread_only=only), PAGE)
    context = {
        "title": "通知", "shown": shown, "where": {n.pk: where(request.standing, n) for n in shown.object_list}, "only": only, "unread": unread_count(request.user), "today": request.today,
        "pages": shown.paginator.get_elided_page_range(shown.number, on_each_side=2, on_ends=1),
    }  # fmt: skip
    return render(request, "account/notices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(door="person")
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """On to what it is about. From the list it is thereby marked read; the link of a mail changes nothing."""
    notice = mark_read(request.user, pk, at=request.at) if request.method == "POST" else notice_for(request.user, pk)
    return HttpResponseRedirect(where(request.standing, notice) or reverse("account-notices"))


def where(standing: Standing, notice: Notice) -> str | None:
    """What the notice opens: its own link, else the page of its subject in a door of this person."""
    if notice.link or notice.park is None:
        return notice.link or None
    return address_for(standing, notice.of_type, notice.of_id, park=notice.park)


@require_POST
@page(door="person")
def notices_read(request: HttpRequest) -> HttpResponse:
    done = mark_all_read(request.user, at=request.at)
    messages.info(request, f"已把 {done} 条通知标为已读。" if done else "没有未读的通知。")
    return HttpResponseRedirect(reverse("account-notices"))
