"""Definitions in words: each question, whole segments, and what is wrong with one that cannot be asked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from campaigns.segments.catalogue import ATTRIBUTE_PREFIX, known_catalogue, names_of
from campaigns.segments.definition import Condition, Group
from campaigns.segments.operators import NEEDS, Kind, Need, Op

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.functional import Promise

    from campaigns.segments.catalogue import Catalogue
    from campaigns.segments.definition import DefinitionProblem

_OPS: dict[Op, str | Promise] = {
    Op.IS: gettext_lazy("is"),
    Op.IS_NOT: gettext_lazy("is not"),
    Op.CONTAINS: gettext_lazy("contains"),
    Op.CONTAINS_NOT: gettext_lazy("does not contain"),
    Op.BEGINS: gettext_lazy("begins with"),
    Op.EMPTY: gettext_lazy("is empty"),
    Op.FILLED: gettext_lazy("is filled in"),
    Op.LESS: gettext_lazy("is less than"),
    Op.GREATER: gettext_lazy("is greater than"),
    Op.BETWEEN: gettext_lazy("is between"),
    Op.ON: gettext_lazy("is on"),
    Op.BEFORE: gettext_lazy("is before"),
    Op.AFTER: gettext_lazy("is after"),
    Op.WITHIN: gettext_lazy("is in the last"),
    Op.YES: gettext_lazy("is yes"),
    Op.NO: gettext_lazy("is no"),
    Op.ANY_OF: gettext_lazy("is any of"),
    Op.NONE_OF: gettext_lazy("is none of"),
}
_OPS_OF_KIND: dict[tuple[Kind, Op], str | Promise] = {
    (Kind.TAG, Op.ANY_OF): gettext_lazy("has any of the tags"),
    (Kind.TAG, Op.NONE_OF): gettext_lazy("has none of the tags"),
    (Kind.LIST, Op.ANY_OF): gettext_lazy("is on any of the lists"),
    (Kind.LIST, Op.NONE_OF): gettext_lazy("is on none of the lists"),
    (Kind.LIST, Op.JOINED_BEFORE): gettext_lazy("joined the list before"),
    (Kind.LIST, Op.JOINED_AFTER): gettext_lazy("joined the list after"),
    (Kind.LIST, Op.JOINED_WITHIN): gettext_lazy("joined the list in the last"),
    (Kind.ADDED, Op.BEFORE): gettext_lazy("was added before"),
    (Kind.ADDED, Op.AFTER): gettext_lazy("was added after"),
    (Kind.ADDED, Op.WITHIN): gettext_lazy("was added in the last"),
    (Kind.IMPORT, Op.ANY_OF): gettext_lazy("was brought by any of the imports"),
    (Kind.IMPORT, Op.NONE_OF): gettext_lazy("was brought by none of the imports"),
    (Kind.MAIL, Op.YES): gettext_lazy("may get mail"),
    (Kind.MAIL, Op.NO): gettext_lazy("is suppressed"),
    (Kind.CONSENT, Op.YES): gettext_lazy("agreed to get mail"),
    (Kind.CONSENT, Op.NO): gettext_lazy("has not agreed to get mail"),
    (Kind.UNSUBSCRIBED, Op.YES): gettext_lazy("unsubscribed"),
    (Kind.UNSUBSCRIBED, Op.NO): gettext_lazy("never unsubscribed"),
    (Kind.CAMPAIGN, Op.GOT): gettext_lazy("was sent"),
    (Kind.CAMPAIGN, Op.NOT_GOT): gettext_lazy("was not sent"),
    (Kind.CAMPAIGN, Op.DELIVERED): gettext_lazy("was delivered"),
    (Kind.CAMPAIGN, Op.BOUNCED): gettext_lazy("bounced"),
    (Kind.CAMPAIGN, Op.OPENED): gettext_lazy("opened"),
    (Kind.CAMPAIGN, Op.NOT_OPENED): gettext_lazy("did not open"),
    (Kind.CAMPAIGN, Op.CLICKED): gettext_lazy("clicked in"),
    (Kind.CAMPAIGN, Op.NOT_CLICKED): gettext_lazy("did not click in"),
}
_PROBLEMS: dict[str, str | Promise] = {
    "unreadable": gettext_lazy("This cannot be read."),
    "empty_group": gettext_lazy("Add a condition, or remove this group."),
    "too_deep": gettext_lazy("Groups stand too deep within each other."),
    "too_many": gettext_lazy("There are too many conditions."),
    "unknown_field": gettext_lazy("There is no field “%s” any more. Choose another, or remove this line."),
    "unknown_op": gettext_lazy("“%s” has another type now: choose the comparison anew."),
    "bad_text": gettext_lazy("The value for “%s” cannot be used."),
    "no_value": gettext_lazy("Write what “%s” is compared with."),
    "no_number": gettext_lazy("“%s” is compared with a number, such as 12 or 1.5."),
    "no_days": gettext_lazy("Write how many days, 1 or more."),
    "no_date": gettext_lazy("Choose a day."),
    "dates_crossed": gettext_lazy("The second day is before the first."),
    "none_chosen": gettext_lazy("Choose at least one for “%s”."),
    "unknown_option": gettext_lazy("“%s” no longer has this choice: choose anew."),
}


def op_label(kind: Kind, op: Op) -> str:
    """A question as the builder offers it."""
    return str(_OPS_OF_KIND.get((kind, op)) or _OPS[op])


def describe_problem(problem: DefinitionProblem, catalogue: Catalogue) -> str:
    """What is wrong with a rule."""
    text = str(_PROBLEMS[problem.code])
    name = problem.name.removeprefix(ATTRIBUTE_PREFIX)
    return text % catalogue.labels.get(problem.name, name) if "%s" in text else text


def describe(group: Group, catalogue: Catalogue | None = None) -> str:
    """The whole definition in one sentence, without a full stop."""
    words = _Words(catalogue or known_catalogue(), names_of(group))
    return words.of_group(group, is_outermost=True)


class _Words:
    """Says rules, knowing the names of what they name."""

    def __init__(self, catalogue: Catalogue, names: dict[Kind, dict[str, str]]) -> None:
        self._catalogue = catalogue
        self._names = names

    def of_group(self, group: Group, *, is_outermost: bool = False) -> str:
        is_alone = is_outermost and len(group.rules) == 1
        parts = [self._of_rule(rule, is_alone=is_alone) for rule in group.rules]
        if group.join == "none":
            return _("none of (%s)") % "; ".join(parts)
        joined = (_(" and ") if group.join == "all" else _(" or ")).join(parts)
        return joined if is_outermost or len(parts) == 1 else f"({joined})"

    def _of_rule(self, rule: Condition | Group, *, is_alone: bool) -> str:
        if isinstance(rule, Group):
            return self.of_group(rule, is_outermost=is_alone)
        label = self._catalogue.labels.get(rule.field, rule.field.removeprefix(ATTRIBUTE_PREFIX))
        question = op_label(rule.kind, rule.op)
        start = question if (rule.kind, rule.op) in _OPS_OF_KIND else f"{label} {question}"
        return " ".join(filter(None, [start, *self._details(rule)]))

    def _details(self, rule: Condition) -> list[str]:
        needs = NEEDS[rule.kind, rule.op]
        dates = " – ".join(_day(day) for day in (rule.date, rule.until) if day)
        named = self._values(rule, needs)
        if needs & {Need.IDS} and needs & {Need.DATE, Need.DAYS}:  # joined the list before <day>: <list>
            return [dates or _days(rule.days), f"({named})"]
        if Need.MAYBE_DAYS in needs:
            return [named, _in_last(rule.days) if rule.days else ""]
        return [named, dates, _days(rule.days) if rule.days else ""]

    def _values(self, rule: Condition, needs: frozenset[Need]) -> str:
        if Need.MAYBE_IDS in needs and not rule.values:
            return _("any campaign")
        names = self._names.get(rule.kind)
        shown = [names.get(value, _("(deleted)")) if names is not None else value for value in rule.values]
        if needs & {Need.NUMBER, Need.NUMBERS}:
            return _(" and ").join(shown)
        return _(" or ").join(f"“{value}”" for value in shown)


def _days(days: int) -> str:
    return ngettext("%d day", "%d days", days) % days


def _in_last(days: int) -> str:
    return ngettext("in the last day", "in the last %d days", days) % ({} if days == 1 else days)


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT")


def describe_problems(problems: Sequence[DefinitionProblem], catalogue: Catalogue) -> list[str]:
    """Each problem once, in order."""
    return list(dict.fromkeys(describe_problem(problem, catalogue) for problem in problems))
