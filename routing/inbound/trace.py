"""The secret of our trace headers, and the headers that go in front of a mail that is sent on."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from portal.keys import derive
from routing.inbound.loops import TRACE_HEADER, trace_value

_PURPOSE = b"postroom-trace"


@cache
def _secret_of(key: str) -> bytes:
    return derive(key, purpose=_PURPOSE)


def trace_secret() -> bytes:
    """What the trace headers of this installation are made with."""
    return _secret_of(settings.SECRET_KEY)


def trace_header(recipient_key: str) -> bytes:
    """One header line for a mail that is sent on for this recipient, with its line end."""
    return f"{TRACE_HEADER}: {trace_value(recipient_key, trace_secret())}\r\n".encode()
