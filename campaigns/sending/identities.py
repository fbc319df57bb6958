"""Whether the provider lets us send from an address, as far as it told us within the last minute."""

from __future__ import annotations

from enum import StrEnum

from portal.asked_lately import asked_lately
from portal.aws.ses_identities import verified_identities

CACHE_KEY = "sending.verified_identities"
KEPT_S = 60


class Alignment(StrEnum):
    """What of an address SES has verified, and so whose signature its mails carry."""

    DOMAIN = "domain"  # its domain or a parent: signed by it, as DMARC asks
    ADDRESS = "address"  # the address alone: signed by amazonses.com
    NONE = "none"


def is_verified(address: str) -> bool | None:
    """Whether the address, its domain or a parent domain is verified; None when SES could not be asked."""
    alignment = alignment_of(address)
    return None if alignment is None else alignment is not Alignment.NONE


def alignment_of(address: str) -> Alignment | None:
    """What of the address is verified; None when SES could not be asked."""
    identities = asked_lately(CACHE_KEY, verified_identities, kept_s=KEPT_S)
    if identities is None:
        return None
    lowered = address.lower()
    labels = lowered.rpartition("@")[2].split(".")
    if any(".".join(labels[start:]) in identities for start in range(len(labels) - 1)):
        return Alignment.DOMAIN
    return Alignment.ADDRESS if lowered in identities else Alignment.NONE
