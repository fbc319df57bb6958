"""One request to Google and its answer: where it goes, how long it may take, what went wrong on the way."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import IO
from urllib.parse import urlsplit

import urllib3
from django.conf import settings

from portal.errors import AnswerLost, Refused, Unavailable
from portal.google.errors import SERVICE, Answer

CONNECT_S = 5.0
_GOOGLE = ".googleapis.com"


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(maxsize=8)


def ask(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | IO[bytes] | None = None
) -> Answer:
    """Ask once, never again by itself, and follow no redirect.

    Raises Unavailable when nothing can have reached Google, AnswerLost when it may have.
    """
    timeout = urllib3.Timeout(connect=CONNECT_S, read=float(settings.GOOGLE_ANSWER_S))
    try:
        reply = _pool().request(
            method, url, headers=dict(headers or {}), body=body, timeout=timeout, retries=False, redirect=False
        )
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
        raise Unavailable("Google cannot be reached", service=SERVICE, code="unreachable") from error
    except urllib3.exceptions.HTTPError as error:
        raise AnswerLost("Google's answer was lost", service=SERVICE, code=type(error).__name__) from error
    lower = {name.lower(): value for name, value in reply.headers.items()}
    return Answer(reply.status, lower, reply.data)


def bearer(token: str) -> dict[str, str]:
    """The header that shows an access token."""
    return {"Authorization": f"Bearer {token}"}


def checked_upload_url(url: str) -> str:
    """An upload's address, if it leads to Google. Raises Refused: nobody else gets mail or tokens."""
    parts, ours = urlsplit(url), urlsplit(settings.GOOGLE_API_URL)
    is_ours = (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc)
    if is_ours or (parts.scheme == "https" and (parts.hostname or "").endswith(_GOOGLE)):
        return url
    raise Refused("Google's upload address leads elsewhere", service=SERVICE, code="foreign_upload_url")
