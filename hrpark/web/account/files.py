"""Handing out attachments: through the gate of the subject they belong to, as a download, never as a page.

What somebody uploaded is never shown within the product: it comes as a file, under the type it really has, in a sandbox, and
no cache on the way keeps it.
"""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotAllowed

from hrpark.files.queries import attachment_for
from hrpark.files.storage import open_kept
from hrpark.web.pages import page

HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@page(door="person")
def download(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """One attachment. Who may not read it is told what who asks for a number that does not exist is told."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    attachment = attachment_for(request.standing, pk, request.today)
    response = FileResponse(
        open_kept(attachment.path), as_attachment=True, filename=attachment.name, content_type=attachment.media_type
    )  # fmt: skip
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
