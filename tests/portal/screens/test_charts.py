from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from portal.charts import BAR_WIDTH, SMALLEST_VISIBLE, nice_ceiling, segment_spans, spark_paths, stack_columns


@given(st.lists(st.integers(min_value=0, max_value=10**7), min_size=1, max_size=11))
def test_segments_fill_the_bar_without_gaps_or_overlap(counts):
    spans = segment_spans(counts)
    if sum(counts) == 0:
        assert all(span.width == 0 for span in spans)
        return
    assert sum(span.width for span in spans) == pytest.approx(BAR_WIDTH, abs=0.1)
    for before, after in pairwise(spans):
        assert after.x == pytest.approx(before.x + before.width, abs=0.05)


def test_one_person_in_a_million_is_still_seen():
    spans = segment_spans([999_999, 1, 0])
    assert spans[1].width == SMALLEST_VISIBLE
    assert spans[2].width == 0


@pytest.mark.parametrize(
    ("value", "ceiling"), [(0, 4), (3, 4), (5, 8), (41, 80), (97, 100), (6_940, 8_000), (33_196, 40_000)]
)
def test_scales_end_at_round_numbers(value, ceiling):
    assert nice_ceiling(value) == ceiling


@given(st.floats(min_value=0, max_value=10**9))
def test_a_scale_reaches_its_value_in_four_whole_steps(value):
    ceiling = nice_ceiling(value)
    assert ceiling >= value
    assert (ceiling / 4).is_integer()


def test_columns_stand_on_the_ground_and_are_stacked():
    columns = stack_columns([[6, 2], [0, 0]], width=100, height=80)
    lower, upper = columns.rects[0]
    assert (lower.y + lower.height, lower.height) == (80, 60)
    assert (upper.y + upper.height, upper.height) == (lower.y, 20)
    assert columns.rects[1] == []
    assert (lower.series, upper.series) == (0, 1)


def test_ticks_go_from_nothing_at_the_ground_to_the_ceiling():
    ticks = stack_columns([[8]], width=100, height=80).ticks
    assert [(tick.y, tick.value) for tick in ticks] == [(80, 0), (60, 2), (40, 4), (20, 6), (0, 8)]


def test_columns_stay_within_their_slots():
    columns = stack_columns([[1], [1], [1], [1]], width=100, height=10)
    for index, rects in enumerate(columns.rects):
        assert columns.slot_width * index < rects[0].x
        assert rects[0].x + rects[0].width < columns.slot_width * (index + 1)


def test_a_curve_spans_the_width_and_its_area_closes_on_the_ground():
    area, line = spark_paths([0, 10, 5], width=100, height=24)
    assert line == "M0.0 22.0 L50.0 2.0 L100.0 12.0"
    assert area == line + " L100.0 24.0 L0 24.0 Z"


def test_a_single_point_is_a_level_line_and_none_is_nothing():
    assert spark_paths([3], width=10, height=10)[1] == "M0.0 2.0 L10.0 2.0"
    assert spark_paths([]) == ("", "")


def test_the_ceiling_keeps_the_curve_in_proportion():
    _area, line = spark_paths([25, 25], width=10, height=24, ceiling=50)
    assert line == "M0.0 12.0 L10.0 12.0"
