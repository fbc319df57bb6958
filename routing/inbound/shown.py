"""What the pages of mail that came in show, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from portal.errors import InvalidInput
from routing.inbound.dispatch import TASKS
from routing.inbound.models import DeliveryState, InboundDelivery, InboundDeliveryEvent, InboundMessage
from routing.inbound.reasons import Reason
from routing.inbound.services import MAY_BE_GIVEN_UP, MAY_GO_AGAIN
from routing.recipients import read_recipient
from routing.rules.answer import Answer, answer_of
from routing.rules.decide import ChoiceTried, Decision, DecisionJson, KeyOutcome, KeyTried
from routing.rules.definition import ActionKind, VerdictName
from routing.rules.reading import read_action
from routing.rules.words import STATUS_WORDS, VERDICT_WORDS, describe_action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

TONES = {
    DeliveryState.DELIVERED: "good", DeliveryState.BOUNCED: "accent", DeliveryState.STORED: "accent",
    DeliveryState.HELD: "warn", DeliveryState.PARKED: "warn", DeliveryState.UNCERTAIN: "warn", DeliveryState.FAILED: "bad",
}  # fmt: skip
VERDICT_TONES = {"PASS": "good", "FAIL": "bad", "GRAY": "warn", "PROCESSING_FAILED": "warn"}


@dataclass(frozen=True, slots=True)
class ShownVerdict:
    """One of SES's checks."""

    check: str
    result: str
    tone: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step of a delivery's history; `actor` is "" for the system."""

    at: datetime
    text: str
    actor: str


@dataclass(frozen=True, slots=True)
class ShownDelivery:
    """One delivery with its history, and what may be done with it."""

    delivery: InboundDelivery
    does: str
    state: str
    tone: str
    reason: str
    steps: list[ShownStep]

    @property
    def can_go_again(self) -> bool:
        """Whether there is something to do once more."""
        may_go = self.delivery.state in MAY_GO_AGAIN and not self.can_be_released
        return may_go and ActionKind(self.delivery.action) in TASKS

    @property
    def can_be_released(self) -> bool:
        """Whether it waits for a person."""
        return self.delivery.state == DeliveryState.HELD

    @property
    def can_be_given_up(self) -> bool:
        """Whether it is not over."""
        return self.delivery.state in MAY_BE_GIVEN_UP


def verdicts_of(message: InboundMessage) -> list[ShownVerdict]:
    """The five checks, in SES's order."""
    statuses = [(name, str(getattr(message, name.value))) for name in VerdictName]
    return [
        ShownVerdict(str(VERDICT_WORDS[name]), str(STATUS_WORDS.get(status, status)), VERDICT_TONES.get(status, ""))
        for name, status in statuses
    ]


def deliveries_of(message: InboundMessage, accounts: Mapping[int, str]) -> list[ShownDelivery]:
    """All deliveries of a message, in the order in which they came to be."""
    rows = list(message.deliveries.select_related("rule").order_by("pk"))
    steps: dict[int, list[ShownStep]] = {row.pk: [] for row in rows}
    for step in InboundDeliveryEvent.objects.filter(delivery__in=rows).select_related("actor").order_by("pk"):
        steps[step.delivery_id].append(_step(step))
    return [_shown(row, steps[row.pk], accounts) for row in rows]


def decisions_of(message: InboundMessage, accounts: Mapping[int, str]) -> list[Answer]:
    """Why each recipient's mail went where it went: every key that was tried then; conditions as their rules read now."""
    found = cast("Iterable[DecisionJson]", message.decisions)
    return [answer_of(_decision(each), accounts) for each in found]


def does_in_words(delivery: InboundDelivery, accounts: Mapping[int, str]) -> str:
    """What the delivery does; the bare words where its action cannot be read any more."""
    try:
        return describe_action(read_action(delivery.options), accounts)
    except InvalidInput:
        return f"{delivery.get_action_display()} {delivery.destination}".strip()


def reason_in_words(reason: str) -> str:
    """A stored word as a sentence's end; words of a later release stand for themselves."""
    return str(Reason(reason).label) if reason in Reason.values else reason


def _step(step: InboundDeliveryEvent) -> ShownStep:
    words = (str(step.get_state_display()), reason_in_words(step.reason), step.detail)
    return ShownStep(step.at, ", ".join(word for word in words if word), str(step.actor or ""))


def _shown(row: InboundDelivery, steps: list[ShownStep], accounts: Mapping[int, str]) -> ShownDelivery:
    state = DeliveryState(row.state)
    return ShownDelivery(
        delivery=row,
        does=does_in_words(row, accounts),
        state=str(state.label),
        tone=TONES.get(state, ""),
        reason=reason_in_words(row.reason),
        steps=steps,
    )


def _decision(kept: DecisionJson) -> Decision:
    tried = tuple(
        KeyTried(
            each["kind"],
            each["key"],
            KeyOutcome(each["outcome"]),
            each["rule_id"],
            tuple(
                ChoiceTried(choice["number"], tuple(choice["held"]), choice["is_chosen"]) for choice in each["choices"]
            ),
        )
        for each in kept["tried"]
    )
    recipient = read_recipient(kept["recipient"])
    return Decision(recipient, tried, (), kept["rule_id"], kept["rule_key"], kept["choice_number"])
