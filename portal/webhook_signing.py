"""Signatures of what we post to other systems, as Standard Webhooks 1.0 has them; pure.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, "Signature scheme":
HMAC-SHA256 over "id.timestamp.body", in base64 behind "v1,"; several signatures are separated by a blank.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"
VERSION = "v1"
SECRET_BYTES = 32
TOLERANCE_S = 300  # how far the clocks of both sides may differ
ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER = "webhook-id", "webhook-timestamp", "webhook-signature"


def new_secret() -> str:
    """A fresh secret as receivers' libraries take it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(message_id: str, body: bytes, *, timestamp_s: int, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers that go with `body`; with two secrets (while one is being replaced) either proves it.

    Raises ValueError when a secret is not one of ours.
    """
    signatures = [_signature(secret, message_id, timestamp_s, body) for secret in secrets]
    return {ID_HEADER: message_id, TIMESTAMP_HEADER: str(timestamp_s), SIGNATURE_HEADER: " ".join(signatures)}


def is_genuine(headers: Mapping[str, str], body: bytes, *, secret: str, now_s: int) -> bool:
    """Whether a receiver may believe it: signed with the secret, and made within TOLERANCE_S of now.

    `headers` has lower-case names.
    """
    message_id, stamp = headers.get(ID_HEADER, ""), headers.get(TIMESTAMP_HEADER, "")
    if not message_id or not (stamp.isascii() and stamp.isdigit()) or abs(now_s - int(stamp)) > TOLERANCE_S:
        return False
    wanted = _signature(secret, message_id, int(stamp), body)
    given = headers.get(SIGNATURE_HEADER, "").split(" ")
    return any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given)


def _signature(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    text = f"{message_id}.{timestamp_s}.".encode() + body
    digest = hmac.new(_key_of(secret), text, hashlib.sha256).digest()
    return f"{VERSION},{base64.b64encode(digest).decode()}"


def _key_of(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("The secret is not base64.") from error
