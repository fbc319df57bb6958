"""Sealed texts: AES-GCM under a data key of their own, which travels along wrapped under a master key. Pure.

    pr1$<master key>$<data key, wrapped>$<nonce>$<ciphertext>      the last three in base64url

Everything before the ciphertext and what the text was sealed for (table and row) is authenticated with it.
"""

from __future__ import annotations

import binascii
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.errors import ConfigurationError

FORMAT = "pr1"
KEY_BYTES = 32
NONCE_BYTES = 12
_PARTS = 5


class BrokenSeal(ConfigurationError):
    """A sealed text was changed, belongs to another row, or is none."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed text, taken apart; `master` names the master key and its version."""

    master: str
    wrapped_key: bytes
    nonce: bytes
    ciphertext: bytes

    def __str__(self) -> str:
        return "$".join((_head(self.master, self.wrapped_key), _b64(self.nonce), _b64(self.ciphertext)))


def prefix_of(master: str) -> str:
    """What every text begins with that is sealed under this master key."""
    return f"{FORMAT}${master}$"


def read_sealed(text: str) -> Sealed:
    """Take a sealed text apart. Raises BrokenSeal when it is none."""
    parts = text.split("$")
    if len(parts) != _PARTS or parts[0] != FORMAT or not parts[1]:
        raise BrokenSeal("This is no sealed text of this release.")
    try:
        wrapped, nonce, ciphertext = (urlsafe_b64decode(part) for part in parts[2:])
    except (binascii.Error, ValueError) as error:
        raise BrokenSeal("A sealed text is damaged.") from error
    return Sealed(parts[1], wrapped, nonce, ciphertext)


def close_text(plaintext: str, *, key: bytes, wrapped_key: bytes, master: str, context: dict[str, str]) -> Sealed:
    """Seal a text under an open data key."""
    nonce, ciphertext = encrypt(plaintext.encode(), key=key, bound_to=_bound_to(_head(master, wrapped_key), context))
    return Sealed(master, wrapped_key, nonce, ciphertext)


def open_text(sealed: Sealed, *, key: bytes, context: dict[str, str]) -> str:
    """The text again. Raises BrokenSeal."""
    bound_to = _bound_to(_head(sealed.master, sealed.wrapped_key), context)
    return decrypt(sealed.ciphertext, key=key, nonce=sealed.nonce, bound_to=bound_to).decode()


def encrypt(plain: bytes, *, key: bytes, bound_to: bytes) -> tuple[bytes, bytes]:
    """(nonce, ciphertext)."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce, AESGCM(key).encrypt(nonce, plain, bound_to)


def decrypt(ciphertext: bytes, *, key: bytes, nonce: bytes, bound_to: bytes) -> bytes:
    """Raises BrokenSeal unless all of it is as it was."""
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, bound_to)
    except (InvalidTag, ValueError) as error:
        raise BrokenSeal("A sealed text was changed, or belongs to another row.") from error


def context_bytes(context: dict[str, str]) -> bytes:
    """The context as bytes that no other context has."""
    return b"".join(
        len(part).to_bytes(4, "big") + part for pair in sorted(context.items()) for part in map(str.encode, pair)
    )


def _head(master: str, wrapped_key: bytes) -> str:
    return prefix_of(master) + _b64(wrapped_key)


def _bound_to(head: str, context: dict[str, str]) -> bytes:
    return head.encode() + b"\0" + context_bytes(context)


def _b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode()
