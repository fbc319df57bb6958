"""The SMTP password that SES takes for an IAM secret access key, by the algorithm that AWS publishes; pure.

Source: "Obtaining Amazon SES SMTP credentials by converting existing AWS credentials", SES developer guide.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode

_DATE, _SERVICE, _TERMINAL, _MESSAGE, _VERSION = "11111111", "ses", "aws4_request", "SendRawEmail", b"\x04"


def smtp_password(secret_access_key: str, region: str) -> str:
    """44 characters, good in this region only. Raises ValueError without a key or a region."""
    if not secret_access_key or not region:
        raise ValueError("An SMTP password needs a secret access key and a region.")
    signature = f"AWS4{secret_access_key}".encode()
    for part in (_DATE, region, _SERVICE, _TERMINAL, _MESSAGE):
        signature = hmac.new(signature, part.encode(), hashlib.sha256).digest()
    return b64encode(_VERSION + signature).decode()
