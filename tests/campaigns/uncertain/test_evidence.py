from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.uncertain.evidence import Beat, Patience, Verdict, is_silent, judge, lag_s, patience_for

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PATIENCE = Patience(window_s=900, silent_after_s=600)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def beat(minutes: float, *, back: bool = True, is_accepted: bool = True) -> Beat:
    return Beat(at(minutes), at(minutes + 0.1) if back else None, is_accepted)


def judged(*beats: Beat, now: float) -> Verdict:
    """What silence since noon says, `now` minutes later."""
    return judge(beats, PATIENCE, since=NOON, now=at(now))


def test_silence_proves_nothing_before_the_window_has_passed():
    assert judged(beat(-10), beat(1), beat(10), now=14.9) is Verdict.WAITS


def test_a_later_heartbeat_and_the_window_prove_it():
    assert judged(beat(-10), beat(1), now=15) is Verdict.PROVED


def test_without_a_later_heartbeat_nothing_is_proved():
    assert judged(beat(-10), now=600) is Verdict.UNPROVED
    assert judged(now=600) is Verdict.UNPROVED


def test_a_later_heartbeat_must_have_come_back():
    assert judged(beat(-10), beat(1, back=False), now=600) is Verdict.UNPROVED


@pytest.mark.parametrize("lost_at", [-14, -1, 5, 20])
def test_a_heartbeat_lost_around_that_time_makes_silence_mean_nothing(lost_at):
    assert judged(beat(-30), beat(lost_at, back=False), beat(40), now=60) is Verdict.HEARTBEAT_LOST


def test_a_heartbeat_lost_between_the_last_good_one_and_the_call_counts():
    assert judged(beat(-600), beat(-300, back=False), beat(5), now=60) is Verdict.HEARTBEAT_LOST


def test_a_heartbeat_that_ses_did_not_take_is_not_missed():
    assert judged(beat(-30), beat(5, back=False, is_accepted=False), beat(10), now=60) is Verdict.PROVED


def test_a_heartbeat_that_is_only_late_is_not_lost():
    assert judged(beat(-30), beat(5), beat(58, back=False), now=60) is Verdict.PROVED


def test_a_way_of_news_that_was_set_up_long_after_proves_nothing():
    assert judged(beat(300), now=400) is Verdict.UNPROVED
    assert judged(beat(-600), beat(300), now=400) is Verdict.PROVED


def test_patience_grows_with_the_lag_and_has_a_floor():
    assert patience_for(2.0, factor=10, floor_s=900).window_s == 900
    assert patience_for(200.0, factor=10, floor_s=900).window_s == 2000


def test_the_lag_is_that_of_the_slowest_hundredth():
    quick = [Beat(NOON, NOON + timedelta(seconds=1), is_accepted=True)] * 98
    slow = [Beat(NOON, NOON + timedelta(seconds=60), is_accepted=True)] * 2
    assert lag_s([*quick, *slow]) == 60
    assert lag_s([beat(0, back=False)]) == 0


def test_news_is_silent_while_the_newest_lost_heartbeat_is_newer_than_any_that_came_back():
    assert is_silent([beat(0), beat(10, back=False)], PATIENCE, now=at(30))
    assert not is_silent([beat(0), beat(10, back=False)], PATIENCE, now=at(15))
    assert not is_silent([beat(10, back=False), beat(20)], PATIENCE, now=at(60))
    assert not is_silent([], PATIENCE, now=at(60))
