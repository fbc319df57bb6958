"""What a segment asks: nested groups of conditions, as stored, sent by the builder and frozen with campaigns. Pure.

Each condition carries the kind of its field as it was then, so that a frozen definition means the same for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NotRequired, TypedDict

from campaigns.segments.operators import NEEDS, Kind, Need, Op, ops_of
from portal.row_ids import row_id

VERSION = 1
MAX_DEPTH = 5
MAX_CONDITIONS = 50
MAX_VALUES = 200
MAX_TEXT = 300
MAX_DAYS = 36_500

Join = Literal["all", "any", "none"]
JOINS: tuple[Join, ...] = ("all", "any", "none")


class ConditionDict(TypedDict):
    """One condition in JSON; which of the optional keys are there follows from `op`."""

    field: str
    kind: str
    op: str
    values: NotRequired[list[str]]  # texts, numbers, options, or ids of tags, lists, imports, campaigns
    date: NotRequired[str]  # ISO
    until: NotRequired[str]  # ISO
    days: NotRequired[int]


class GroupDict(TypedDict):
    """A group in JSON: `join` is all, any or none."""

    join: str
    rules: list[Any]  # ConditionDict or GroupDict


class DefinitionDict(TypedDict):
    """A whole definition in JSON."""

    version: int
    group: GroupDict


@dataclass(frozen=True, slots=True)
class Field:
    """Something that can be asked about: a column, an attribute (`attr:town`), a group, what people did."""

    key: str
    kind: Kind
    options: tuple[str, ...] = ()  # of a choice


@dataclass(frozen=True, slots=True)
class Condition:
    """One question about one field."""

    field: str
    kind: Kind
    op: Op
    values: tuple[str, ...] = ()
    date: str = ""
    until: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions and groups, of which all, any or none must hold."""

    join: Join
    rules: tuple[Condition | Group, ...]


@dataclass(frozen=True, slots=True)
class DefinitionProblem:
    """What is wrong and where; `path` counts the rules from outside in, e.g. (0, 2)."""

    code: str
    path: tuple[int, ...]
    name: str = ""


