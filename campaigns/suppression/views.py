"""The page behind an unsubscribe link: GET shows one button and changes nothing, POST stops the mail (RFC 8058)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.suppression.services import unsubscribe_recipient
from campaigns.suppression.unsubscribe import read_token

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@csrf_exempt  # mail providers post without a cookie; the signed token is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Answer 404 for a link that we did not make."""
    delivery_id = read_token(token)
    if delivery_id is None:
        return render(request, "campaigns/suppression/unsubscribe.html", {"state": "unknown"}, status=404)
    if request.method != "POST":
        return render(request, "campaigns/suppression/unsubscribe.html", {"state": "ask"})
    unsubscribe_recipient(delivery_id)
    return render(request, "campaigns/suppression/unsubscribe.html", {"state": "done"})
