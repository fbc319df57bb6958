"""Where a mail goes: the one function that the router, the tester and the API ask. Pure.

Precedence is by how specific a pattern is, never by a number: `user+tag@example.com`, `user@example.com`,
`*@example.com`, `*`, and last the default route. A rule that is off, and one of which no choice fits, gives way to the
next. Everything that was tried is in the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict

from routing.recipients import Recipient, candidate_keys, read_recipient
from routing.rules.definition import (
    HELD,
    Action,
    Choice,
    Comparison,
    Condition,
    ConditionKind,
    Status,
    VerdictName,
)


class KeyOutcome(StrEnum):
    """What was found under a key."""

    NO_RULE = "no_rule"
    IS_OFF = "is_off"
    NO_CHOICE = "no_choice"  # there is a rule, but none of its choices fits this mail
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it was loaded; `key` is the normal form of its pattern."""

    rule_id: int
    key: str
    is_on: bool
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions may ask of a mail. Header names in any case, values decoded; `size_bytes` None when not known."""

    sender: str = ""  # envelope sender, "" for the null sender
    header_from: tuple[str, ...] = ()  # addresses
    size_bytes: int | None = None
    verdicts: Mapping[VerdictName, Status] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ChoiceTried:
    """One choice, and for each of its conditions whether it held, in order; the first that fails ends the trying."""

    number: int  # from 1
    held: tuple[bool, ...]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class KeyTried:
    """One key, and what came of it. `kind` is a PatternKind's word, or "default" for the last row."""

    kind: str
    key: str
    outcome: KeyOutcome
    rule_id: int | None = None
    choices: tuple[ChoiceTried, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens for one recipient, and why. `rule_id` is None when the default route decided."""

    recipient: Recipient
    tried: tuple[KeyTried, ...]
    actions: tuple[Action, ...]
    rule_id: int | None
    rule_key: str
    choice_number: int

    @property
    def is_default(self) -> bool:
        """Whether no rule took it."""
        return self.rule_id is None


class ChoiceTriedJson(TypedDict):
    """A choice that was tried, as kept with the message."""

    number: int
    held: list[bool]
    is_chosen: bool


class KeyTriedJson(TypedDict):
    """A key that was tried, as kept with the message."""

    kind: str
    key: str
    outcome: str
    rule_id: int | None
    choices: list[ChoiceTriedJson]


class DecisionJson(TypedDict):
    """A decision as kept with the message; its actions are the deliveries."""

    recipient: str
    rule_id: int | None
    rule_key: str
    choice_number: int
    tried: list[KeyTriedJson]


def decide(
    rules: Mapping[str, Rule], envelope_recipient: str, facts: Facts, *, default: tuple[Choice, ...] = HELD
) -> Decision:
    """Decide for one envelope recipient; always comes to a decision.

    `rules` by key; those that the recipient's `candidate_keys` do not name are never looked at. `default` is the last
    row; where none of its choices fits, the mail is held.
    """
    recipient = read_recipient(envelope_recipient)
    tried: list[KeyTried] = []
    for candidate in candidate_keys(recipient):
        rule = rules.get(candidate.key)
        if rule is None or not rule.is_on:
            outcome = KeyOutcome.NO_RULE if rule is None else KeyOutcome.IS_OFF
            tried.append(KeyTried(candidate.kind, candidate.key, outcome, rule.rule_id if rule else None))
            continue
        chosen, choices_tried = _first_fitting(rule.choices, facts)
        outcome = KeyOutcome.NO_CHOICE if chosen is None else KeyOutcome.DECIDED
        tried.append(KeyTried(candidate.kind, candidate.key, outcome, rule.rule_id, choices_tried))
        if chosen is not None:
            number = len(choices_tried)
            return Decision(recipient, tuple(tried), chosen.actions, rule.rule_id, rule.key, number)
    return _by_default(recipient, tried, facts, default)


def _by_default(recipient: Recipient, tried: list[KeyTried], facts: Facts, default: tuple[Choice, ...]) -> Decision:
    chosen, choices_tried = _first_fitting(default, facts)
    tried.append(KeyTried("default", "", KeyOutcome.DECIDED, None, choices_tried))
    number = len(choices_tried) if chosen else 0
    return Decision(recipient, tuple(tried), (chosen or HELD[0]).actions, None, "", number)


def _first_fitting(choices: tuple[Choice, ...], facts: Facts) -> tuple[Choice | None, tuple[ChoiceTried, ...]]:
    tried: list[ChoiceTried] = []
    for number, choice in enumerate(choices, 1):
        held = _held(choice.conditions, facts)
        is_chosen = all(held)
        tried.append(ChoiceTried(number, held, is_chosen))
        if is_chosen:
            return choice, tuple(tried)
    return None, tuple(tried)


def _held(conditions: tuple[Condition, ...], facts: Facts) -> tuple[bool, ...]:
    held: list[bool] = []
    for condition in conditions:
        held.append(holds(condition, facts))
        if not held[-1]:
            break
    return tuple(held)


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether one condition is true of a mail."""
    return _TESTS[condition.kind](condition, facts)


def _verdict_holds(condition: Condition, facts: Facts) -> bool:
    return facts.verdicts.get(condition.verdict, Status.DISABLED) in condition.statuses


def _sender_holds(condition: Condition, facts: Facts) -> bool:
    senders = {read_recipient(text).key for text in (facts.sender, *facts.header_from)}
    patterns = set(condition.patterns)
    is_among = any(sender in patterns or f"*@{sender.rpartition('@')[2]}" in patterns for sender in senders)
    return is_among is (condition.test is Comparison.IS_ONE_OF)


def _size_holds(condition: Condition, facts: Facts) -> bool:
    """A size that is not known is neither over nor up to anything."""
    if facts.size_bytes is None:
        return False
    is_over = facts.size_bytes > condition.size_bytes
    return is_over is (condition.test is Comparison.OVER)


def _header_holds(condition: Condition, facts: Facts) -> bool:
    values = [value.strip().lower() for name, value in facts.headers if name.lower() == condition.name]
    wanted = condition.value.strip().lower()
    if condition.test is Comparison.EXISTS:
        return bool(values)
    if condition.test is Comparison.MISSING:
        return not values
    if condition.test is Comparison.EQUALS:
        return wanted in values
    return any(wanted in value for value in values)


_TESTS = {
    ConditionKind.VERDICT: _verdict_holds,
    ConditionKind.SENDER: _sender_holds,
    ConditionKind.SIZE: _size_holds,
    ConditionKind.HEADER: _header_holds,
}


def decision_json(decision: Decision) -> DecisionJson:
    """The decision as it is kept with the message."""
    return {
        "recipient": decision.recipient.key,
        "rule_id": decision.rule_id,
        "rule_key": decision.rule_key,
        "choice_number": decision.choice_number,
        "tried": [
            {
                "kind": each.kind,
                "key": each.key,
                "outcome": each.outcome.value,
                "rule_id": each.rule_id,
                "choices": [
                    {"number": choice.number, "held": list(choice.held), "is_chosen": choice.is_chosen}
                    for choice in each.choices
                ],
            }
            for each in decision.tried
        ],
    }
