"""What a row of an older table says of an SMTP user.

PK SMTP_USER, SK USER#<name>              status, allowed_from_addresses, encrypted_credentials, iam_user_arn, smtp_username
PK SMTP_USER#<name>, SK CREDENTIALS#v1    another form, which the older system wrote and never read
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import dataclass, field

from credentials.smtp_users.password import smtp_password
from credentials.smtp_users.policy import (
    InvalidPattern,
    InvalidUsername,
    PolicyTooLong,
    compile_policy,
    require_username,
)
from credentials.smtp_users.wording import length_words, pattern_words, username_words
from portal.errors import InvalidInput
from portal.older.rows import OldRow
from portal.older.values import as_texts

PARTITION, SORT_PREFIX = "SMTP_USER", "USER#"
_ARN = re.compile(r"arn:aws[\w-]*:iam::\d{12}:user/(?:[!-~]*/)?([\w+=,.@-]{1,64})")
_PASSWORDS = ("smtp_password", "smtpPassword", "SmtpPassword", "password", "Password")
_SECRETS = ("secret_access_key", "secretAccessKey", "SecretAccessKey", "aws_secret_access_key")
_PASSWORD = re.compile(r"B[A-Za-z0-9+/]{43}")  # 0x04 and 32 bytes, in base64


@dataclass(frozen=True, slots=True)
class OldSmtpUser:
    """An SMTP user as the table has it; `ciphertext` is of KMS, empty where the table has none."""

    username: str
    allowed_senders: list[str]
    iam_user_name: str
    access_key_id: str
    ciphertext: bytes = field(default=b"", repr=False)
    description: str = ""


def read_smtp_user(row: OldRow) -> OldSmtpUser:
    """Read a row. Raises InvalidInput, saying what to do."""
    if row.text("PK") != PARTITION:
        text = "The older system never read rows of this form, so nobody could send by it. Make the user here if it is wanted."
        raise InvalidInput(text)
    arn = _ARN.fullmatch(row.text("iam_user_arn"))
    access_key_id = row.text("smtp_username")
    if arn is None or not access_key_id:
        status = row.text("status") or "without a status"
        text = f"It names no IAM user with a key (it is {status}): there is no login to take over. Make the user here."
        raise InvalidInput(text)
    username, senders = row.text("SK").removeprefix(SORT_PREFIX), as_texts(row.first("allowed_from_addresses"))
    username, senders = _wished(username, senders)
    return OldSmtpUser(username, senders, arn[1], access_key_id, _ciphertext(row), row.text("description")[:200])


def _wished(username: str, senders: list[str]) -> tuple[str, list[str]]:
    try:
        return require_username(username), list(compile_policy(senders).patterns)
    except InvalidUsername as error:
        raise InvalidInput(
            f"The name “{username}”: {username_words(error)} Make the user here by another one."
        ) from error
    except InvalidPattern as error:
        text = f"The allowed sender “{error.text}”: {pattern_words(error)} Mend it in the table."
        raise InvalidInput(text) from error
    except PolicyTooLong as error:
        raise InvalidInput(f"{length_words(error)} Allow a whole domain in place of its addresses.") from error


def _ciphertext(row: OldRow) -> bytes:
    raw = row.first("encrypted_credentials", "encrypted_password")
    if isinstance(raw, bytes):
        return raw
    try:
        return b64decode(raw, validate=True) if isinstance(raw, str) else b""
    except ValueError:
        return b""


def password_in(plain: bytes, *, region: str) -> str:
    """The SMTP password in what was encrypted: itself, or JSON with it or with the secret key. Raises InvalidInput."""
    try:
        text = plain.decode().strip()
        found: dict[str, object] = json.loads(text) if text.startswith("{") else {"password": text}
    except ValueError:
        raise InvalidInput("what was encrypted is no text") from None
    texts: dict[str, str] = {name: value for name, value in found.items() if isinstance(value, str) and value}
    secret = next((texts[name] for name in _SECRETS if name in texts), "")
    password = next((texts[name] for name in _PASSWORDS if name in texts), "")
    if not password and secret and region:
        password = smtp_password(secret, region)
    if not _PASSWORD.fullmatch(password):
        raise InvalidInput("what was encrypted holds no SMTP password")
    return password
