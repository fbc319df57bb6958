"""Choices that no mail reaches: found where it is certain, and never where a mail could come through."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from routing.rules.decide import Facts, Rule, decide
from routing.rules.definition import (
    Action,
    ActionKind,
    Choice,
    Comparison,
    Condition,
    ConditionKind,
    Status,
    VerdictName,
)
from routing.rules.shadows import dead_choices

STORE = (Action(ActionKind.STORE),)


def verdict(*statuses: Status) -> Condition:
    return Condition(ConditionKind.VERDICT, verdict=VerdictName.SPAM, statuses=frozenset(statuses))


def size(test: Comparison, size_bytes: int) -> Condition:
    return Condition(ConditionKind.SIZE, test=test, size_bytes=size_bytes)


def header(test: Comparison, value: str = "") -> Condition:
    return Condition(ConditionKind.HEADER, test=test, name="list-id", value=value)


def sender(test: Comparison, *patterns: str) -> Condition:
    return Condition(ConditionKind.SENDER, test=test, patterns=patterns)


def choices(*conditions: tuple[Condition, ...]) -> list[Choice]:
    return [Choice(each, STORE) for each in conditions]


C = Comparison


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ((), (size(C.OVER, 5),)),
        ((size(C.OVER, 5),), (size(C.OVER, 9),)),
        ((size(C.UP_TO, 9),), (size(C.UP_TO, 5),)),
        ((verdict(Status.FAIL, Status.GRAY),), (verdict(Status.FAIL), size(C.OVER, 5))),
        ((header(C.EXISTS),), (header(C.CONTAINS, "news"),)),
        ((header(C.CONTAINS, "news"),), (header(C.EQUALS, "Newsletter"),)),
        ((sender(C.IS_ONE_OF, "*@a.example"),), (sender(C.IS_ONE_OF, "b@a.example"),)),
        ((sender(C.IS_NONE_OF, "b@a.example"),), (sender(C.IS_NONE_OF, "*@a.example"),)),
    ],
)
def test_a_choice_behind_one_that_takes_all_its_mail_is_found(earlier, later):
    [dead] = dead_choices(choices(earlier, later))
    assert (dead.number, dead.taken_by) == (2, 1)
    if earlier:
        assert dead_choices(choices(later, earlier)) == []


@pytest.mark.parametrize(
    "conditions",
    [
        (verdict(Status.FAIL), verdict(Status.PASS)),
        (size(C.OVER, 9), size(C.UP_TO, 9)),
        (size(C.OVER, 50 * 1024 * 1024),),
        (header(C.MISSING), header(C.CONTAINS, "x")),
        (sender(C.IS_ONE_OF, "b@a.example"), sender(C.IS_NONE_OF, "*@a.example")),
    ],
)
def test_a_choice_whose_conditions_exclude_each_other_is_found(conditions):
    [dead] = dead_choices(choices(conditions))
    assert (dead.number, dead.taken_by) == (1, 0)


some_conditions = st.one_of(
    st.builds(lambda found: verdict(*found), st.sets(st.sampled_from(Status), min_size=1)),
    st.builds(size, st.sampled_from([C.OVER, C.UP_TO]), st.integers(0, 3)),
    st.builds(header, st.sampled_from([C.EQUALS, C.CONTAINS, C.EXISTS, C.MISSING]), st.sampled_from(["a", "ab", "b"])),
    st.builds(
        lambda test, found: sender(test, *found),
        st.sampled_from([C.IS_ONE_OF, C.IS_NONE_OF]),
        st.sets(st.sampled_from(["x@a.example", "*@a.example", "y@b.example", ""]), min_size=1),
    ),
)
mails = st.builds(
    Facts,
    sender=st.sampled_from(["x@a.example", "y@b.example", "z@c.example", ""]),
    header_from=st.sampled_from([(), ("x@a.example",), ("y@b.example", "z@c.example")]),
    size_bytes=st.one_of(st.none(), st.integers(0, 4)),
    verdicts=st.dictionaries(st.just(VerdictName.SPAM), st.sampled_from(Status)),
    headers=st.lists(st.tuples(st.just("List-Id"), st.sampled_from(["a", "AB", "b", "c"])), max_size=2).map(tuple),
)


@given(st.lists(st.lists(some_conditions, max_size=3).map(tuple), min_size=1, max_size=4), mails)
def test_no_mail_ever_reaches_a_choice_that_is_said_to_be_dead(conditions, facts):
    found = choices(*conditions)
    rule = Rule(1, "a@example.com", is_on=True, choices=tuple(found))
    decision = decide({rule.key: rule}, "a@example.com", facts)
    assert decision.is_default or decision.choice_number not in {dead.number for dead in dead_choices(found)}
