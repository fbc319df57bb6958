"""The form of a rule: rows of conditions and actions, as they are typed. Knows no database.

Rows are found by hidden fields (`choice`, `choice-0-condition`, `choice-0-action`) that hold their numbers, so that they
can be added, moved and taken away by any browser: each of these is a submit button named `deed`, and the server answers
with the form as it then is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import gettext as _

from portal.errors import InvalidInput
from portal.mail.address import InvalidAddress, display_address, parse_address
from routing.rules.definition import ActionKind, Comparison, ConditionKind, Status, VerdictName
from routing.rules.patterns import InvalidPattern, read_pattern
from routing.rules.reading import read_choices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from routing.rules.definition import ActionJson, ChoiceJson, ConditionJson
    from routing.rules.services import RuleJson

MEGABYTE = 1024 * 1024
VERDICTS = tuple(verdict.value for verdict in VerdictName)
MAX_ROWS = 20  # of choices, and of conditions and actions in each


@dataclass(slots=True)
class ConditionRow:
    """One condition as typed; `kind` is a verdict's name, sender, size or header, "" while nothing is chosen."""

    kind: str = ""
    statuses: list[str] = field(default_factory=lambda: [Status.FAIL.value])
    sender_test: str = Comparison.IS_ONE_OF.value
    patterns: str = ""
    size_test: str = Comparison.OVER.value
    size_mb: str = ""
    header_test: str = Comparison.CONTAINS.value
    name: str = ""
    value: str = ""
    problem: str = ""


@dataclass(slots=True)
class ActionRow:
    """One action as typed."""

    kind: str = ""
    account_id: str = ""
    labels: str = ""
    never_spam: bool = False
    code: str = "no_mailbox"
    text: str = ""
    address: str = ""
    url: str = ""
    problem: str = ""


@dataclass(slots=True)
class ChoiceRow:
    """One choice as typed."""

    conditions: list[ConditionRow] = field(default_factory=list)
    actions: list[ActionRow] = field(default_factory=lambda: [ActionRow()])


@dataclass(slots=True)
class RuleForm:
    """A rule as typed. `has_pattern` is false for the last row, which has only choices."""

    pattern: str = ""
    name: str = ""
    notes: str = ""
    is_on: bool = True
    choices: list[ChoiceRow] = field(default_factory=lambda: [ChoiceRow()])
    seen: str = ""  # which state of the rule the form was filled from
    has_pattern: bool = True
    pattern_problem: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """Whether something must be mended before it can be saved."""
        return bool(self.pattern_problem or self.problems or any(row.problem for row in self.rows()))

    def rows(self) -> list[ConditionRow | ActionRow]:
        """All conditions and actions."""
        found: list[ConditionRow | ActionRow] = []
        for choice in self.choices:
            found += choice.conditions
            found += choice.actions
        return found


def form_of(rule: RuleJson, *, seen: str = "") -> RuleForm:
    """The form with what is stored."""
    return RuleForm(
        pattern=rule["pattern"], name=rule["name"], notes=rule["notes"], is_on=rule["is_on"], seen=seen,
        choices=[_choice_row(choice) for choice in rule["choices"]],
    )  # fmt: skip


def _choice_row(choice: ChoiceJson) -> ChoiceRow:
    conditions = [_condition_row(condition) for condition in choice["conditions"]]
    return ChoiceRow(conditions, [_action_row(action) for action in choice["actions"]])


def _condition_row(condition: ConditionJson) -> ConditionRow:
    kind = condition["kind"]
    if kind == ConditionKind.VERDICT:
        return ConditionRow(condition["verdict"], statuses=list(condition["statuses"]))
    if kind == ConditionKind.SENDER:
        shown = "\n".join(display_address(pattern) or "<>" for pattern in condition["patterns"])
        return ConditionRow(kind, sender_test=condition["test"], patterns=shown)
    if kind == ConditionKind.SIZE:
        size = f"{condition['size_bytes'] / MEGABYTE:.7f}".rstrip("0").rstrip(".")
        return ConditionRow(kind, size_test=condition["test"], size_mb=size)
    return ConditionRow(kind, header_test=condition["test"], name=condition["name"], value=condition.get("value", ""))


def _action_row(action: ActionJson) -> ActionRow:
    return ActionRow(
        kind=action["kind"],
        account_id=str(action.get("account_id", "")),
        labels=", ".join(action.get("labels", [])),
        never_spam=action.get("never_spam", False),
        code=action.get("code", "no_mailbox"),
        text=action.get("text", ""),
        address=action.get("address", ""),
        url=action.get("url", ""),
    )


