"""Why somebody got a campaign, did not, or would not: one answer from a few facts. Asks no database.

What happened goes before what would: a delivery's own state, then who was chosen, then what stands against mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TYPE_CHECKING

from campaigns.sending.states import CampaignStatus, DeliveryState, Reason

if TYPE_CHECKING:
    from datetime import datetime


class Why(StrEnum):
    """Every answer; `why_words` has the sentence of each."""

    # about a person alone
    NOT_AN_ADDRESS = auto()
    UNKNOWN = auto()
    UNKNOWN_AND_SUPPRESSED = auto()
    UNKNOWN_AND_LISTED = auto()
    UNKNOWN_AND_LET_GO = auto()
    FORGOTTEN = auto()
    SUPPRESSED = auto()
    LISTED = auto()  # not suppressed here, but on the list that SES keeps
    LET_GO = auto()  # was suppressed
    REACHED = auto()
    # before a campaign leaves
    NO_AUDIENCE = auto()
    WOULD_NOT_BE_CHOSEN = auto()
    WOULD_BE_EXCLUDED = auto()
    WOULD_BE_SUPPRESSED = auto()
    WOULD_BE_HELD_BACK = auto()
    WOULD_MISS_VALUE = auto()
    WOULD_GET = auto()
    # it left without them
    STOPPED_BEFORE = auto()
    WAS_UNKNOWN = auto()
    ADDED_LATER = auto()
    JOINED_LATER = auto()
    EXCLUDED = auto()
    CHOSEN_SINCE = auto()
    NOT_CHOSEN = auto()
    # they were chosen
    SKIPPED_SUPPRESSED = auto()
    SKIPPED_SUPPRESSED_THEN = auto()  # mail may go to them again by now
    SKIPPED_MISSING_VALUE = auto()
    SKIPPED = auto()
    WAITS = auto()
    WAITS_FOR_WINNER = auto()
    WAITS_PAUSED = auto()
    WAITS_FAILED = auto()
    WAITS_RETRY = auto()
    BEING_SENT = auto()
    CANCELLED = auto()
    REFUSED = auto()
    UNCERTAIN = auto()
    NO_ANSWER_YET = auto()
    DELAYED = auto()
    BOUNCED = auto()
    COMPLAINED = auto()
    DELIVERED = auto()


@dataclass(frozen=True, slots=True)
class SuppressionFacts:
    """Why and since when the address gets no mail; `ended_at` once it was taken off."""

    reason: str
    since: datetime
    words: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """Where one campaign's message to them stands."""

    state: DeliveryState
    reason: Reason
    changed_at: datetime
    accepted_at: datetime | None = None
    words: str = ""  # the mail server's
    is_delayed: bool = False


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """What matters of the campaign for this person. `planned_at` is when its people were settled."""

    name: str
    status: CampaignStatus
    planned_at: datetime | None = None
    stopped_because: str = ""
    has_audience: bool = True
    is_chosen: bool = False  # as the audience stands now
    excluded_by: str = ""  # name of what leaves them out
    joined_later: str = ""  # name of an included list that they joined after `planned_at`
    joined_at: datetime | None = None
    missing_fields: tuple[str, ...] = ()
    waits_for_winner: bool = False  # it is under way; this person is in the part that gets the A/B test's winner


@dataclass(frozen=True, slots=True)
class WhyFacts:
    """Everything an answer may need about one address, and perhaps one campaign."""

    is_address: bool = True
    is_contact: bool = True
    added_at: datetime | None = None
    suppression: SuppressionFacts | None = None
    listed_since: datetime | None = None  # on the list that SES keeps
    is_forgotten: bool = False
    campaign: CampaignFacts | None = None
    delivery: DeliveryFacts | None = None

    @property
    def is_suppressed(self) -> bool:
        return self.suppression is not None and self.suppression.ended_at is None


_SUPPRESSED = frozenset(
    {
        Reason.SUPPRESSED_BOUNCE,
        Reason.SUPPRESSED_COMPLAINT,
        Reason.SUPPRESSED_UNSUBSCRIBE,
        Reason.SUPPRESSED_MANUAL,
        Reason.SUPPRESSED_IMPORT,
    }
)
_NOT_LEFT_YET = frozenset({CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, CampaignStatus.PENDING})
_WAITING = {
    CampaignStatus.PAUSED: Why.WAITS_PAUSED,
    CampaignStatus.FAILED: Why.WAITS_FAILED,
    CampaignStatus.CANCELLED: Why.CANCELLED,
}
_STATES = {
    DeliveryState.SENDING: Why.BEING_SENT,
    DeliveryState.DELIVERED: Why.DELIVERED,
    DeliveryState.BOUNCED: Why.BOUNCED,
    DeliveryState.COMPLAINED: Why.COMPLAINED,
    DeliveryState.REFUSED: Why.REFUSED,
    DeliveryState.UNCERTAIN: Why.UNCERTAIN,
    DeliveryState.CANCELLED: Why.CANCELLED,
}


