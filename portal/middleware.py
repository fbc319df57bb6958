"""What happens around every request: a correlation id, and the caller's true address."""

from __future__ import annotations

import re
import uuid
from ipaddress import ip_address
from typing import TYPE_CHECKING

from django.conf import settings

from portal.activity import caller_ip
from portal.logs import log_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def correlation_id(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an id (or keep the proxy's), put it on its log lines and on the answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        with log_context(correlation_id=request_id):
            response = get_response(request)
        response["X-Request-Id"] = request_id
        return response

    return middleware


def remember_caller(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let the activity log know from where a deed came; what is no address is left out."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = caller_ip.set(address_or_none(client_ip(request)))
        try:
            return get_response(request)
        finally:
            caller_ip.reset(token)

    return middleware


def address_or_none(text: str) -> str | None:
    """The IP address as the database keeps it; None for what is no address."""
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def client_ip(request: HttpRequest) -> str:
    """The address of the caller: the socket's, or what the outermost trusted proxy saw.

    X-Forwarded-For is written by the caller except for the last TRUSTED_PROXY_COUNT entries.
    """
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXY_COUNT
    if trusted and len(hops) >= trusted:
        return str(hops[-trusted])
    return str(request.META.get("REMOTE_ADDR", ""))
