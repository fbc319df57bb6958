"""What the SMTP endpoint is told of an access key, and where it asks."""

from __future__ import annotations

from typing import TypedDict

PATH = "/_sandbox/access-keys/"


class KeyFacts(TypedDict):
    """One access key: whose it is, its secret, and every policy that speaks of its user, as JSON texts."""

    user_name: str
    user_arn: str
    account_id: str
    secret: str
    is_active: bool
    made_at_s: float
    policies: list[str]
