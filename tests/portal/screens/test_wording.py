from __future__ import annotations

import pytest

from portal.wording import format_count, format_duration, format_percent, format_rate


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (48_210, "48,210"), (1_000_000.4, "1,000,000"), (None, "–")])
def test_counts_have_separators(value, text):
    assert format_count(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (1, "100 %"), (0.987, "98.7 %"), (0.99999, "99.9 %"), (0.00001, "0.1 %"), (None, "–")],
)
def test_percents_never_round_to_all_or_nothing(share, text):
    assert format_percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (40, "40 s"),
        (425, "7 min"),
        (7_500, "2 h 5 min"),
        (7_200, "2 h"),
        (300_000, "3 days"),
        (None, "–"),
    ],
)
def test_durations_are_rough(seconds, text):
    assert format_duration(seconds) == text


@pytest.mark.parametrize(("rate", "text"), [(0.5, "0.5"), (14, "14"), (42.3, "42"), (None, "–")])
def test_rates_have_a_digit_only_where_it_matters(rate, text):
    assert format_rate(rate) == text
