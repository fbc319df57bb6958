"""Rules as they would be after some changes that nobody has made yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.rules.decide import Decision, Facts, Rule, decide
from routing.rules.load import RuleSet
from routing.rules.reading import read_choices
from routing.rules.services import DEFAULT_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from routing.rules.services import RuleChange

NOT_MADE_YET = -1  # the id of a rule that only a draft has


def with_changes(loaded: RuleSet, changes: Sequence[RuleChange]) -> RuleSet:
    """A copy of the loaded rules with the changes in it. Raises InvalidInput for unusable changes."""
    rules, default = dict(loaded.rules), loaded.default
    for change in changes:
        if change.key == DEFAULT_KEY and change.after is not None:
            default = read_choices(change.after["choices"])
        elif change.after is None:
            rules.pop(change.key, None)
        else:
            rule_id = rules[change.key].rule_id if change.key in rules else NOT_MADE_YET
            choices = read_choices(change.after["choices"])
            rules[change.key] = Rule(rule_id, change.key, change.after["is_on"], choices)
    return RuleSet(rules, default)


def decide_with(rules: RuleSet, recipient: str, facts: Facts) -> Decision:
    """What the router would decide by these rules."""
    return decide(rules.rules, recipient, facts, default=rules.default)
