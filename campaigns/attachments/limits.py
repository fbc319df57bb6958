"""How large a mail may be with all that goes with it, by what it is handed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.relays.models import DEFAULT_SIZE_LIMIT_BYTES

if TYPE_CHECKING:
    from campaigns.sending.models import SendingAccount

SES_LIMIT_BYTES = 40_000_000  # SES says 40 MB, after encoding
HEAVY_BYTES = 10_000_000  # many mailboxes refuse more; from here on SES lets mail out more slowly


def mail_limit_bytes(account: SendingAccount | None) -> int:
    """The largest whole mail that the account takes, in bytes as they go over the wire; without one, SES's limit."""
    if account is None or account.is_ses:
        return SES_LIMIT_BYTES
    relay = getattr(account, "relay", None)
    if relay is None:
        return DEFAULT_SIZE_LIMIT_BYTES
    return int(relay.size_limit_bytes or relay.server_size_bytes or DEFAULT_SIZE_LIMIT_BYTES)
