"""The keyed hash of an address: lets us honour a wish of somebody whose address we no longer hold.

The keys are PRIVACY_KEYS ("id:secret", the first one writes, all are looked for), else one made of SECRET_KEY. A key
that is taken away takes its hashes with it: those people could be written to again.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache

from django.conf import settings

from portal.keys import named_keys


def hash_of(address_key: str) -> str:
    """The hash that is stored for an address."""
    return _hashed(address_key, *_keys()[0])


def hashes_of(address_key: str) -> list[str]:
    """The hashes under which an address may be stored: one for each key that is still known."""
    return [_hashed(address_key, key_id, key) for key_id, key in _keys()]


def _keys() -> tuple[tuple[str, bytes], ...]:
    return _keys_of(tuple(settings.PRIVACY_KEYS), settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _keys_of(words: tuple[str, ...], secret: str, fallbacks: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
    return tuple(named_keys(words, secret, fallbacks, purpose=b"privacy"))


def _hashed(address_key: str, key_id: str, key: bytes) -> str:
    digest = hmac.digest(key, address_key.encode(), hashlib.sha256)
    return f"{key_id}:{urlsafe_b64encode(digest).decode().rstrip('=')}"
