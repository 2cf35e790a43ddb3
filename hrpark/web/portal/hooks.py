"""What other machines tell this one: the e-signature platform's callbacks (docs/howto/connect-an-esignature-platform.md)."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hrpark.documents.actions import has_news
from hrpark.documents.esign import genuine
from hrpark.toolbox.errors import NotAllowed, NotFound, Refused
from hrpark.web.pages import page

LONGEST = 10_000


@csrf_exempt
@page(door="public")
@require_POST
def esign(request: HttpRequest) -> HttpResponse:
    """There is news of an envelope. Signed with the secret that both know, so it needs no session and no form's token."""
    body = request.read(LONGEST + 1)
    timestamp, signature = request.headers.get("X-Signature-Timestamp", ""), request.headers.get("X-Signature", "")
    if len(body) > LONGEST or not genuine(timestamp, signature, body, request.at.timestamp()):
        raise NotAllowed("回调签名不符或已过期。请核对双方的密钥和时钟。")
    try:
        number = json.loads(body)["envelope"]
    except (ValueError, LookupError, TypeError):
        raise Refused("回调内容应为 JSON，并写明 envelope。") from None
    if not isinstance(number, str) or not has_news(number, request.at):
        raise NotFound()
    return HttpResponse(status=204)
