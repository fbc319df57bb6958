"""What stands in the rows of a forgotten person instead of the address; pure."""

from __future__ import annotations

_START = "forgotten-"
ANONYMOUS_DOMAIN = "forgotten.invalid"  # RFC 2606: no mail ever goes there


def anonymous_address(row_id: int) -> str:
    """An address that names nobody and is unique by the row's id, so that counts and constraints hold."""
    return f"{_START}{row_id}@{ANONYMOUS_DOMAIN}"


def is_anonymous(address: str) -> bool:
    """Whether the row belongs to somebody who was forgotten."""
    return address.startswith(_START) and address.endswith(f"@{ANONYMOUS_DOMAIN}")
