"""What a transport is handed and what it answers; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from campaigns.sending.states import DeliveryState, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence


class Outgoing(NamedTuple):
    """One delivery on its way out; `holes` are the message's holes worked out for this person, HTML escaped.

    `file_id`: the PersonalFile that this person gets; 0 where there is none.
    """

    delivery_id: int
    address: str
    holes: dict[str, str]
    unsubscribe_url: str
    file_id: int = 0


@dataclass(frozen=True, slots=True)
class Envelope:
    """What all deliveries of one campaign share beside the words."""

    from_name: str
    from_address: str
    reply_to: str
    configuration_set: str
    campaign_id: int
    is_one_click: bool  # carries List-Unsubscribe


class Outcome(NamedTuple):
    """How the attempt ended for one delivery: ACCEPTED (with ses_message_id), REFUSED, DEFERRED or UNCERTAIN."""

    state: DeliveryState
    reason: Reason = Reason.NONE
    ses_message_id: str = ""
    error: str = ""


_SHUT = frozenset({Reason.QUOTA_REACHED, Reason.SENDING_PAUSED})


@dataclass(frozen=True, slots=True)
class CallResult:
    """Outcomes of one provider call, in the order of its group, and what it says about the whole account."""

    outcomes: list[Outcome]
    is_throttled: bool = False
    stops_account: str = ""  # sentence: nothing can be sent through this account now
    holds_account: str = ""  # sentence: for the moment; one group a minute tries
    stops_campaign: str = ""  # sentence: this campaign cannot be sent as it is
    error: str = ""

    @property
    def is_shut(self) -> bool:
        """Whether the provider lets nothing out at all for the moment: paused, or its quota used up."""
        return bool(self.stops_account or self.holds_account) or any(
            outcome.reason in _SHUT for outcome in self.outcomes
        )

    @property
    def has_accepted(self) -> bool:
        return any(outcome.state is DeliveryState.ACCEPTED for outcome in self.outcomes)

    @property
    def has_lost(self) -> bool:
        """Whether the answer about somebody was lost."""
        return any(outcome.state is DeliveryState.UNCERTAIN for outcome in self.outcomes)


def all_alike(count: int, state: DeliveryState, reason: Reason, error: str = "") -> list[Outcome]:
    """The same outcome for every delivery of a group."""
    return [Outcome(state, reason, error=error)] * count


class Transport(Protocol):
    """Hands out one campaign's message, a group at a time, by exactly one provider call each."""

    max_group: int

    def send(self, group: Sequence[Outgoing], *, attempt_id: int) -> CallResult:
        """Never raises an OutsideError: every failure is an outcome."""
        ...

    def done(self) -> None:
        """The chunk is over."""
        ...