class InvalidDefinition(ValueError):
    """The definition cannot be answered; `problems` says why."""

    def __init__(self, problems: Sequence[DefinitionProblem]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = list(problems)


def read_definition(raw: object, fields: Mapping[str, Field]) -> Group:
    """A definition as the builder sends it, checked against the fields that there are. Raises InvalidDefinition."""
    return _Reader(fields).read_whole(raw)


def read_stored(stored: object) -> Group:
    """A definition as it was stored: each condition is believed what it says of its field. Raises InvalidDefinition."""
    return _Reader(None).read_whole(stored)


def as_stored(group: Group) -> DefinitionDict:
    """The definition in JSON."""
    return DefinitionDict(version=VERSION, group=_group_dict(group))


def conditions_of(group: Group) -> Iterator[Condition]:
    """Every condition, from outside in."""
    for rule in group.rules:
        if isinstance(rule, Group):
            yield from conditions_of(rule)
        else:
            yield rule


class _Reader:
    """Reads one definition; `fields` None believes each condition what it says of its field."""

    def __init__(self, fields: Mapping[str, Field] | None) -> None:
        self._fields = fields
        self._count = 0

    def read_whole(self, raw: object) -> Group:
        if not isinstance(raw, dict) or raw.get("version") != VERSION:
            raise _wrong("unreadable", ())
        return self._group(raw.get("group"), ())

    def _group(self, raw: object, path: tuple[int, ...]) -> Group:
        rules = raw.get("rules") if isinstance(raw, dict) else None
        join = raw.get("join") if isinstance(raw, dict) else None
        if not isinstance(rules, list) or join not in JOINS:
            raise _wrong("unreadable", path)
        if not rules:
            raise _wrong("empty_group", path)
        if len(path) >= MAX_DEPTH:
            raise _wrong("too_deep", path)
        if len(rules) > MAX_CONDITIONS:
            raise _wrong("too_many", path)
        return Group(join, self._rules(rules, path))

    def _rules(self, rules: list[object], path: tuple[int, ...]) -> tuple[Condition | Group, ...]:
        """Every rule of a group; what is wrong with several of them is said at once."""
        read: list[Condition | Group] = []
        problems: list[DefinitionProblem] = []
        for number, rule in enumerate(rules):
            try:
                read.append(self._rule(rule, (*path, number)))
            except InvalidDefinition as error:
                problems += error.problems
        if problems:
            raise InvalidDefinition(problems)
        return tuple(read)

    def _rule(self, raw: object, path: tuple[int, ...]) -> Condition | Group:
        if not isinstance(raw, dict):
            raise _wrong("unreadable", path)
        if "rules" in raw:
            return self._group(raw, path)
        self._count += 1
        if self._count > MAX_CONDITIONS:
            raise _wrong("too_many", path)
        return self._condition(raw, path)

    def _condition(self, raw: dict[str, Any], path: tuple[int, ...]) -> Condition:
        field = self._field(raw)
        if field is None:
            raise _wrong("unknown_field", path, name=str(raw.get("field", ""))[:80])
        op = next((op for op in ops_of(field.kind) if op.value == raw.get("op")), None)
        if op is None:
            raise _wrong("unknown_op", path, name=field.key)
        needs = NEEDS[field.kind, op]
        code = _value_problem(raw, needs) or _time_problem(raw, needs)
        if not code and Need.OPTIONS in needs and self._fields is not None:
            code = _option_problem(raw["values"], field)
        if code:
            raise _wrong(code, path, name=field.key)
        return _condition(raw, field, op)

    def _field(self, raw: dict[str, Any]) -> Field | None:
        key = raw.get("field")
        if not isinstance(key, str):
            return None
        if self._fields is not None:
            return self._fields.get(key)
        kind = next((kind for kind in Kind if kind.value == raw.get("kind")), None)
        return Field(key, kind) if kind else None


def _wrong(code: str, path: tuple[int, ...], *, name: str = "") -> InvalidDefinition:
    return InvalidDefinition([DefinitionProblem(code, path, name)])


def _condition(raw: dict[str, Any], field: Field, op: Op) -> Condition:
    """The condition of checked JSON."""
    needs = NEEDS[field.kind, op]
    return Condition(
        field=field.key,
        kind=field.kind,
        op=op,
        values=_values(raw, needs),
        date=str(raw["date"]) if needs & {Need.DATE, Need.DATES} else "",
        until=str(raw["until"]) if Need.DATES in needs else "",
        days=int(raw.get("days") or 0) if needs & {Need.DAYS, Need.MAYBE_DAYS} else 0,
    )


def _value_problem(raw: dict[str, Any], needs: frozenset[Need]) -> str:
    """The code of what is wrong with the condition's values; "" when nothing is."""
    values = raw.get("values") or []
    if not isinstance(values, list) or len(values) > MAX_VALUES or not all(map(_is_text, values)):
        return "bad_text"
    filled = [value.strip() for value in values if value.strip()]
    if Need.TEXT in needs and len(filled) != 1:
        return "no_value"
    for need, count in ((Need.NUMBER, 1), (Need.NUMBERS, 2)):
        if need in needs and not (len(filled) == count and all(map(is_number, filled))):
            return "no_number"
    if needs & {Need.IDS, Need.MAYBE_IDS} and any(row_id(text) is None for text in filled):
        return "bad_text"
    return "none_chosen" if needs & {Need.IDS, Need.OPTIONS} and not filled else ""


def _option_problem(values: list[str], field: Field) -> str:
    return "" if {value.strip() for value in values if value.strip()} <= set(field.options) else "unknown_option"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and "\0" not in value


def _time_problem(raw: dict[str, Any], needs: frozenset[Need]) -> str:
    days = raw.get("days")
    if Need.DAYS in needs and not _is_days(days):
        return "no_days"
    if Need.MAYBE_DAYS in needs and days and not _is_days(days):
        return "no_days"
    if needs & {Need.DATE, Need.DATES} and not _is_date(raw.get("date")):
        return "no_date"
    if Need.DATES in needs:
        if not _is_date(raw.get("until")):
            return "no_date"
        return "dates_crossed" if raw["until"] < raw["date"] else ""
    return ""


def _values(raw: dict[str, Any], needs: frozenset[Need]) -> tuple[str, ...]:
    if not needs & {Need.TEXT, Need.NUMBER, Need.NUMBERS, Need.IDS, Need.MAYBE_IDS, Need.OPTIONS}:
        return ()
    values = [value.strip() for value in raw.get("values") or [] if value.strip()]
    if Need.NUMBERS in needs:
        return tuple(sorted(values, key=float))
    return tuple(dict.fromkeys(values))


def is_number(text: str) -> bool:
    """Whether it is a plain decimal number that a double holds."""
    body = text.strip().removeprefix("-")
    whole, _point, part = body.partition(".")
    return body.isascii() and whole.isdigit() and (not part or part.isdigit()) and len(body) <= 16  # noqa: PLR2004


def _is_days(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_DAYS


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and _is_iso_day(value)
    except ValueError:
        return False


def _is_iso_day(text: str) -> bool:
    """Whether it is a day; the first and the last year have none, as midnight in another zone would be outside."""
    day = date.fromisoformat(text)
    return day.isoformat() == text and date.min.year < day.year < date.max.year


def _group_dict(group: Group) -> GroupDict:
    rules = [_group_dict(rule) if isinstance(rule, Group) else _condition_dict(rule) for rule in group.rules]
    return GroupDict(join=group.join, rules=rules)


def _condition_dict(condition: Condition) -> ConditionDict:
    written = ConditionDict(field=condition.field, kind=condition.kind.value, op=condition.op.value)
    if condition.values:
        written["values"] = list(condition.values)
    if condition.date:
        written["date"] = condition.date
    if condition.until:
        written["until"] = condition.until
    if condition.days:
        written["days"] = condition.days
    return written