def read_form(posted: QueryDict, *, has_pattern: bool = True) -> RuleForm:
    """The form as it was sent; nothing is checked yet."""
    return RuleForm(
        pattern=_text(posted, "pattern"), name=_text(posted, "name")[:120], notes=_text(posted, "notes")[:2_000],
        is_on="is_on" in posted or not has_pattern, seen=_text(posted, "seen"), has_pattern=has_pattern,
        choices=[_read_choice(posted, f"choice-{number}") for number in _numbers(posted, "choice")],
    )  # fmt: skip


def _read_choice(posted: QueryDict, place: str) -> ChoiceRow:
    conditions = [
        _read_condition(posted, f"{place}-condition-{number}") for number in _numbers(posted, f"{place}-condition")
    ]
    actions = [_read_action(posted, f"{place}-action-{number}") for number in _numbers(posted, f"{place}-action")]
    return ChoiceRow(conditions, actions)


def _numbers(posted: QueryDict, name: str) -> list[str]:
    return [number for number in posted.getlist(name) if number.isascii() and number.isdecimal()][:MAX_ROWS]


def _read_condition(posted: QueryDict, place: str) -> ConditionRow:
    return ConditionRow(
        kind=_text(posted, f"{place}-kind"),
        statuses=posted.getlist(f"{place}-statuses"),
        sender_test=_text(posted, f"{place}-sender_test") or Comparison.IS_ONE_OF.value,
        patterns=_text(posted, f"{place}-patterns"),
        size_test=_text(posted, f"{place}-size_test") or Comparison.OVER.value,
        size_mb=_text(posted, f"{place}-size_mb"),
        header_test=_text(posted, f"{place}-header_test") or Comparison.CONTAINS.value,
        name=_text(posted, f"{place}-name"),
        value=_text(posted, f"{place}-value"),
    )


def _read_action(posted: QueryDict, place: str) -> ActionRow:
    return ActionRow(
        kind=_text(posted, f"{place}-kind"),
        account_id=_text(posted, f"{place}-account_id"),
        labels=_text(posted, f"{place}-labels"),
        never_spam=f"{place}-never_spam" in posted,
        code=_text(posted, f"{place}-code") or "no_mailbox",
        text=_text(posted, f"{place}-text"),
        address=_text(posted, f"{place}-address"),
        url=_text(posted, f"{place}-url"),
    )


def _text(posted: QueryDict, name: str) -> str:
    return posted.get(name, "").replace("\0", "").strip()


def reshape(form: RuleForm, deed: str) -> bool:
    """Add, move or take away a row: `add-choice`, `up.1`, `remove-condition.0.2` …; false for any other word."""
    name, *places = deed.split(".")
    change = _SHAPES.get(name)
    if change is None:
        return False
    try:
        change(form, *(int(place) for place in places))
    except (IndexError, ValueError, TypeError):
        return True  # a button of a form that looked otherwise: nothing to do
    return True


def _add_choice(form: RuleForm) -> None:
    if len(form.choices) < MAX_ROWS:
        form.choices.append(ChoiceRow())


def _remove_choice(form: RuleForm, place: int) -> None:
    form.choices.pop(place)
    if not form.choices:
        form.choices.append(ChoiceRow())


def _move_up(form: RuleForm, place: int) -> None:
    if place > 0:
        form.choices.insert(place - 1, form.choices.pop(place))


def _move_down(form: RuleForm, place: int) -> None:
    form.choices.insert(place + 1, form.choices.pop(place))


def _add_condition(form: RuleForm, place: int) -> None:
    _add(form.choices[place].conditions, ConditionRow())


def _add_action(form: RuleForm, place: int) -> None:
    _add(form.choices[place].actions, ActionRow())


def _add(rows: list[Any], row: ConditionRow | ActionRow) -> None:
    if len(rows) < MAX_ROWS:
        rows.append(row)


def _remove_condition(form: RuleForm, place: int, row: int) -> None:
    form.choices[place].conditions.pop(row)


def _remove_action(form: RuleForm, place: int, row: int) -> None:
    form.choices[place].actions.pop(row)
    if not form.choices[place].actions:
        form.choices[place].actions.append(ActionRow())


_SHAPES: dict[str, Any] = {
    "add-choice": _add_choice, "remove-choice": _remove_choice, "up": _move_up, "down": _move_down,
    "add-condition": _add_condition, "remove-condition": _remove_condition,
    "add-action": _add_action, "remove-action": _remove_action,
}  # fmt: skip


