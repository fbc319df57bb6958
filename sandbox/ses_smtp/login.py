"""Logins as SES takes them: an access key's id, and the password that its secret becomes in one region.

Written from AWS's page alone and not from the portal's derivation, so that each can find the other's mistakes.
Source: SES developer guide, "Obtaining Amazon SES SMTP credentials", the algorithm for existing AWS credentials.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import quote

from sandbox.asking import open_loopback
from sandbox.ses_smtp.facts import PATH, KeyFacts

ANSWER_S = 5
VERSION = 0x04
STEPS = ("11111111", "{region}", "ses", "aws4_request", "SendRawEmail")

TEMPORARY_FAILURE = "454 Temporary authentication failure"
BAD_CREDENTIALS = "535 Authentication Credentials Invalid"
GOOD = "235 Authentication successful."


class LoginRefused(Exception):
    """The login did not work; the text is SES's reply."""


@dataclass(frozen=True, slots=True)
class LoginRules:
    """Where IAM is asked, for which region passwords are good, and how long IAM needs to know a new key everywhere."""

    iam_url: str
    region: str
    new_key_s: float = 0.0


def log_in(access_key_id: str, password: str, rules: LoginRules) -> KeyFacts:
    """Return whose login it is. Raises LoginRefused."""
    try:
        facts = _ask_iam(access_key_id, rules.iam_url)
    except (OSError, ValueError):
        raise LoginRefused(TEMPORARY_FAILURE) from None
    if facts is None or not facts["is_active"]:
        raise LoginRefused(BAD_CREDENTIALS)
    if time.time() - facts["made_at_s"] < rules.new_key_s:
        raise LoginRefused(BAD_CREDENTIALS)
    if not hmac.compare_digest(smtp_password(facts["secret"], rules.region).encode(), password.encode()):
        raise LoginRefused(BAD_CREDENTIALS)
    return facts


def smtp_password(secret: str, region: str) -> str:
    """Return the SMTP password that a secret access key has in a region."""
    signature = f"AWS4{secret}".encode()
    for step in STEPS:
        signature = hmac.new(signature, step.format(region=region).encode(), hashlib.sha256).digest()
    return base64.b64encode(bytes([VERSION]) + signature).decode()


def _ask_iam(access_key_id: str, iam_url: str) -> KeyFacts | None:
    try:
        with open_loopback(f"{iam_url}{PATH}{quote(access_key_id, safe='')}", timeout_s=ANSWER_S) as reply:
            facts: KeyFacts = json.load(reply)
    except HTTPError as error:
        if error.code == 404:  # noqa: PLR2004  # not found
            return None
        raise
    return facts
