"""The images of mails, for everybody who has the address: mail programs and the caches between bring no login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import FileResponse, Http404, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from campaigns.images.models import Image
from campaigns.images.services import CACHE_CONTROL
from portal.files import FileMissing, open_file

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

# Whatever the bytes were, in a browser they are a picture or nothing.
POLICY = "default-src 'none'; sandbox"


@require_safe
def image(request: HttpRequest, key: str, file_name: str) -> HttpResponseBase:
    """One file, the same for ever: the key is made of its bytes, the name beside it only helps people."""
    found = Image.objects.filter(key=key, file_name=file_name).first()
    if found is None:
        raise Http404
    etag = f'"{found.key}"'
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    answer = (
        HttpResponseNotModified() if etag in asked or "*" in asked else _whole(found, is_head=request.method == "HEAD")
    )
    answer["ETag"] = etag
    answer["Cache-Control"] = CACHE_CONTROL
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = POLICY
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"  # webmail shows it on pages of its own
    return answer


def _whole(found: Image, *, is_head: bool) -> HttpResponseBase:
    if is_head:
        answer: HttpResponseBase = HttpResponse(content_type=found.content_type)
    else:
        try:
            answer = FileResponse(open_file(found.file_key), content_type=found.content_type)
        except FileMissing as error:
            raise Http404 from error
    answer["Content-Length"] = str(found.size_bytes)
    answer["Content-Disposition"] = f'inline; filename="{found.file_name}"'
    return answer
