"""What the editor of a rule shows besides what was typed: the words to choose from, and what the rule would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from portal.errors import InvalidInput
from portal.mail.address import display_address
from routing.recipients import PatternKind
from routing.rules.definition import ActionKind, Comparison, ConditionKind, Status, VerdictName
from routing.rules.models import RoutingRule
from routing.rules.patterns import read_pattern
from routing.rules.reading import read_choices
from routing.rules.rule_form import rule_of
from routing.rules.screen import cautions_of
from routing.rules.surroundings import account_names
from routing.rules.words import (
    ACTION_WORDS,
    BOUNCE_WORDS,
    COMPARISON_WORDS,
    KIND_WORDS,
    STATUS_WORDS,
    VERDICT_WORDS,
    describe_choices,
)

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from routing.rules.rule_form import RuleForm

_CONDITIONS: list[tuple[str, str | Promise]] = [
    *((name.value, VERDICT_WORDS[name]) for name in VerdictName),
    (ConditionKind.SENDER.value, _("sender")),
    (ConditionKind.SIZE.value, _("size")),
    (ConditionKind.HEADER.value, _("header")),
]


def editor_context(form: RuleForm, *, rule_id: int) -> dict[str, Any]:
    """Choices of the selects, and what the rule would do, as far as it can be read."""
    names = account_names()
    return {
        "conditions": _CONDITIONS,
        "actions": list(ACTION_WORDS.items()),
        "statuses": [(status.value, STATUS_WORDS[status]) for status in Status],
        "sender_tests": _tests(Comparison.IS_ONE_OF, Comparison.IS_NONE_OF),
        "size_tests": _tests(Comparison.OVER, Comparison.UP_TO),
        "header_tests": _tests(Comparison.CONTAINS, Comparison.EQUALS, Comparison.EXISTS, Comparison.MISSING),
        "bounces": list(BOUNCE_WORDS.items()),
        "accounts": [(str(pk), address) for pk, address in sorted(names.items(), key=lambda item: item[1])],
        "verdict_kinds": [name.value for name in VerdictName],
        "needs_place": [kind.value for kind in (ActionKind.GMAIL, ActionKind.FORWARD, ActionKind.WEBHOOK)],
        **_reading(form, names, rule_id),
    }


def _tests(*comparisons: Comparison) -> list[tuple[str, str | Promise]]:
    return [(comparison.value, COMPARISON_WORDS[comparison]) for comparison in comparisons]


def _reading(form: RuleForm, names: dict[int, str], rule_id: int) -> dict[str, Any]:
    """What the rule would do in words, for whom, and what is odd about it; nothing while it cannot be read."""
    if form.has_errors:
        return {}
    wanted = rule_of(form)
    if wanted is None:
        return _unsaid(form)
    try:
        choices = read_choices(wanted["choices"])
        key, kind = ("", "default") if not form.has_pattern else _key_and_kind(form.pattern)
    except InvalidInput:
        return {}
    return {
        "does": describe_choices(choices, names),
        "whom": KIND_WORDS[kind],
        "shown_key": display_address(key),
        "cautions": cautions_of(key, kind, choices, rule_id),
        "same": RoutingRule.objects.filter(key=key).exclude(pk=rule_id).first() if key else None,
    }


def _key_and_kind(pattern: str) -> tuple[str, PatternKind]:
    found = read_pattern(pattern)
    return found.key, found.kind


def _unsaid(form: RuleForm) -> dict[str, Any]:
    """A form that was only opened or reshaped complains about nothing."""
    form.pattern_problem, form.problems = "", []
    for row in form.rows():
        row.problem = ""
    return {}
