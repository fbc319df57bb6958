"""AWS KMS: data keys, made and opened under one key and for one encryption context."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore.config import Config

from portal.aws.session import session, translated


@dataclass(frozen=True, slots=True)
class DataKey:
    """A new key of 32 bytes, and the same as only KMS can open it."""

    plain: bytes = field(repr=False)
    wrapped: bytes
    key_arn: str


@cache
def _client() -> Any:
    """A page or a worker waits for KMS: so it is asked twice at most, for a few seconds each."""
    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
    return session().client("kms", config=config)


def key_arn(key_id: str) -> str:
    """The ARN of the key that an id, an alias or an ARN names now. Raises OutsideError."""
    with translated("kms"):
        return str(_client().describe_key(KeyId=key_id)["KeyMetadata"]["Arn"])


def generate_data_key(key_id: str, *, context: dict[str, str]) -> DataKey:
    """A new data key that opens only for the same context. Raises OutsideError."""
    with translated("kms"):
        answer = _client().generate_data_key(KeyId=key_id, KeySpec="AES_256", EncryptionContext=context)
    return DataKey(plain=answer["Plaintext"], wrapped=answer["CiphertextBlob"], key_arn=str(answer["KeyId"]))


def open_data_key(wrapped: bytes, *, key_arn: str, context: dict[str, str]) -> bytes:
    """The data key. Raises Refused when the context or the key is another one; Unavailable and the other OutsideErrors."""
    with translated("kms"):
        answer = _client().decrypt(CiphertextBlob=wrapped, KeyId=key_arn, EncryptionContext=context)
    plain: bytes = answer["Plaintext"]
    return plain


def decrypt(ciphertext: bytes, *, context: dict[str, str]) -> bytes:
    """What some system encrypted under a key that the ciphertext names. Raises Refused and the other OutsideErrors."""
    with translated("kms"):
        answer = _client().decrypt(CiphertextBlob=ciphertext, EncryptionContext=context)
    plain: bytes = answer["Plaintext"]
    return plain
