"""Keeps secrets of second factors sealed. Who seals is registered, as the portal does not know the credentials app."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Protocol

from portal.accounts.models import AccountSecret
from portal.errors import ConfigurationError

TABLE = "portal_accountsecret"
_REFERENCE = "sealed:"


class Seal(Protocol):
    """As `credentials.encryption.services.seal` and `unseal`."""

    def __call__(self, text: str, /, *, table: str, row: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Cipher:
    """What closes and opens a text for one row of one table."""

    seal: Seal
    unseal: Seal


_registered: list[Cipher] = []


def register_cipher(cipher: Cipher) -> None:
    """The one that is used from now on; the last one registered counts."""
    _registered[:] = [cipher]


def keep_secret(text: str) -> str:
    """Seal the text into a row of its own; returns the reference to store. Raises as `seal`."""
    key = uuid.uuid4().hex
    AccountSecret.objects.create(key=key, sealed=_cipher().seal(text, table=TABLE, row=key))
    return _REFERENCE + key


def open_secret(reference: str) -> str:
    """The text behind a reference. Raises as `unseal`; ConfigurationError when there is no such row."""
    key = reference.removeprefix(_REFERENCE)
    row = AccountSecret.objects.filter(key=key).first()
    if row is None:
        raise ConfigurationError("The secret of a second factor is gone; the factor must be reset.")
    return _cipher().unseal(row.sealed, table=TABLE, row=key)


def forget_secrets(references: list[str]) -> None:
    """Delete the rows behind these references."""
    AccountSecret.objects.filter(key__in=[name.removeprefix(_REFERENCE) for name in references]).delete()


def _cipher() -> Cipher:
    if not _registered:
        raise ConfigurationError("No cipher is registered for the secrets of second factors.")
    return _registered[0]
