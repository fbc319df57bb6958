from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from routing.recipients import PatternKind, candidate_keys, read_recipient
from routing.rules.decide import Facts, KeyOutcome, Rule, decide, decision_json
from routing.rules.definition import Action, ActionKind, Choice, Condition, ConditionKind, Status, VerdictName
from routing.rules.patterns import InvalidPattern, read_pattern
from tests.routing.rules.plain_decide import plain_decide

DROP = Choice((), (Action(ActionKind.DROP),))
STORE = Choice((), (Action(ActionKind.STORE),))
LARGE = Condition(ConditionKind.SIZE, size_bytes=0)


def rule(pattern: str, *choices: Choice, is_on: bool = True, rule_id: int = 1) -> Rule:
    return Rule(rule_id, read_pattern(pattern).key, is_on, choices or (DROP,))


def rules(*made: Rule) -> dict[str, Rule]:
    return {each.key: each for each in made}


@pytest.mark.parametrize(
    ("recipient", "winner"),
    [
        ("user+tag@example.com", "user+tag@example.com"),
        ("USER+TAG@EXAMPLE.com", "user+tag@example.com"),
        ("user+other@example.com", "user@example.com"),
        ("user@example.com", "user@example.com"),
        ('"user"@example.com', "user@example.com"),
        ("<user@example.com>", "user@example.com"),
        ("user@example.com.", "user@example.com"),
        ("else@example.com", "*@example.com"),
        ("else@sub.example.com", "*"),
        ("x@bücher.example", "*@xn--bcher-kva.example"),
        ("x@XN--BCHER-KVA.example", "*@xn--bcher-kva.example"),
        ("postmaster", "*"),
        ("", "*"),
        ("a@b@example.com", "*@example.com"),
        ('"a@b"@example.com', "*@example.com"),
        ("*@example.com", "*@example.com"),
    ],
)
def test_the_most_specific_rule_decides(recipient, winner):
    made = rules(
        rule("*"),
        rule("*@example.com"),
        rule("*@bücher.example"),
        rule("user@example.com"),
        rule("User+Tag@example.com"),
    )
    assert decide(made, recipient, Facts()).rule_key == winner


def test_a_rule_that_is_off_gives_way_to_the_next():
    decision = decide(rules(rule("a@example.com", is_on=False), rule("*@example.com", STORE)), "a@example.com", Facts())
    assert [tried.outcome for tried in decision.tried] == [KeyOutcome.IS_OFF, KeyOutcome.DECIDED]
    assert decision.actions == STORE.actions


def test_a_rule_without_a_fitting_choice_gives_way_to_the_next():
    decision = decide(rules(rule("a@example.com", Choice((LARGE,), DROP.actions))), "a@example.com", Facts())
    assert decision.tried[0].outcome is KeyOutcome.NO_CHOICE
    assert decision.is_default


def test_what_no_rule_takes_is_held():
    assert decide({}, "a@example.com", Facts()).actions == (Action(ActionKind.HOLD),)


def test_what_no_choice_of_the_default_route_fits_is_held():
    decision = decide({}, "a@example.com", Facts(), default=(Choice((LARGE,), DROP.actions),))
    assert (decision.actions, decision.choice_number) == ((Action(ActionKind.HOLD),), 0)


def test_all_keys_that_were_tried_are_told():
    tried = decide({}, "A+b@example.com", Facts()).tried
    assert [(each.kind, each.key) for each in tried] == [
        ("tagged", "a+b@example.com"),
        ("exact", "a@example.com"),
        ("domain", "*@example.com"),
        ("any", "*"),
        ("default", ""),
    ]


def test_a_quoted_local_part_has_no_tag():
    kinds = [key.kind for key in candidate_keys(read_recipient('"a b+c"@example.com'))]
    assert kinds == [PatternKind.EXACT, PatternKind.DOMAIN, PatternKind.ANY]


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("listed", [{Status.FAIL}, {Status.PASS, Status.GRAY}, set(Status)])
def test_a_verdict_holds_for_exactly_the_states_that_are_listed(status, listed):
    condition = Condition(ConditionKind.VERDICT, verdict=VerdictName.DKIM, statuses=frozenset(listed))
    facts = Facts(verdicts={VerdictName.DKIM: status})
    assert decide(rules(rule("*", Choice((condition,), DROP.actions))), "a@b.example", facts).is_default is (
        status not in listed
    )


def test_a_verdict_that_was_not_given_is_disabled():
    condition = Condition(ConditionKind.VERDICT, verdict=VerdictName.DMARC, statuses=frozenset({Status.DISABLED}))
    assert not decide(rules(rule("*", Choice((condition,), DROP.actions))), "a@b.example", Facts()).is_default


def test_a_decision_can_be_kept_as_json():
    kept = decision_json(decide(rules(rule("*")), "a@b.example", Facts()))
    assert kept["rule_key"] == "*"
    assert kept["tried"][-1]["choices"] == [{"number": 1, "held": [], "is_chosen": True}]


@pytest.mark.parametrize(
    "text", ["", "user", "user@", "user@nodot", "u*@example.com", "a b@example.com", 'a"@example.com']
)
def test_what_is_no_pattern_is_refused(text):
    with pytest.raises(InvalidPattern):
        read_pattern(text)


USERS = st.sampled_from(["a", "b", "A", "a.b", "*", '"a"', '"a b"', "a+t", "a+T", "a+", "+t", "a+t+u", "b+t"])
DOMAINS = st.sampled_from(["x.example", "X.example", "y.x.example", "bücher.example", "xn--bcher-kva.example"])
ADDRESSES = st.builds("{}@{}".format, USERS, DOMAINS)
PATTERNS = st.one_of(st.just("*"), ADDRESSES, st.builds("*@{}".format, DOMAINS))


@given(
    st.dictionaries(PATTERNS, st.tuples(st.booleans(), st.lists(st.booleans(), min_size=1, max_size=3)), max_size=8),
    ADDRESSES,
)
@settings(max_examples=600)
def test_precedence_is_that_of_the_plain_implementation(table, recipient):
    one_per_key = {read_pattern(typed).key: (typed, *said) for typed, said in table.items()}
    plain = {typed: (is_on, fits) for typed, is_on, fits in one_per_key.values()}
    never = Condition(ConditionKind.SIZE, size_bytes=0)
    made = {
        key: Rule(number, key, is_on, tuple(DROP if fit else Choice((never,), DROP.actions) for fit in fits))
        for number, (key, (_typed, is_on, fits)) in enumerate(one_per_key.items(), 1)
    }
    decision = decide(made, recipient, Facts())
    typed, number = plain_decide(plain, recipient)
    assert (decision.rule_key, decision.choice_number if decision.rule_key else 0) == (
        read_pattern(typed).key if typed else "",
        number,
    )
