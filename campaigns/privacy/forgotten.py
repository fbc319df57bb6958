"""Asking whether an address belongs to somebody who was forgotten; imports, sign-up, sending and people by hand ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.privacy.anonymous import is_anonymous
from campaigns.privacy.hashes import hash_of, hashes_of
from campaigns.privacy.models import ForgottenAddress

if TYPE_CHECKING:
    from collections.abc import Iterable

Reason = ForgottenAddress.Reason
_PER_QUERY = 500
# Of several wishes the one that lasts longest stays: a person may come back after their own, not after these.
_FOR_GOOD = (Reason.COMPLAINT, Reason.BOUNCE)


def forgotten_among(address_keys: Iterable[str]) -> dict[str, Reason]:
    """Which of these address keys were forgotten, and why they get no mail."""
    if not ForgottenAddress.objects.exists():
        return {}
    key_of = {hashed: key for key in address_keys for hashed in hashes_of(key)}
    hashes = list(key_of)
    found: dict[str, Reason] = {}
    for begin in range(0, len(hashes), _PER_QUERY):
        part = ForgottenAddress.objects.filter(address_hash__in=hashes[begin : begin + _PER_QUERY])
        found |= {key_of[hashed]: Reason(reason) for hashed, reason in part.values_list("address_hash", "reason")}
    return found


def is_forgotten(address_key: str) -> bool:
    """Whether this one address was forgotten, or stands for somebody who was."""
    if is_anonymous(address_key):
        return True
    return ForgottenAddress.objects.filter(address_hash__in=hashes_of(address_key)).exists()


@transaction.atomic
def keep_forgotten(address_key: str, reason: Reason) -> None:
    """Keep the hash of an address; a complaint or a bounce takes the place of a wish of the person."""
    known = ForgottenAddress.objects.filter(address_hash__in=hashes_of(address_key))
    if not known.exists():
        ForgottenAddress.objects.get_or_create(address_hash=hash_of(address_key), defaults={"reason": reason})
    elif reason in _FOR_GOOD:
        known.exclude(reason__in=_FOR_GOOD).update(reason=reason)


def let_back(address_key: str) -> bool:
    """Whether a person who signs up themselves may get mail again; forgets that they were forgotten where they may."""
    known = ForgottenAddress.objects.filter(address_hash__in=hashes_of(address_key))
    if known.filter(reason__in=(*_FOR_GOOD, Reason.MANUAL)).exists():
        return False
    known.delete()
    return True
