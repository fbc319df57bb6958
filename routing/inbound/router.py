"""The router: decides for each envelope recipient and writes one delivery per recipient, action and destination.

What has to be asked of S3 is asked before the transaction. A message is routed once: its row is locked, and leaves
`received` in the transaction that writes its deliveries.
"""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from portal.aws.s3 import ObjectMissing
from portal.errors import OutsideError
from routing.canary.letter import canary_actions
from routing.inbound.dispatch import publish_deliveries
from routing.inbound.headers import Header
from routing.inbound.loops import is_loop
from routing.inbound.models import OPEN_STATES, DeliveryState, InboundDelivery, InboundMessage
from routing.inbound.raw import headers_of, headers_of_raw, size_of_raw
from routing.inbound.reasons import Reason
from routing.inbound.trace import trace_secret
from routing.inbound.work import append_steps
from routing.recipients import MAX_KEY_CHARS
from routing.rules.decide import Decision, Facts, decide, decision_json
from routing.rules.definition import Action, ActionKind, Status, VerdictName
from routing.rules.facts import facts_of
from routing.rules.hits import count_hits
from routing.rules.load import RuleSet, load_rules
from routing.rules.reading import action_json

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = logging.getLogger(__name__)

ASKERS = 8  # threads that ask S3
RETRY_S = 30
# What needs no handler ends with the routing itself.
_ENDS_AT_ONCE = {
    ActionKind.STORE: DeliveryState.STORED,
    ActionKind.DROP: DeliveryState.DROPPED,
    ActionKind.HOLD: DeliveryState.HELD,
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What S3 said of a message; `is_answered` False when it could not be asked."""

    message_id: int
    size_bytes: int | None = None
    headers: tuple[Header, ...] | None = None  # only where the notification had not all of them
    is_missing: bool = False
    is_answered: bool = True


def route_messages(message_ids: Sequence[int]) -> int:
    """Route those that are not routed yet; returns how many were. Harmless to repeat.

    Where S3 does not answer, the message waits for its `retry_at`. Raises what the database raises.
    """
    rows = InboundMessage.objects.filter(pk__in=message_ids, status=InboundMessage.Status.RECEIVED)
    asked = _ask_all(list(rows))
    _put_off([each.message_id for each in asked if not each.is_answered])
    ready = {each.message_id: each for each in asked if each.is_answered}
    if not ready:
        return 0
    with transaction.atomic():
        messages = list(rows.filter(pk__in=ready).select_for_update().order_by("pk"))
        deliveries = _route(messages, ready)
        publish_deliveries(delivery for delivery in deliveries if delivery.state in OPEN_STATES)
    return len(messages)


def _ask_all(messages: list[InboundMessage]) -> list[_Asked]:
    if len(messages) == 1:
        return [_ask(messages[0])]
    with ThreadPoolExecutor(ASKERS) as pool:
        return list(pool.map(_ask, messages))


def _ask(message: InboundMessage) -> _Asked:
    try:
        size_bytes = size_of_raw(message)
        headers = headers_of_raw(message) if message.headers_truncated else None
    except ObjectMissing:
        return _Asked(message.pk, is_missing=True)
    except OutsideError as error:
        logger.warning("inbound.raw_unreachable", extra={"message_id": message.pk, "code": error.code})
        return _Asked(message.pk, is_answered=False)
    return _Asked(message.pk, size_bytes, headers)


def _put_off(message_ids: list[int]) -> None:
    if message_ids:
        InboundMessage.objects.filter(pk__in=message_ids).update(
            retry_at=Now() + timedelta(seconds=RETRY_S), reason=Reason.RAW_UNREACHABLE.value
        )


def _route(messages: list[InboundMessage], asked: dict[int, _Asked]) -> list[InboundDelivery]:
    rules = load_rules(recipient for message in messages for recipient in message.recipients)
    planned: list[InboundDelivery] = []
    hits: Counter[tuple[int, int]] = Counter()
    for message in messages:
        headers = asked[message.pk].headers or headers_of(message)
        decisions = decide_message(message, rules, headers=headers, size_bytes=asked[message.pk].size_bytes)
        for decision in decisions:
            planned += _deliveries(message, decision, headers)
            if decision.rule_id is not None and not message.is_canary:
                hits[decision.rule_id, message.pk] += 1
        _settle(message, asked[message.pk], decisions)
    InboundMessage.objects.bulk_update(messages, ["status", "size_bytes", "raw", "decisions", "retry_at", "reason"])
    written = _write(planned)
    count_hits(hits)
    return written


def decide_message(
    message: InboundMessage, rules: RuleSet, *, headers: tuple[Header, ...], size_bytes: int | None
) -> list[Decision]:
    """One decision per envelope recipient; an address that stands there twice gets one."""
    facts = facts_of_message(message, headers=headers, size_bytes=size_bytes)
    found: dict[str, Decision] = {}
    for text in message.recipients:
        decision = decide(rules.rules, text, facts, default=rules.default)
        found.setdefault(decision.recipient.key, decision)
    return list(found.values())


def facts_of_message(message: InboundMessage, *, headers: tuple[Header, ...], size_bytes: int | None) -> Facts:
    """What conditions may ask of a stored message."""
    verdicts = {name: Status(getattr(message, name.value)) for name in VerdictName}
    return facts_of(headers, sender=message.envelope_from, size_bytes=size_bytes, verdicts=verdicts)


def _deliveries(message: InboundMessage, decision: Decision, headers: tuple[Header, ...]) -> list[InboundDelivery]:
    actions = canary_actions(decision.actions) if message.is_canary else decision.actions
    loops = is_loop(headers, decision.recipient.key, trace_secret())
    return [new_delivery(message, decision, action, loops=loops) for action in actions]


def new_delivery(
    message: InboundMessage, decision: Decision, action: Action, *, loops: bool = False
) -> InboundDelivery:
    """An unsaved delivery in its first state; mail that goes in circles is held, whatever was to be done with it."""
    state = _ENDS_AT_ONCE.get(action.kind, DeliveryState.PENDING)
    is_held = loops and action.kind is not ActionKind.DROP
    now = timezone.now()
    reason = Reason.BY_RULE if state is not DeliveryState.PENDING else Reason.NONE
    return InboundDelivery(
        message=message,
        recipient=decision.recipient.key[:MAX_KEY_CHARS],
        action=action.kind.value,
        destination=action.destination,
        options=action_json(action),
        state=DeliveryState.HELD if is_held else state,
        reason=Reason.LOOP.value if is_held else reason.value,
        rule_id=decision.rule_id,
        rule_key=decision.rule_key,
        finished_at=None if is_held or state in {DeliveryState.PENDING, DeliveryState.HELD} else now,
    )


def _settle(message: InboundMessage, asked: _Asked, decisions: list[Decision]) -> None:
    message.status = InboundMessage.Status.ROUTED
    message.size_bytes = asked.size_bytes
    message.raw = InboundMessage.Raw.MISSING if asked.is_missing else InboundMessage.Raw.KEPT
    message.decisions = [decision_json(decision) for decision in decisions]
    message.retry_at, message.reason = None, ""


def _write(planned: list[InboundDelivery]) -> list[InboundDelivery]:
    """Write them, and the first step of each; what is there already stays as it is."""
    if not planned:
        return []
    InboundDelivery.objects.bulk_create(planned, ignore_conflicts=True)
    message_ids = {delivery.message_id for delivery in planned}
    written = list(InboundDelivery.objects.filter(message__in=message_ids, events__isnull=True))
    append_steps(written)
    return written
