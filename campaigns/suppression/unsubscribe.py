"""Unsubscribe links: a signed, versioned token per delivery; nothing in it can be guessed or reused for another.

Source: RFC 8058 (one-click), RFC 2369 (List-Unsubscribe).
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import cache

from django.conf import settings
from django.urls import reverse

VERSION = "1"
_MAC_BYTES = 15
_ID_DIGITS = 19


@cache
def _key() -> bytes:
    return hashlib.blake2b(settings.SECRET_KEY.encode(), person=b"unsubscribe", digest_size=32).digest()


@cache
def _link_start() -> str:
    return settings.PUBLIC_URL + reverse("unsubscribe", args=("TOKEN",)).removesuffix("TOKEN")


def unsubscribe_url(delivery_id: int) -> str:
    """The whole link for one delivery's recipient."""
    return f"{_link_start()}{VERSION}-{delivery_id}-{_mac(delivery_id)}"


def read_token(token: str) -> int | None:
    """The delivery id of a token that we issued, else None."""
    version, _, rest = token.partition("-")
    number, _, mac = rest.partition("-")
    if version != VERSION or not number.isascii() or not number.isdigit() or len(number) > _ID_DIGITS:
        return None
    return int(number) if hmac.compare_digest(mac.encode(), _mac(int(number)).encode()) else None


def _mac(delivery_id: int) -> str:
    digest = hashlib.blake2b(str(delivery_id).encode(), key=_key(), digest_size=_MAC_BYTES).digest()
    return urlsafe_b64encode(digest).decode()
