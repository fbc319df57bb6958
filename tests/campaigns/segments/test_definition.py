"""Definitions as the builder sends them and as they are stored: read, checked, written again."""

from __future__ import annotations

import pytest

from campaigns.segments.definition import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    Condition,
    Field,
    InvalidDefinition,
    as_stored,
    conditions_of,
    read_definition,
    read_stored,
)
from campaigns.segments.operators import NEEDS, Kind, Op

FIELDS = {
    "first_name": Field("first_name", Kind.TEXT),
    "attr:seats": Field("attr:seats", Kind.NUMBER),
    "attr:born": Field("attr:born", Kind.DATE),
    "attr:shirt": Field("attr:shirt", Kind.CHOICE, ("S", "M")),
    "tag": Field("tag", Kind.TAG),
    "list": Field("list", Kind.LIST),
    "campaign": Field("campaign", Kind.CAMPAIGN),
    "added": Field("added", Kind.ADDED),
}


def asked(*rules: object, join: str = "all") -> dict[str, object]:
    return {"version": 1, "group": {"join": join, "rules": list(rules)}}


def rule(field: str, op: str, *values: object, **times: object) -> dict[str, object]:
    return {"field": field, "op": op, "values": list(values), **times}


def codes(raw: object) -> list[tuple[str, tuple[int, ...]]]:
    with pytest.raises(InvalidDefinition) as caught:
        read_definition(raw, FIELDS)
    return [(problem.code, problem.path) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (rule("nobody", "is", "x"), "unknown_field"),
        (rule("first_name", "less", "1"), "unknown_op"),
        (rule("first_name", "is", "  "), "no_value"),
        (rule("first_name", "is", 5), "bad_text"),
        (rule("first_name", "is", "a\0b"), "bad_text"),
        (rule("first_name", "is", "x" * 301), "bad_text"),
        (rule("attr:seats", "is", "many"), "no_number"),
        (rule("attr:seats", "between", "1"), "no_number"),
        (rule("attr:seats", "is", "9" * 40), "no_number"),
        (rule("attr:born", "on", date="2026-02-30"), "no_date"),
        (rule("attr:born", "on", date="20260102"), "no_date"),
        (rule("attr:born", "between", date="2026-02-02", until="2026-02-01"), "dates_crossed"),
        (rule("attr:born", "within", days=0), "no_days"),
        (rule("attr:born", "within", days=True), "no_days"),
        (rule("attr:born", "within", days="7"), "no_days"),
        (rule("attr:shirt", "any_of"), "none_chosen"),
        (rule("attr:shirt", "any_of", "XL"), "unknown_option"),
        (rule("tag", "any_of"), "none_chosen"),
        (rule("tag", "any_of", "choir"), "bad_text"),
        (rule("tag", "any_of", *["1"] * 201), "bad_text"),
        (rule("list", "joined_after", "3"), "no_date"),
        (rule("list", "joined_after", "3", date="9999-12-31"), "no_date"),  # has no day after it
        (rule("list", "joined_after", "3", date="0001-01-01"), "no_date"),  # began before all time in other zones
        (rule("campaign", "opened", days=-1), "no_days"),
        (7, "unreadable"),
        ({"join": "some", "rules": []}, "unreadable"),
        ({"join": "any", "rules": []}, "empty_group"),
    ],
)
def test_what_cannot_be_asked_is_named(raw, code):
    assert codes(asked(raw)) == [(code, (0,))]


@pytest.mark.parametrize("raw", [None, [], "x", {}, {"version": 2}, {"version": 1}, {"version": 1, "group": []}])
def test_what_is_no_definition_is_unreadable(raw):
    assert codes(raw) == [("unreadable", ())]


def test_every_wrong_line_is_named_with_its_place():
    raw = asked(rule("first_name", "is"), {"join": "any", "rules": [rule("tag", "any_of", "1"), rule("x", "is")]})
    assert codes(raw) == [("no_value", (0,)), ("unknown_field", (1, 1))]


def test_a_definition_has_its_bounds():
    name = rule("first_name", "filled")
    assert codes(asked(*[name] * (MAX_CONDITIONS + 1))) == [("too_many", ())]
    many = asked(*[{"join": "any", "rules": [name] * 10} for _ in range(6)])
    assert codes(many)[0][0] == "too_many"
    deep: object = name
    for _level in range(MAX_DEPTH):
        deep = {"join": "all", "rules": [deep]}
    assert codes(asked(deep))[0][0] == "too_deep"


def test_numbers_and_choices_are_brought_in_order():
    group = read_definition(asked(rule("attr:seats", "between", "10", " 9 "), rule("tag", "any_of", "2", "2")), FIELDS)
    assert [condition.values for condition in conditions_of(group)] == [("9", "10"), ("2",)]


def test_what_a_question_does_not_need_is_left_out():
    group = read_definition(asked(rule("first_name", "empty", "x", date="2026-01-01", days=3)), FIELDS)
    assert as_stored(group)["group"]["rules"] == [{"field": "first_name", "kind": "text", "op": "empty"}]


def test_a_stored_definition_means_the_same_when_its_fields_are_gone():
    stored = as_stored(read_definition(asked(rule("attr:shirt", "any_of", "S")), FIELDS))
    assert as_stored(read_stored(stored)) == stored
    (kept,) = read_stored(stored).rules
    assert isinstance(kept, Condition)
    assert kept.kind is Kind.CHOICE
    with pytest.raises(InvalidDefinition):
        read_definition(stored, {})


def test_every_kind_has_questions():
    assert {kind for kind, _op in NEEDS} == set(Kind)
    assert {op for _kind, op in NEEDS} == set(Op)
