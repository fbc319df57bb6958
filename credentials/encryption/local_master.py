"""Master keys in a file of DATA_DIR, for installations without KMS: made at first use, readable by its owner alone.

One key a line, `<version> <32 bytes in base64>`; the last one seals, all of them open.
"""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from base64 import b64decode, b64encode
from pathlib import Path

from django.conf import settings

from credentials.encryption.envelope import KEY_BYTES, NONCE_BYTES, context_bytes, decrypt, encrypt
from portal.errors import ConfigurationError

FILE_NAME = "master-keys"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def path() -> Path:
    """Where the keys are; the file may not be there yet."""
    return Path(settings.DATA_DIR) / FILE_NAME


def newest_version() -> str:
    """The version that seals; the file is made when there is none."""
    return list(_keys_or_new())[-1]


def wrap(data_key: bytes, *, version: str, context: dict[str, str]) -> bytes:
    """The data key as only this master key opens it."""
    nonce, ciphertext = encrypt(data_key, key=_key(version), bound_to=context_bytes(context))
    return nonce + ciphertext


def unwrap(wrapped: bytes, *, version: str, context: dict[str, str]) -> bytes:
    """The data key again. Raises BrokenSeal; ConfigurationError when the file does not have this version."""
    return decrypt(
        wrapped[NONCE_BYTES:], key=_key(version), nonce=wrapped[:NONCE_BYTES], bound_to=context_bytes(context)
    )


def add_key() -> str:
    """Put a new key to the file, which seals from now on; returns its version."""
    keys = read_keys() if path().exists() else {}
    version = f"{len(keys) + 1}-{secrets.token_hex(4)}"
    _write({**keys, version: secrets.token_bytes(KEY_BYTES)}, replaces=True)
    return version


def read_keys() -> dict[str, bytes]:
    """All keys of the file by version, the newest last.

    Raises ConfigurationError when there is no file, when others than its owner may read it, or a line is no key.
    """
    try:
        if path().stat().st_mode & _OTHERS:
            raise ConfigurationError(f"{path()} may be read by others. Run: chmod 600 {path()}")
        lines = path().read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The master keys cannot be read from {path()}: {error}") from error
    keys = dict(_read_line(line) for line in lines if line.strip())
    if not keys:
        raise ConfigurationError(f"{path()} holds no key. Restore it from a backup.")
    return keys


def _read_line(line: str) -> tuple[str, bytes]:
    version, _space, word = line.strip().partition(" ")
    try:
        key = b64decode(word, validate=True)
    except ValueError:
        key = b""
    if not version or len(key) != KEY_BYTES:
        raise ConfigurationError(f"{path()} has a line that is no key. Restore the file from a backup.")
    return version, key


def _keys_or_new() -> dict[str, bytes]:
    if not path().exists():
        _write({f"1-{secrets.token_hex(4)}": secrets.token_bytes(KEY_BYTES)}, replaces=False)
    return read_keys()


def _key(version: str) -> bytes:
    keys = read_keys()
    if version not in keys:
        raise ConfigurationError(f"The master key {version} is not in {path()}. Restore the file from a backup.")
    return keys[version]


def _write(keys: dict[str, bytes], *, replaces: bool) -> None:
    """Whole or not at all; where several processes make the file at once, the first one's stays."""
    path().parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{version} {b64encode(key).decode()}\n" for version, key in keys.items())
    descriptor, name = tempfile.mkstemp(dir=path().parent, prefix=".master-")  # 0600 from its first moment
    part = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replaces:
            part.replace(path())
            return
        try:
            path().hardlink_to(part)
        except FileExistsError:
            return
    finally:
        part.unlink(missing_ok=True)
