"""Suppressing addresses for programs, and letting them go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.api.named import read_address
from campaigns.api.once import Answer
from campaigns.api.reading import suppression_dict
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import release, suppress

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.api.schemas import SuppressionIn

_SOURCES = {"manual": Suppression.Source.OPERATOR, "unsubscribe": Suppression.Source.RECIPIENT}


def suppress_address(wanted: SuppressionIn, *, actor: User | None) -> Answer:
    """Let no mail go there; call it in a transaction. Raises Problem."""
    address = read_address(wanted.email, field="email")
    suppress(
        address.address, reason=Suppression.Reason(wanted.reason), source=_SOURCES[wanted.reason],
        note=wanted.note or "API", actor=actor,
    )  # fmt: skip
    return Answer(200, suppression_dict(address.address))


def let_go(email: str, *, why: str, actor: User | None) -> Answer:
    """Let mail go there again. Raises Problem, InvalidInput for a reason of blanks."""
    address = read_address(email, field="email")
    found = Suppression.objects.filter(address_key=address.key).first()
    if found is not None:
        release(found.pk, reason_text=why.replace("\0", ""), actor=actor)
    return Answer(200, suppression_dict(address.address))
