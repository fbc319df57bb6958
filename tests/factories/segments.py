"""Segments, their definitions, and what a definition says of one person, worked out without a database."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from campaigns.audience.field_values import NUMBER_PATTERN
from campaigns.segments.definition import Condition, Group, Join, as_stored
from campaigns.segments.models import Segment
from campaigns.segments.operators import Kind, Op
from campaigns.segments.spellings import folded, spellings

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
TODAY = "2026-11-22"


def asks(field_key: str, kind: Kind, op: Op, *values: str, **times) -> Condition:
    return Condition(field_key, kind, op, tuple(values), **times)


def of(join: Join, *rules: Condition | Group) -> Group:
    return Group(join, tuple(rules))


def make_segment(name: str = "Graz", *rules: Condition | Group, join: Join = "all", **fields) -> Segment:
    group = Group(join, rules or (asks("attr:city", Kind.TEXT, Op.IS, "Graz"),))
    return Segment.objects.create(name=name, definition=as_stored(group), **fields)


@dataclass
class Person:
    """One contact with all that a definition can ask about; times are aware, ids stand for rows of the test."""

    address: str
    first_name: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    added: datetime = NOW
    import_id: int | None = None
    tags: set[int] = field(default_factory=set)
    lists: dict[int, datetime] = field(default_factory=dict)  # id: joined
    suppressed: str = ""  # reason
    suppressed_at: datetime = NOW
    consents: list[str] = field(default_factory=list)  # oldest first
    import_consented: bool = False
    mails: list[tuple[int, str, datetime, list[tuple[str, datetime]]]] = field(default_factory=list)


def holds(rule: Condition | Group, person: Person) -> bool:
    """What the definition means, in plain words of Python."""
    if isinstance(rule, Group):
        found = [holds(part, person) for part in rule.rules]
        return all(found) if rule.join == "all" else any(found) is (rule.join == "any")
    return _MEANINGS[rule.kind](rule, person)


def _text(rule: Condition, person: Person) -> bool:
    if rule.field == "address":
        text, wanted = person.address.lower(), {rule.values[0].lower()} if rule.values else set()
    elif rule.field == "first_name":
        text, wanted = person.first_name.casefold(), {rule.values[0].casefold()} if rule.values else set()
    else:
        text, wanted = folded(_attribute(rule, person)), spellings(rule.values[0]) if rule.values else set()
    if rule.op in {Op.EMPTY, Op.FILLED}:
        return (text == "") is (rule.op is Op.EMPTY)
    if rule.op in {Op.IS, Op.IS_NOT}:
        return (text in wanted) is (rule.op is Op.IS)
    if rule.op is Op.BEGINS:
        return any(text.startswith(way) for way in wanted)
    return any(way in text for way in wanted) is (rule.op is Op.CONTAINS)


def _attribute(rule: Condition, person: Person) -> str:
    return person.attributes.get(rule.field.removeprefix("attr:"), "")


def _number(rule: Condition, person: Person) -> bool:
    value = _attribute(rule, person)
    if not re.search(NUMBER_PATTERN, value):
        return rule.op is Op.EMPTY
    return _between(rule, float(value), [float(bound) for bound in rule.values])


def _date(rule: Condition, person: Person) -> bool:
    value = _attribute(rule, person)
    if len(value) != len(TODAY) or not value.replace("-", "").isdigit():
        return rule.op is Op.EMPTY
    bounds = [rule.date, rule.until]
    if rule.op is Op.WITHIN:
        bounds = [(NOW - timedelta(days=rule.days)).date().isoformat(), TODAY]
    return _between(rule, value, bounds)


def _between(rule: Condition, value, bounds) -> bool:
    return {
        Op.EMPTY: lambda: False,
        Op.FILLED: lambda: True,
        Op.IS: lambda: value == bounds[0],
        Op.ON: lambda: value == bounds[0],
        Op.LESS: lambda: value < bounds[0],
        Op.BEFORE: lambda: value < bounds[0],
        Op.GREATER: lambda: value > bounds[0],
        Op.AFTER: lambda: value > bounds[0],
        Op.BETWEEN: lambda: bounds[0] <= value <= bounds[1],
        Op.WITHIN: lambda: bounds[0] <= value <= bounds[1],
    }[rule.op]()


def _choice(rule: Condition, person: Person) -> bool:
    value = _attribute(rule, person)
    if rule.op in {Op.EMPTY, Op.FILLED}:
        return (value == "") is (rule.op is Op.EMPTY)
    if rule.kind is Kind.YES_NO:
        return value == rule.op.value
    return (value in rule.values) is (rule.op is Op.ANY_OF)


def _ids(rule: Condition) -> set[int]:
    return {int(value) for value in rule.values}


def _tag(rule: Condition, person: Person) -> bool:
    return bool(person.tags & _ids(rule)) is (rule.op is Op.ANY_OF)


def _list(rule: Condition, person: Person) -> bool:
    joined = [at for list_id, at in person.lists.items() if list_id in _ids(rule)]
    if rule.op in {Op.ANY_OF, Op.NONE_OF}:
        return bool(joined) is (rule.op is Op.ANY_OF)
    return any(_moment(rule, at) for at in joined)


def _moment(rule: Condition, at: datetime) -> bool:
    day = at.date().isoformat()
    if rule.op in {Op.BEFORE, Op.JOINED_BEFORE}:
        return day < rule.date
    if rule.op in {Op.AFTER, Op.JOINED_AFTER}:
        return day > rule.date
    return at >= NOW - timedelta(days=rule.days)


def _mail(rule: Condition, person: Person) -> bool:
    return bool(person.suppressed) is (rule.op is Op.NO)


def _unsubscribed(rule: Condition, person: Person) -> bool:
    found = person.suppressed == "unsubscribe" and (
        not rule.days or person.suppressed_at >= NOW - timedelta(days=rule.days)
    )
    return found is (rule.op is Op.YES)


def _consent(rule: Condition, person: Person) -> bool:
    agreed = person.consents[-1] == "given" if person.consents else person.import_consented
    return agreed is (rule.op is Op.YES)


def _campaign(rule: Condition, person: Person) -> bool:
    events = {Op.OPENED: "open", Op.NOT_OPENED: "open", Op.CLICKED: "click", Op.NOT_CLICKED: "click"}
    states = {Op.DELIVERED: {"delivered", "complained"}, Op.BOUNCED: {"bounced"}}
    sent = {"accepted", "delivered", "complained"}
    found = False
    for campaign_id, state, changed_at, events_of in person.mails:
        if rule.values and campaign_id not in _ids(rule):
            continue
        if rule.op in events:
            found = found or any(name == events[rule.op] and _recent(rule, at) for name, at in events_of)
        else:
            found = found or (state in states.get(rule.op, sent) and _recent(rule, changed_at))
    return found is (rule.op not in {Op.NOT_GOT, Op.NOT_OPENED, Op.NOT_CLICKED})


def _recent(rule: Condition, at: datetime) -> bool:
    return not rule.days or at >= NOW - timedelta(days=rule.days)


_MEANINGS = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.YES_NO: _choice,
    Kind.CHOICE: _choice,
    Kind.TAG: _tag,
    Kind.LIST: _list,
    Kind.ADDED: lambda rule, person: _moment(rule, person.added),
    Kind.IMPORT: lambda rule, person: (person.import_id in _ids(rule)) is (rule.op is Op.ANY_OF),
    Kind.MAIL: _mail,
    Kind.UNSUBSCRIBED: _unsubscribed,
    Kind.CONSENT: _consent,
    Kind.CAMPAIGN: _campaign,
}
