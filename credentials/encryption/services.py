"""Sealing secrets for the database: under KMS where KMS_KEY_ID names a key, else under the local master key."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.conf import settings

from credentials.encryption import local_master
from credentials.encryption.envelope import KEY_BYTES, BrokenSeal, Sealed, close_text, open_text, prefix_of, read_sealed
from credentials.encryption.opened import OpenedKeys
from portal.aws import kms
from portal.errors import ConfigurationError, OutsideError, Refused, Throttled, Unavailable

_KMS, _LOCAL = "kms:", "local:"
opened_keys = OpenedKeys()


def seal(plaintext: str, *, table: str, row: str) -> str:
    """The text as only `unseal` with the same table and row reads it; call it outside of transactions.

    `row` is a stable id of the row, known before its insert: a uuid. Raises Unavailable when KMS cannot be asked,
    ConfigurationError when it refuses or the local key cannot be used. There is no way without a key.
    """
    return prepare_seal(table=table, row=row)(plaintext)


def prepare_seal(*, table: str, row: str) -> Callable[[str], str]:
    """What seals one text with a key fetched now, so that sealing itself cannot fail any more. Raises as `seal`.

    For secrets that are told once only: first prepare, then ask for the secret.
    """
    context = {"table": table, "row": row}
    master, key, wrapped = _new_data_key(context)
    opened_keys.keep((wrapped, table, row), key)

    def seal_now(plaintext: str) -> str:
        return str(close_text(plaintext, key=key, wrapped_key=wrapped, master=master, context=context))

    return seal_now


def unseal(sealed: str, *, table: str, row: str) -> str:
    """The text again. Raises as `seal`; also BrokenSeal when it was changed or sealed for another row."""
    parts = read_sealed(sealed)
    key = _data_key(parts, table=table, row=row)
    return open_text(parts, key=key, context={"table": table, "row": row})


def newest_prefix() -> str:
    """What every text begins with that needs no sealing anew. Raises as `seal`."""
    if not settings.KMS_KEY_ID:
        return prefix_of(_LOCAL + local_master.newest_version())
    try:
        return prefix_of(_KMS + kms.key_arn(settings.KMS_KEY_ID))
    except OutsideError as error:
        raise _as_ours(error) from error


def _new_data_key(context: dict[str, str]) -> tuple[str, bytes, bytes]:
    """(master key, data key, data key wrapped)."""
    if settings.KMS_KEY_ID:
        try:
            made = kms.generate_data_key(settings.KMS_KEY_ID, context=context)
        except OutsideError as error:
            raise _as_ours(error) from error
        return _KMS + made.key_arn, made.plain, made.wrapped
    version = local_master.newest_version()
    key = secrets.token_bytes(KEY_BYTES)
    return _LOCAL + version, key, local_master.wrap(key, version=version, context=context)


def _data_key(parts: Sealed, *, table: str, row: str) -> bytes:
    name = (parts.wrapped_key, table, row)
    if (known := opened_keys.fresh(name)) is not None:
        return known
    try:
        key = _open_data_key(parts, {"table": table, "row": row})
    except Unavailable:
        if (known := opened_keys.kept(name)) is not None:
            return known
        raise
    except ConfigurationError:
        opened_keys.drop(name)
        raise
    opened_keys.keep(name, key)
    return key


def _open_data_key(parts: Sealed, context: dict[str, str]) -> bytes:
    if parts.master.startswith(_LOCAL):
        return local_master.unwrap(parts.wrapped_key, version=parts.master.removeprefix(_LOCAL), context=context)
    if not parts.master.startswith(_KMS):
        raise BrokenSeal("A sealed text names a kind of master key that this release does not know.")
    try:
        return kms.open_data_key(parts.wrapped_key, key_arn=parts.master.removeprefix(_KMS), context=context)
    except OutsideError as error:
        raise _as_ours(error) from error


def _as_ours(error: OutsideError) -> Unavailable | ConfigurationError:
    """What may pass by itself is Unavailable; what KMS refuses is for an operator."""
    if isinstance(error, Unavailable):
        return error
    if isinstance(error, Throttled):
        return Unavailable(str(error), service=error.service, code=error.code)
    if isinstance(error, Refused) and error.code == "InvalidCiphertextException":
        return BrokenSeal("KMS does not open a sealed text: it was changed, or belongs to another row.")
    return ConfigurationError(f"KMS refused: {error}")
