"""Which choices of a rule can never be taken, from what they say alone. Pure.

A choice is shadowed when an earlier one takes every mail that it would take, and impossible when its own conditions
exclude each other. Both are only said where they are certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from routing.rules.definition import Choice, Comparison, Condition, ConditionKind, Status

LARGEST_MAIL_BYTES: Final = 40 * 1024 * 1024  # SES takes no larger mail in


@dataclass(frozen=True, slots=True)
class DeadChoice:
    """A choice that no mail reaches; `taken_by` is the earlier one that takes them all, 0 where it excludes itself."""

    number: int
    taken_by: int


def dead_choices(choices: Sequence[Choice]) -> list[DeadChoice]:
    """The choices that can never be taken, in order."""
    found: list[DeadChoice] = []
    for number, choice in enumerate(choices, 1):
        if excludes_itself(choice):
            found.append(DeadChoice(number, 0))
            continue
        taken_by = next((earlier for earlier in range(1, number) if _takes_all_of(choices[earlier - 1], choice)), 0)
        if taken_by:
            found.append(DeadChoice(number, taken_by))
    return found


def without(choices: Sequence[Choice], number: int) -> tuple[Choice, ...]:
    """The choices without one of them, by its number from 1."""
    return tuple(choice for place, choice in enumerate(choices, 1) if place != number)


def excludes_itself(choice: Choice) -> bool:
    """Whether no mail can meet all its conditions."""
    if any(_is_impossible(condition) for condition in choice.conditions):
        return True
    return any(_exclude(one, other) for one, other in combinations(choice.conditions, 2))


def _takes_all_of(earlier: Choice, later: Choice) -> bool:
    return all(any(_follows(wanted, given) for given in later.conditions) for wanted in earlier.conditions)


def _is_impossible(condition: Condition) -> bool:
    is_oversize = condition.test is Comparison.OVER and condition.size_bytes >= LARGEST_MAIL_BYTES
    return condition.kind is ConditionKind.SIZE and is_oversize


def _follows(wanted: Condition, given: Condition) -> bool:
    """Whether a mail that meets `given` surely meets `wanted`."""
    if wanted == given:
        return True
    if wanted.kind is not given.kind:
        return False
    return _FOLLOWS[wanted.kind](wanted, given)


def _verdict_follows(wanted: Condition, given: Condition) -> bool:
    return wanted.verdict is given.verdict and given.statuses <= wanted.statuses


def _sender_follows(wanted: Condition, given: Condition) -> bool:
    if wanted.test is not given.test:
        return False
    narrow, wide = (given, wanted) if wanted.test is Comparison.IS_ONE_OF else (wanted, given)
    return _are_covered(narrow.patterns, wide.patterns)


def _size_follows(wanted: Condition, given: Condition) -> bool:
    if wanted.test is not given.test:
        return False
    if wanted.test is Comparison.OVER:
        return given.size_bytes >= wanted.size_bytes
    return given.size_bytes <= wanted.size_bytes


def _header_follows(wanted: Condition, given: Condition) -> bool:
    if wanted.name != given.name or given.test is Comparison.MISSING:
        return False
    if wanted.test is Comparison.EXISTS:
        return True
    is_part = wanted.value.strip().lower() in given.value.strip().lower()
    return wanted.test is Comparison.CONTAINS and is_part and given.test in {Comparison.EQUALS, Comparison.CONTAINS}


_FOLLOWS = {
    ConditionKind.VERDICT: _verdict_follows,
    ConditionKind.SENDER: _sender_follows,
    ConditionKind.SIZE: _size_follows,
    ConditionKind.HEADER: _header_follows,
}


def _exclude(one: Condition, other: Condition) -> bool:
    """Whether no mail meets both."""
    if one.kind is not other.kind:
        return False
    return _EXCLUDES[one.kind](one, other) or _EXCLUDES[one.kind](other, one)


def _verdicts_exclude(one: Condition, other: Condition) -> bool:
    return one.verdict is other.verdict and not one.statuses & other.statuses


def _senders_exclude(one: Condition, other: Condition) -> bool:
    is_yes_and_no = one.test is Comparison.IS_ONE_OF and other.test is Comparison.IS_NONE_OF
    return is_yes_and_no and _are_covered(one.patterns, other.patterns)


def _sizes_exclude(one: Condition, other: Condition) -> bool:
    return one.test is Comparison.OVER and other.test is Comparison.UP_TO and one.size_bytes >= other.size_bytes


def _headers_exclude(one: Condition, other: Condition) -> bool:
    return one.name == other.name and one.test is Comparison.MISSING and other.test is not Comparison.MISSING


_EXCLUDES = {
    ConditionKind.VERDICT: _verdicts_exclude,
    ConditionKind.SENDER: _senders_exclude,
    ConditionKind.SIZE: _sizes_exclude,
    ConditionKind.HEADER: _headers_exclude,
}


def _are_covered(narrow: Sequence[str], wide: Sequence[str]) -> bool:
    return all(pattern in wide or f"*@{pattern.rpartition('@')[2]}" in wide for pattern in narrow)


def takes_everything(choices: Sequence[Choice]) -> bool:
    """Whether some choice takes whatever is left, so that nothing goes on to the next rule."""
    return any(not choice.conditions or _says_nothing(choice) for choice in choices)


def _says_nothing(choice: Choice) -> bool:
    return all(
        condition.kind is ConditionKind.VERDICT and condition.statuses == frozenset(Status)
        for condition in choice.conditions
    )
