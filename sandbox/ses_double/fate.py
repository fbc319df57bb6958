"""Pure: what becomes of a message, decided by its first recipient's address.

Source: Amazon SES developer guide, "Using the mailbox simulator manually". The
`.example` domains do the same for demonstrations, where people have real-looking
addresses.
"""

from __future__ import annotations

from sandbox.ses_double.letter import bare_address, domain_of

DELIVERED = "delivered"
BOUNCED = "bounced"
MAILBOX_FULL = "mailbox_full"
COMPLAINED = "complained"
OUT_OF_OFFICE = "out_of_office"
SUPPRESSED = "suppressed"
ACCOUNT_SUPPRESSED = "account_suppressed"
REJECTED = "rejected"
DELAYED = "delayed"
RENDERING_FAILURE = "rendering_failure"

SIMULATOR_DOMAIN = "simulator.amazonses.com"

BY_SIMULATOR_NAME = {
    "success": DELIVERED,
    "bounce": BOUNCED,
    "complaint": COMPLAINED,
    "ooto": OUT_OF_OFFICE,
    "suppressionlist": SUPPRESSED,
}

BY_DOMAIN = {
    "bounce.example": BOUNCED,
    "complaint.example": COMPLAINED,
    "mailboxfull.example": MAILBOX_FULL,
    "delay.example": DELAYED,
    "reject.example": REJECTED,
}


def fate_of(mailbox: str) -> str:
    """Return the outcome that the address stands for; most are delivered."""
    address = bare_address(mailbox).lower()
    domain = domain_of(address)
    if domain == SIMULATOR_DOMAIN:
        name = address.partition("@")[0].partition("+")[0]
        return BY_SIMULATOR_NAME.get(name, DELIVERED)
    return BY_DOMAIN.get(domain, DELIVERED)
