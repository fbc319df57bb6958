"""Changes of rules in words: what each rule did and does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext as _

from portal.errors import InvalidInput
from portal.mail.address import display_address
from routing.rules.reading import read_choices
from routing.rules.words import describe_choices

if TYPE_CHECKING:
    from routing.rules.services import ChangeJson, RuleJson


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One rule before and after; empty where there was or is none."""

    label: str
    before: list[str]
    after: list[str]


def shown_changes(changes: Sequence[ChangeJson], accounts: Mapping[int, str]) -> list[ShownChange]:
    """Changes as a page shows them."""
    return [
        ShownChange(
            display_address(change["key"]) if change["key"] else _("Anything else"),
            _lines(change["before"], accounts),
            _lines(change["after"], accounts),
        )
        for change in changes
    ]


def _lines(rule: RuleJson | None, accounts: Mapping[int, str]) -> list[str]:
    if rule is None:
        return []
    try:
        lines = describe_choices(read_choices(rule["choices"]), accounts)
    except InvalidInput as error:
        lines = [str(error)]
    if not rule["is_on"]:
        lines = [_("off"), *lines]
    named = [_("named “%s”") % rule["name"]] if rule["name"] else []
    noted = [_("notes: %s") % rule["notes"]] if rule["notes"] else []
    return [*lines, *named, *noted]


def count_words(changes: Sequence[object]) -> dict[str, int]:
    """How many of a version's changes added, changed and removed a rule."""
    found = {"added": 0, "changed": 0, "removed": 0}
    for change in cast("Sequence[ChangeJson]", changes):
        found["added" if change["before"] is None else "removed" if change["after"] is None else "changed"] += 1
    return found