def explain(facts: WhyFacts) -> Why:
    """The answer to "why did they not get it?", also where they did or would."""
    if not facts.is_address:
        return Why.NOT_AN_ADDRESS
    if facts.delivery is not None:
        return _of_delivery(facts.delivery, facts)
    if facts.campaign is None:
        return _of_person(facts)
    if facts.campaign.status in _NOT_LEFT_YET:
        return _of_draft(facts.campaign, facts)
    return _of_left_out(facts.campaign, facts)


def _of_person(facts: WhyFacts) -> Why:
    if facts.is_forgotten and not facts.is_suppressed:
        return Why.FORGOTTEN
    known, unknown = _PERSON[_standing(facts)]
    return known if facts.is_contact else unknown


def _standing(facts: WhyFacts) -> str:
    """What stands against mail to the address, or did."""
    if facts.is_suppressed:
        return "suppressed"
    if facts.listed_since is not None:
        return "listed"
    return "let go" if facts.suppression is not None else "free"


_PERSON = {
    "suppressed": (Why.SUPPRESSED, Why.UNKNOWN_AND_SUPPRESSED),
    "listed": (Why.LISTED, Why.UNKNOWN_AND_LISTED),
    "let go": (Why.LET_GO, Why.UNKNOWN_AND_LET_GO),
    "free": (Why.REACHED, Why.UNKNOWN),
}


def _of_draft(campaign: CampaignFacts, facts: WhyFacts) -> Why:
    if not facts.is_contact:
        return _of_person(facts)
    if not campaign.has_audience:
        return Why.NO_AUDIENCE
    if not campaign.is_chosen:
        return Why.WOULD_BE_EXCLUDED if campaign.excluded_by else Why.WOULD_NOT_BE_CHOSEN
    if facts.is_suppressed:
        return Why.WOULD_BE_SUPPRESSED
    if campaign.missing_fields:
        return Why.WOULD_MISS_VALUE
    return Why.WOULD_BE_HELD_BACK if facts.listed_since is not None else Why.WOULD_GET


def _of_left_out(campaign: CampaignFacts, facts: WhyFacts) -> Why:
    if campaign.planned_at is None:
        return Why.STOPPED_BEFORE
    if not facts.is_contact:
        return Why.WAS_UNKNOWN
    if facts.added_at is not None and facts.added_at > campaign.planned_at:
        return Why.ADDED_LATER
    if campaign.excluded_by:
        return Why.EXCLUDED
    if campaign.joined_later:
        return Why.JOINED_LATER
    return Why.CHOSEN_SINCE if campaign.is_chosen else Why.NOT_CHOSEN


def _of_delivery(delivery: DeliveryFacts, facts: WhyFacts) -> Why:
    if delivery.state is DeliveryState.SKIPPED:
        return _of_skipped(delivery.reason, facts)
    if delivery.state is DeliveryState.ACCEPTED:
        return Why.DELAYED if delivery.is_delayed else Why.NO_ANSWER_YET
    if delivery.state in {DeliveryState.QUEUED, DeliveryState.DEFERRED}:
        status = facts.campaign.status if facts.campaign else CampaignStatus.IN_PROGRESS
        waits = Why.WAITS if delivery.state is DeliveryState.QUEUED else Why.WAITS_RETRY
        if facts.campaign and facts.campaign.waits_for_winner:
            waits = Why.WAITS_FOR_WINNER
        return _WAITING.get(status, waits)
    return _STATES[delivery.state]


def _of_skipped(reason: Reason, facts: WhyFacts) -> Why:
    if reason in _SUPPRESSED:
        return Why.SKIPPED_SUPPRESSED if facts.is_suppressed else Why.SKIPPED_SUPPRESSED_THEN
    return Why.SKIPPED_MISSING_VALUE if reason is Reason.MISSING_VALUE else Why.SKIPPED
