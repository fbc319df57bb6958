from __future__ import annotations

import pytest

from campaigns.breakers.rates import Figures, Limits, Measure, passed
from campaigns.breakers.wording import format_pct

LIMITS = Limits()


@pytest.mark.parametrize(
    ("figures", "measure"),
    [
        (Figures(0, 0, 0), None),
        (Figures(3, 3, 0), None),  # a few answers mean nothing yet
        (Figures(10, 10, 0), None),
        (Figures(11, 11, 0), Measure.BOUNCES),  # more than 5 % of 200 whatever else comes
        (Figures(200, 10, 0), None),  # 5 % is not over 5 %
        (Figures(200, 11, 0), Measure.BOUNCES),
        (Figures(10_000, 500, 0), None),
        (Figures(10_000, 501, 0), Measure.BOUNCES),
        (Figures(500, 0, 2), None),  # as though 2,000 had answered: 0.1 %
        (Figures(500, 0, 3), Measure.COMPLAINTS),
        (Figures(100_000, 0, 100), None),
        (Figures(100_000, 0, 101), Measure.COMPLAINTS),
        (Figures(1_000, 900, 900), Measure.COMPLAINTS),  # the worse of the two is said
    ],
)
def test_limit_is_passed_only_above_it(figures, measure):
    assert passed(figures, LIMITS) is measure


def test_breaker_that_is_off_never_stops_anything():
    assert passed(Figures(1_000, 900, 900), Limits(is_on=False)) is None


def test_limit_is_exact_where_floats_are_not():
    limits = Limits(bounce_pct=2.9, bounce_sample=100)
    assert passed(Figures(1_000, 29, 0), limits) is None
    assert passed(Figures(1_000, 30, 0), limits) is Measure.BOUNCES


def test_figures_count_from_a_moment_on():
    now, then = Figures(300, 40, 1), Figures(214, 42, 0)
    assert now.since(then) == Figures(86, 0, 1)


@pytest.mark.parametrize(
    ("pct", "shown"), [(5.0, "5"), (0.1, "0.1"), (0.15, "0.15"), (12.34, "12.3"), (0, "0"), (100, "100"), (0.001, "0")]
)
def test_shares_are_said_with_the_digits_that_matter(pct, shown):
    assert format_pct(pct) == shown
