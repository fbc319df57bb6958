"""Unsubscribe links: a signed, versioned token for each delivery; nothing in it can be guessed or used for another.

Version 2 is `2-<key id>-<delivery id>-<mac>`, signed with UNSUBSCRIBE_KEYS; all of it is lower case, because some mail
programs and scanners change the case. Version 1, signed with SECRET_KEY, is still understood.
Source: RFC 8058 (one-click), RFC 2369 (List-Unsubscribe).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode, urlsafe_b64encode
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

from campaigns.public_routes import UNSUBSCRIBE
from portal.keys import derive, named_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

_PURPOSE = b"unsubscribe"
_MAC_BYTES = 15  # 24 characters of base32, 20 of base64
_WHOLE = {
    "1": re.compile(r"1-(?P<id>[0-9]{1,19})-(?P<mac>[A-Za-z0-9_-]{20})"),
    "2": re.compile(r"2-(?P<key>[a-z0-9]{1,8})-(?P<id>[0-9]{1,19})-(?P<mac>[a-z2-7]{24})"),
}
_BEGINNING = {
    "1": re.compile(r"1(?:-(?:[0-9]{1,19}(?:-[A-Za-z0-9_-]{0,19})?)?)?"),
    "2": re.compile(r"2(?:-(?:[a-z0-9]{1,8}(?:-(?:[0-9]{1,19}(?:-[a-z2-7]{0,23})?)?)?)?)?"),
}
_ADDED_BY_PROGRAMS = ".,;:!?)>]}'\"*/ \t\r\n"  # what stands behind a link in a text and is taken for a part of it
_MAX_CHARS = 80
_MAX_ID = 2**63 - 1


class Fault(Enum):
    """What is wrong with a link."""

    FORGED = "forged"  # well formed, and not signed by us
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    RETIRED = "retired"  # its key is no longer known


class BadLink(Exception):  # what was found, not an error of ours
    """A link that we do not follow."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def unsubscribe_url(delivery_id: int) -> str:
    """The whole link for one delivery's recipient."""
    key_id, key = _signing_key()
    return f"{_link_start()}2-{key_id}-{delivery_id}-{_mac(delivery_id, key)}"


def read_token(token: str) -> int:
    """The delivery's id in a token that we issued. Raises BadLink."""
    text = token.strip(_ADDED_BY_PROGRAMS)
    if text[:1] in {"2", "1"} and len(text) > _MAX_CHARS:
        raise BadLink(Fault.DAMAGED)
    if text.startswith("2"):
        return _read_second(text.lower())
    if text.startswith("1"):
        return _read_first(text)
    raise BadLink(Fault.DAMAGED if text else Fault.TRUNCATED)


def _read_first(text: str) -> int:
    found = _WHOLE["1"].fullmatch(text)
    if found is None:
        raise BadLink(_fault_of(text))
    macs = (_first_mac(int(found["id"]), key) for key in _secret_keys())
    return _checked(found, macs)


def _read_second(text: str) -> int:
    found = _WHOLE["2"].fullmatch(text)
    if found is None:
        raise BadLink(_fault_of(text))
    keys = [key for key_id, key in _keys() if key_id == found["key"]]
    if not keys:
        raise BadLink(Fault.RETIRED)
    return _checked(found, (_mac(int(found["id"]), key) for key in keys))


def _checked(found: re.Match[str], macs: Iterable[str]) -> int:
    is_ours = False
    for mac in macs:  # all of them, whichever fits
        is_ours |= hmac.compare_digest(mac.encode(), found["mac"].encode())
    if not is_ours or int(found["id"]) > _MAX_ID:
        raise BadLink(Fault.FORGED)
    return int(found["id"])


def _fault_of(text: str) -> Fault:
    return Fault.TRUNCATED if _BEGINNING[text[0]].fullmatch(text) else Fault.DAMAGED


def _mac(delivery_id: int, key: bytes) -> str:
    digest = hashlib.blake2b(b"2-%d" % delivery_id, key=key, digest_size=_MAC_BYTES).digest()
    return b32encode(digest).decode().lower()


def _first_mac(delivery_id: int, key: bytes) -> str:
    digest = hashlib.blake2b(str(delivery_id).encode(), key=key, digest_size=_MAC_BYTES).digest()
    return urlsafe_b64encode(digest).decode()


@cache
def _keys() -> tuple[tuple[str, bytes], ...]:
    words, fallbacks = settings.UNSUBSCRIBE_KEYS, settings.SECRET_KEY_FALLBACKS
    return tuple(named_keys(words, settings.SECRET_KEY, fallbacks, purpose=_PURPOSE))


@cache
def _signing_key() -> tuple[str, bytes]:
    return _keys()[0]


@cache
def _secret_keys() -> tuple[bytes, ...]:
    return tuple(derive(secret, purpose=_PURPOSE) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _link_start() -> str:
    return f"{settings.PUBLIC_URL}/{UNSUBSCRIBE}"


@receiver(setting_changed)
def forget_settings(setting: str, **_kwargs: Any) -> None:
    """Read the settings again: tests change them."""
    if setting in {"UNSUBSCRIBE_KEYS", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "PUBLIC_URL"}:
        for kept in (_keys, _signing_key, _secret_keys, _link_start):
            kept.cache_clear()
