"""What would become of mails if the rules were others: saved examples, and the mail of last week."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.db import transaction
from django.utils import timezone

from portal.activity import record_activity
from portal.errors import OutsideError
from routing.inbound.headers import Header
from routing.inbound.models import InboundMessage
from routing.inbound.raw import headers_of, whole_headers
from routing.inbound.router import decide_message
from routing.rules.facts import FactsJson, facts_json, read_facts
from routing.rules.load import RuleSet, load_rules
from routing.rules.models import SavedExample
from routing.rules.overlay import decide_with, with_changes
from routing.rules.reading import action_json, read_action

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from routing.rules.decide import Decision, Facts
    from routing.rules.definition import Action
    from routing.rules.services import RuleChange

logger = logging.getLogger(__name__)

REPLAY_DAYS = 7
REPLAYED_AT_MOST = 2_000
SHOWN_MOVES = 50
EXAMPLES_AT_MOST = 500
_AT_ONCE = 500  # messages whose rules are loaded together


@dataclass(frozen=True, slots=True)
class ExampleMove:
    """A saved example that would go elsewhere."""

    example: SavedExample
    before: tuple[Action, ...]
    after: Decision


@dataclass(frozen=True, slots=True)
class MailMove:
    """A mail of last week that would go elsewhere, for one of its recipients."""

    message: InboundMessage
    before: Decision
    after: Decision


@dataclass(frozen=True, slots=True)
class Replay:
    """Last week's mail by the rules as they are and as they would be. `moves` are the first SHOWN_MOVES."""

    messages: int
    recipients: int
    moved: int
    moves: list[MailMove]
    has_more: bool  # there was more mail than REPLAYED_AT_MOST: the newest was taken


def moved_examples(changes: Sequence[RuleChange]) -> list[ExampleMove]:
    """The saved examples that would go elsewhere after the changes; those that go elsewhere already are left out."""
    examples = list(SavedExample.objects.all()[:EXAMPLES_AT_MOST])
    now = load_rules([example.recipient for example in examples])
    then = with_changes(now, changes)
    moves: list[ExampleMove] = []
    for example in examples:
        facts = read_facts(cast("FactsJson", example.facts))
        expected = tuple(read_action(action) for action in example.expected)
        after = decide_with(then, example.recipient, facts)
        was_right = decide_with(now, example.recipient, facts).actions == expected
        if after.actions != expected and was_right:
            moves.append(ExampleMove(example, expected, after))
    return moves


def broken_examples() -> set[int]:
    """Ids of the saved examples that the rules as they are send elsewhere."""
    examples = list(SavedExample.objects.all()[:EXAMPLES_AT_MOST])
    rules = load_rules([example.recipient for example in examples])
    return {example.pk for example in examples if not goes_as_expected(example, rules)}


def goes_as_expected(example: SavedExample, rules: RuleSet) -> bool:
    """Whether an example goes where it shall."""
    decision = decide_with(rules, example.recipient, read_facts(cast("FactsJson", example.facts)))
    return bool([action_json(action) for action in decision.actions] == example.expected)


def replay_last_week(changes: Sequence[RuleChange]) -> Replay:
    """Decide the mail of REPLAY_DAYS by both sets of rules; nothing is delivered."""
    since = timezone.now() - timedelta(days=REPLAY_DAYS)
    found = InboundMessage.objects.filter(received_at__gte=since, is_canary=False).defer("decisions")
    messages = list(found.order_by("-received_at", "-pk")[: REPLAYED_AT_MOST + 1])
    has_more = len(messages) > REPLAYED_AT_MOST
    moves: list[MailMove] = []
    recipient_count = moved_count = 0
    for message, before, after in _decided_twice(messages[:REPLAYED_AT_MOST], changes):
        recipient_count += 1
        if before.actions == after.actions:
            continue
        moved_count += 1
        if len(moves) < SHOWN_MOVES:
            moves.append(MailMove(message, before, after))
    return Replay(min(len(messages), REPLAYED_AT_MOST), recipient_count, moved_count, moves, has_more=has_more)


def _decided_twice(
    messages: Sequence[InboundMessage], changes: Sequence[RuleChange]
) -> Iterator[tuple[InboundMessage, Decision, Decision]]:
    for start in range(0, len(messages), _AT_ONCE):
        part = messages[start : start + _AT_ONCE]
        now = load_rules([recipient for message in part for recipient in message.recipients])
        then = with_changes(now, changes)
        whole = _whole_headers(part)
        for message in part:
            headers, size_bytes = whole.get(message.pk) or headers_of(message), message.size_bytes
            before = decide_message(message, now, headers=headers, size_bytes=size_bytes)
            after = decide_message(message, then, headers=headers, size_bytes=size_bytes)
            for pair in zip(before, after, strict=True):
                yield message, *pair


def _whole_headers(messages: Sequence[InboundMessage]) -> dict[int, tuple[Header, ...]]:
    """What the bucket says; while it is away, a look at what would happen makes do with the rows."""
    try:
        return whole_headers(messages)
    except OutsideError:
        logger.warning("rules.replay_without_headers")
        return {}


@transaction.atomic
def save_example(name: str, recipient: str, facts: Facts, *, actor: User | None) -> SavedExample:
    """Keep that a mail like this goes where it would go now."""
    decision = decide_with(load_rules([recipient]), recipient, facts)
    example = SavedExample.objects.create(
        name=name.strip()[:120] or recipient[:120],
        recipient=recipient,
        facts=facts_json(facts),
        expected=[action_json(action) for action in decision.actions],
        expected_key=decision.rule_key,
    )
    record_activity("routing_example.created", actor=actor, target=example)
    return example


@transaction.atomic
def accept_example(example: SavedExample, *, actor: User | None) -> None:
    """From now on an example shall go where the rules send it."""
    facts = read_facts(cast("FactsJson", example.facts))
    decision = decide_with(load_rules([example.recipient]), example.recipient, facts)
    example.expected = [action_json(action) for action in decision.actions]
    example.expected_key = decision.rule_key
    example.save()
    record_activity("routing_example.changed", actor=actor, target=example)


@transaction.atomic
def delete_example(example: SavedExample, *, actor: User | None) -> None:
    """Ask no more about this mail."""
    record_activity("routing_example.deleted", actor=actor, target=example)
    example.delete()
