"""Whom a campaign can be sent to again: which causes are offered, and which only with a word of warning."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from campaigns.sending.counts import cause_key
from campaigns.sending.progress import cause_counts
from campaigns.sending.states import DeliveryState, Reason

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign


class Offer(StrEnum):
    """How a cause is offered."""

    USUAL = "usual"  # ticked to begin with
    WORTH_A_LOOK = "look"  # something has to be mended first, or it may well fail again
    MAY_HAVE_IT = "may-have-it"  # they may have got it already, and would get it twice


# Never offered: hard bounces, complaints, everybody suppressed, those who left, were deleted or forgotten.
_OFFERS: dict[DeliveryState, dict[Reason, Offer]] = {
    DeliveryState.CANCELLED: {Reason.CANCELLED_BY_PERSON: Offer.USUAL},
    DeliveryState.REFUSED: {
        Reason.TRIED_TOO_OFTEN: Offer.USUAL,
        Reason.NOT_VERIFIED: Offer.USUAL,
        Reason.NOT_CONFIGURED: Offer.USUAL,
        Reason.MESSAGE_REJECTED: Offer.USUAL,
        Reason.RECIPIENT_REFUSED: Offer.WORTH_A_LOOK,
        Reason.TRANSIENT: Offer.USUAL,
        Reason.RENDERING_FAILED: Offer.WORTH_A_LOOK,
    },
    DeliveryState.BOUNCED: {
        Reason.MAILBOX_FULL: Offer.USUAL,
        Reason.BOUNCED_TRANSIENT: Offer.USUAL,
        Reason.BOUNCED_OTHER: Offer.WORTH_A_LOOK,
        Reason.MESSAGE_TOO_LARGE: Offer.WORTH_A_LOOK,
        Reason.CONTENT_REJECTED: Offer.WORTH_A_LOOK,
    },
    DeliveryState.SKIPPED: {
        Reason.TIME_PASSED: Offer.USUAL,
        Reason.MISSING_VALUE: Offer.WORTH_A_LOOK,
        Reason.RENDERING_FAILED: Offer.WORTH_A_LOOK,
    },
    DeliveryState.UNCERTAIN: {
        Reason.ANSWER_LOST: Offer.MAY_HAVE_IT,
        Reason.WORKER_DIED: Offer.MAY_HAVE_IT,
        Reason.RESTORED: Offer.MAY_HAVE_IT,
        Reason.LEFT_OPEN: Offer.MAY_HAVE_IT,
    },
}


@dataclass(frozen=True, slots=True)
class FailedCause:
    """People of a finished campaign whom it did not reach, for one cause."""

    state: DeliveryState
    reason: Reason
    people: int
    offer: Offer

    @property
    def key(self) -> str:
        """As it stands in Campaign.origin_causes."""
        return cause_key(self.state, self.reason)


def failed_causes(campaign: Campaign) -> list[FailedCause]:
    """The causes that can be chosen, by how they are offered, most people first; from the chunks' counters."""
    found = []
    for key, people in cause_counts(campaign.pk).items():
        state, reason = read_cause(key)
        offer = _OFFERS.get(state, {}).get(reason)
        if offer is not None and people > 0:
            found.append(FailedCause(state, reason, people, offer))
    order = list(Offer)
    return sorted(found, key=lambda cause: (order.index(cause.offer), -cause.people))


def read_cause(key: str) -> tuple[DeliveryState, Reason]:
    """State and reason of a stored key."""
    state, _colon, reason = key.partition(":")
    return DeliveryState(int(state)), Reason(int(reason))


def offer_of(key: str) -> Offer | None:
    """How the cause is offered; None when nobody may be written to again for it."""
    try:
        state, reason = read_cause(key)
    except ValueError:
        return None
    return _OFFERS.get(state, {}).get(reason)
