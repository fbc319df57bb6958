"""The keyed hash of an address: lets us honour a wish of somebody whose address we no longer hold.

The keys are PRIVACY_KEYS ("id:secret", the first one writes, all are looked for), else one made of SECRET_KEY. A key
that is taken away takes its hashes with it: those people could be written to again.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

from portal.keys import named_keys

_HASH_BYTES = 32


def hash_of(address_key: str) -> str:
    """The hash that is stored for an address."""
    return _hashed(address_key, *_keys()[0])


def hashes_of(address_key: str) -> list[str]:
    """The hashes under which an address may be stored: one for each key that is still known."""
    return [_hashed(address_key, key_id, key) for key_id, key in _keys()]


@cache
def _keys() -> tuple[tuple[str, bytes], ...]:
    words, fallbacks = settings.PRIVACY_KEYS, settings.SECRET_KEY_FALLBACKS
    return tuple(named_keys(words, settings.SECRET_KEY, fallbacks, purpose=b"privacy"))


@receiver(setting_changed)
def forget_settings(setting: str, **_kwargs: Any) -> None:
    """Read the keys again: tests change them."""
    if setting in {"PRIVACY_KEYS", "SECRET_KEY", "SECRET_KEY_FALLBACKS"}:
        _keys.cache_clear()


def _hashed(address_key: str, key_id: str, key: bytes) -> str:
    digest = hashlib.blake2b(address_key.encode(), key=key, digest_size=_HASH_BYTES).digest()
    return f"{key_id}:{urlsafe_b64encode(digest).decode().rstrip('=')}"
