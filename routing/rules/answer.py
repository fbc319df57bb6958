"""A decision as a page says it: where the mail goes, and every key and condition that was tried on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from portal.mail.address import display_address
from routing.rules.caution_words import edit_url
from routing.rules.decide import ChoiceTried, Decision, KeyOutcome, KeyTried
from routing.rules.load import stored_choices
from routing.rules.models import RoutingRule
from routing.rules.surroundings import default_choices
from routing.rules.words import KIND_WORDS, describe_actions, describe_condition, outcome_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from routing.rules.definition import Choice


@dataclass(frozen=True, slots=True)
class ShownCondition:
    """A condition that was tried."""

    text: str
    holds: bool


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """A choice that was tried; one without conditions takes whatever comes."""

    number: int
    conditions: list[ShownCondition]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key that was tried, and what came of it."""

    label: str
    kind: str | Promise
    text: str
    url: str
    is_decisive: bool
    choices: list[ShownChoice]


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a mail for one recipient goes, and why."""

    recipient: str
    goes: str
    is_default: bool
    keys: list[ShownKey]


def answer_of(decision: Decision, accounts: Mapping[int, str]) -> Answer:
    """The decision by the stored rules, in words."""
    rule_ids = [tried.rule_id for tried in decision.tried if tried.rule_id]
    rules = {rule.pk: stored_choices(rule.choices, rule.pk) for rule in RoutingRule.objects.filter(pk__in=rule_ids)}
    keys = [_shown(tried, rules.get(tried.rule_id or 0, ())) for tried in decision.tried]
    goes = describe_actions(decision.actions, accounts)
    return Answer(display_address(decision.recipient.key), goes, decision.is_default, keys)


def _shown(tried: KeyTried, choices: Sequence[Choice]) -> ShownKey:
    is_last = tried.kind == "default"
    known = default_choices() if is_last else choices
    return ShownKey(
        label=display_address(tried.key),
        kind=KIND_WORDS[tried.kind],
        text=outcome_words(tried),
        url=edit_url(tried.rule_id or 0) if is_last or tried.rule_id else "",
        is_decisive=tried.outcome is KeyOutcome.DECIDED,
        choices=[_shown_choice(each, known) for each in tried.choices],
    )


def _shown_choice(tried: ChoiceTried, choices: Sequence[Choice]) -> ShownChoice:
    conditions = choices[tried.number - 1].conditions if tried.number <= len(choices) else ()
    pairs = zip(conditions, tried.held, strict=False)  # those behind the first that fails were not tried
    shown = [ShownCondition(describe_condition(condition), holds) for condition, holds in pairs]
    return ShownChoice(tried.number, shown, tried.is_chosen)
