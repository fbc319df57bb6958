"""Keys of one purpose that outlive SECRET_KEY: named in the environment as `id:secret`, or made of SECRET_KEY."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAST_SECRET_CHARS = 32
OF_SECRET_KEY = "0"  # noqa: S105  # the id of a key that is made of SECRET_KEY or one of its fallbacks
_KEY_ID = re.compile(r"[a-z1-9][a-z0-9]{0,7}")


def named_keys(
    words: Sequence[str], secret: str, fallbacks: Sequence[str], *, purpose: bytes
) -> Iterator[tuple[str, bytes]]:
    """(id, key) of every key that is known; the first one signs. Those made of SECRET_KEY come last.

    `words` are `id:secret`; a word that is not is left out (the system check names it). `purpose` keeps the uses of one
    secret apart; at most 16 bytes.
    """
    for word in words:
        key_id, _colon, own_secret = word.partition(":")
        if is_usable(word):
            yield key_id, derive(own_secret, purpose=purpose)
    for each in (secret, *fallbacks):
        yield OF_SECRET_KEY, derive(each, purpose=purpose)


def is_usable(word: str) -> bool:
    """Whether a word of the environment is `id:secret` with a short id and a secret long enough."""
    key_id, colon, secret = word.partition(":")
    return bool(colon and _KEY_ID.fullmatch(key_id)) and len(secret) >= LEAST_SECRET_CHARS


def derive(secret: str, *, purpose: bytes) -> bytes:
    """32 bytes made of a secret for one purpose."""
    return hashlib.blake2b(secret.encode(), person=purpose, digest_size=32).digest()
