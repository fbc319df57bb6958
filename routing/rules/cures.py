"""What a cure of a rule changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from portal.errors import Conflict
from routing.rules.definition import Action, ActionKind, Choice
from routing.rules.reading import choices_json, read_choices
from routing.rules.services import RuleChange, RuleJson
from routing.rules.shadows import without

if TYPE_CHECKING:
    from collections.abc import Sequence


def cure_of(key: str, rule: RuleJson, deed: str, subject: str) -> RuleChange:
    """The change that a cure makes. Raises Conflict when the rule is no longer as it was, or nothing would be left."""
    choices = read_choices(rule["choices"])
    if deed == "delete" and key:
        return RuleChange(key, None)
    if deed == "remove-choice" and subject.isdecimal():
        kept = without(choices, int(subject[:6]))
    elif deed == "remove-forward":
        kept = _without_forward(choices, subject)
    else:
        raise Conflict(_("There is no such cure."))
    if not kept or kept == choices:
        raise Conflict(_("There would be nothing left of the rule: edit it, or delete it."))
    cured = rule.copy()
    cured["choices"] = choices_json(kept)
    return RuleChange(key, cured)


def _without_forward(choices: Sequence[Choice], address: str) -> tuple[Choice, ...]:
    """Choices that forward only there go altogether: their mail is for the next one."""

    def stays(action: Action) -> bool:
        return action.kind is not ActionKind.FORWARD or action.address != address

    kept = (Choice(choice.conditions, tuple(filter(stays, choice.actions))) for choice in choices)
    return tuple(choice for choice in kept if choice.actions)
