"""Every error as a page that says what to do next (LOOK.md, "Words")."""

from __future__ import annotations

import re
import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render

from hrpark.toolbox.errors import HrparkError

TITLES = {
    400: "请求无法处理",
    403: "没有权限",
    404: "没有找到",
    409: "内容已有变化",
    413: "内容过大",
    422: "还不能这样做",
    429: "操作过于频繁",
    500: "系统出错",
    503: "暂时不能保存",
}
#: Seconds after which trying again makes sense.
AGAIN = 30
#: What is not sent back to the page that asks to try again: proofs of who somebody is are typed anew.
SECRET = re.compile(r"password|code|csrf", re.IGNORECASE)


def problem(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """One page for every problem; the status tells machines, the words tell people."""
    if not hasattr(request, "user"):  # refused before anybody was looked up: there is no shell to draw
        return HttpResponse(message, content_type="text/plain; charset=utf-8", status=status)
    context = {"title": TITLES.get(status, TITLES[400]), "message": message, "status": status}
    return render(request, "problem.html", context, status=status)


def answer(request: HttpRequest, error: HrparkError) -> HttpResponse:
    return problem(request, error.message, error.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return problem(request, "页面停留过久或登录状态已变化。请返回上一页刷新后再提交，已填写的内容会保留在草稿中。", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(request, "没有找到您要的内容，可能已被移除，或您没有查看权限。", 404)


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What the server would not take apart: an unknown host name, a form too large or with too many fields."""
    if isinstance(exception, RequestDataTooBig):
        _let_it_finish(request)
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // (1024 * 1024)
        return problem(
            request, f"填写的文字超过 {most} MB，没有保存。请返回上一页，删减后分几次提交；大段内容请改为上传文件。", 413
        )
    message = "浏览器发来的内容无法处理，没有保存。可能是填写的内容过多或地址有误；请返回上一页，分几次提交。"
    return problem(request, message, 400)


def _let_it_finish(request: HttpRequest) -> None:
    """Take in the rest and drop it: a browser that is cut off while it sends shows its own error, never our words."""
    left = 10 * settings.UPLOAD_MAX_BYTES
    while left > 0:
        try:
            chunk = request.read(1024 * 1024)
        except (UnreadablePostError, OSError):
            return
        if not chunk:
            return
        left -= len(chunk)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(request, "您的角色不能进行这项操作。如工作需要，请联系园区负责人。", 403)


def failed(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return unavailable(request, error)
    return problem(request, "系统出错，您的数据没有改变。请稍后重试；如仍出现，请把时间告诉园区工作人员。", 500)


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """The database is full, locked for too long, or away: nothing was kept, and what was typed comes back with a button that
    hands it in again, under the same key, so that it is done once at most."""
    full = "full" in str(error) or "No space" in str(error)
    why = "服务器存储空间不足，请联系园区工作人员清理后再试。" if full else "数据库正忙或暂时无法连接，请稍等半分钟再试。"
    typed = [(k, v) for k, v in _typed(request) if not SECRET.search(k)]
    kept = "您填写的内容都在这一页，没有丢失；再试不会重复提交。" if typed else ""
    lost = (
        "选择的文件请在返回后重新选择。" if request.method == "POST" and request.content_type == "multipart/form-data" else ""
    )
    message = f"刚才的操作没有保存，数据没有改变。{why}{kept}{lost}"
    context = {
        "title": TITLES[503], "message": message, "status": 503, "typed": typed,
        "shown": [v for k, v in typed if k not in ("deed_key", "next", "_draft") and v.strip()],
    }  # fmt: skip
    try:
        response = render(request, "problem.html", context, status=503)
    except (DatabaseError, InterfaceError):  # not even who is signed in can be read
        response = HttpResponse(message, content_type="text/plain; charset=utf-8", status=503)
    response.headers["Retry-After"] = str(AGAIN)
    response.headers["Cache-Control"] = "no-store"
    return response


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.POST.lists() for value in values] if request.method == "POST" else []
