"""May this user send as ...? Answered as IAM does, and why."""

from __future__ import annotations

import pytest

from credentials.smtp_users.simulate import Verdict, matches, simulate
from sandbox.ses_smtp.iam import matches_like
from tests import iam_pairs


@pytest.mark.parametrize(
    ("patterns", "sender", "verdict", "pattern"),
    [
        (["john@company.com"], "john@company.com", Verdict.ALLOWED, "john@company.com"),
        (["john@company.com"], "John Doe <john@company.com>", Verdict.ALLOWED, "john@company.com"),
        (["john@company.com"], "John@company.com", Verdict.CASE, "john@company.com"),
        (["*@company.com"], "anybody@Company.com", Verdict.CASE, "*@company.com"),
        (["*@company.com"], "anybody@sub.company.com", Verdict.SUBDOMAIN, "*@company.com"),
        (["*@*.company.com"], "anybody@sub.company.com", Verdict.ALLOWED, "*@*.company.com"),
        (["*@*.company.com"], "anybody@company.com", Verdict.NO_MATCH, ""),
        (["*@company.com"], "x@evilcompany.com", Verdict.NO_MATCH, ""),
        (["*@*company.com"], "x@evilcompany.com", Verdict.ALLOWED, "*@*company.com"),
        (["a@company.com", "sales-?@company.com"], "sales-1@company.com", Verdict.ALLOWED, "sales-?@company.com"),
        (["sales-?@company.com"], "sales-12@company.com", Verdict.NO_MATCH, ""),
        (["john@company.com"], "john+x@company.com", Verdict.NO_MATCH, ""),
        ([], "john@company.com", Verdict.NOBODY, ""),
        (["*@company.com"], "john", Verdict.NO_ADDRESS, ""),
    ],
)
def test_the_answer_names_the_reason(patterns: list[str], sender: str, verdict: Verdict, pattern: str) -> None:
    answer = simulate(patterns, sender)
    assert (answer.verdict, answer.pattern) == (verdict, pattern)
    assert answer.is_allowed is (verdict is Verdict.ALLOWED)


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [
        ("${*}@x.example", "*@x.example", True),
        ("${*}@x.example", "a@x.example", False),
        ("${?}${$}", "?$", True),
        ("${aws:username}@x.example", "ann@x.example", True),
        ("${aws:username}@x.example", "bob@x.example", False),
        ("${aws:userid}@x.example", "ann@x.example", False),
        ("${aws:userid, 'ann'}@x.example", "ann@x.example", True),
        ("${aws:username}*", "ann*@x", True),
    ],
)
def test_variables_mean_what_iam_means(pattern: str, text: str, is_match: bool) -> None:
    assert matches(pattern, text, {"aws:username": "ann"}) is is_match


def test_ten_thousand_random_pairs_come_out_as_two_other_evaluations_say() -> None:
    count = iam_pairs.compare(10_000, seed=11)
    assert count.differences == ()
    assert 3_000 < count.allowed < 7_000  # both answers were really asked for


def test_the_comparison_finds_a_wrong_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iam_pairs, "may_send", lambda patterns, sender: any(_folded(p, sender) for p in patterns))
    assert iam_pairs.compare(2_000, seed=11).differences


def _folded(pattern: str, sender: str) -> bool:
    return matches_like(pattern.lower(), sender.lower())