def rule_of(form: RuleForm) -> RuleJson | None:
    """The rule that the form says; None when something must be mended, which then stands at its rows."""
    if form.has_pattern:
        _check_pattern(form)
    choices = [_choice_json(choice) for choice in form.choices]
    if form.has_errors:
        return None
    try:
        read_choices(choices)
    except InvalidInput as error:
        form.problems.append(str(error))
        return None
    return {
        "pattern": form.pattern, "name": form.name, "notes": form.notes, "is_on": form.is_on,
        "choices": cast("list[ChoiceJson]", choices),
    }  # fmt: skip


def _check_pattern(form: RuleForm) -> None:
    words = {
        "empty": _("Write an address, *@example.com for a whole domain, or * for everything."),
        "no_at": _("There is no @ in it. Write an address, *@example.com for a whole domain, or * for everything."),
        "bad_domain": _("The part after the @ is not a domain name, such as example.com."),
        "bad_local_part": _("A * can only stand for the whole part before the @, and spaces need quotation marks."),
        "too_long": _("It is too long for an address."),
    }
    try:
        read_pattern(form.pattern)
    except InvalidPattern as error:
        form.pattern_problem = words[error.code]


def _choice_json(choice: ChoiceRow) -> dict[str, Any]:
    conditions = [_condition_json(row) for row in choice.conditions if row.kind]
    return {"conditions": conditions, "actions": [_action_json(row) for row in choice.actions]}


def _condition_json(row: ConditionRow) -> dict[str, Any]:
    if row.kind in VERDICTS:
        if not row.statuses:
            row.problem = _("Tick at least one result.")
        return {"kind": "verdict", "verdict": row.kind, "statuses": row.statuses}
    if row.kind == ConditionKind.SENDER:
        patterns = list(_words(row.patterns.replace(",", "\n").splitlines()))
        if not patterns:
            row.problem = _("Name at least one sender; <> stands for bounces, which have none.")
        return {"kind": "sender", "test": row.sender_test, "patterns": patterns}
    if row.kind == ConditionKind.SIZE:
        return {"kind": "size", "test": row.size_test, "size_bytes": _size_bytes(row)}
    if not row.name:
        row.problem = _("Name the header.")
    elif row.header_test in {Comparison.EQUALS, Comparison.CONTAINS} and not row.value:
        row.problem = _("Say what the header must hold.")
    return {"kind": row.kind, "name": row.name, "test": row.header_test, "value": row.value}


def _size_bytes(row: ConditionRow) -> int:
    try:
        size = float(row.size_mb.replace(",", "."))
        if 0 <= size <= 1_000:  # noqa: PLR2004  # not infinite, not NaN
            return round(size * MEGABYTE)
    except ValueError:
        pass
    row.problem = _("Write the size in MB, such as 10 or 0.5.")
    return 0


def _words(parts: Iterable[str]) -> Iterable[str]:
    return (part.strip() for part in parts if part.strip())


def _action_json(row: ActionRow) -> dict[str, Any]:
    reader = _ACTIONS.get(row.kind)
    if reader is None:
        if row.kind not in set(ActionKind):
            row.problem = _("Choose what to do.")
        return {"kind": row.kind}
    return {"kind": row.kind, **reader(row)}


def _gmail(row: ActionRow) -> dict[str, Any]:
    if not row.account_id.isdecimal():
        row.problem = _("Choose a Gmail account. They are connected under “Gmail accounts”.")
        return {}
    labels = list(_words(row.labels.split(",")))
    return {"account_id": int(row.account_id[:18]), "labels": labels, "never_spam": row.never_spam}


def _bounce(row: ActionRow) -> dict[str, Any]:
    return {"code": row.code, "text": row.text}


def _forward(row: ActionRow) -> dict[str, Any]:
    try:
        parse_address(row.address)
    except InvalidAddress:
        row.problem = _("Write the address that the mail goes to, such as desk@example.org.")
    return {"address": row.address}


def _webhook(row: ActionRow) -> dict[str, Any]:
    if not row.url.startswith(("https://", "http://")):
        row.problem = _("Write the address of the webhook; it begins with https://.")
    return {"url": row.url}


_ACTIONS: dict[str, Any] = {
    ActionKind.GMAIL: _gmail, ActionKind.BOUNCE: _bounce, ActionKind.FORWARD: _forward, ActionKind.WEBHOOK: _webhook,
}  # fmt: skip
