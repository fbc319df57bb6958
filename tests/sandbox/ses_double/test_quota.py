"""The send quotas, on a clock that only moves when it is told to."""

from __future__ import annotations

import pytest

from sandbox.ses_double.quota import DAY_S, QuotaSettings, SendQuota


class StoppedClock:
    def __init__(self):
        self.now_s = 1_000_000.0

    def now(self):
        return self.now_s


@pytest.fixture
def clock():
    return StoppedClock()


def quota_of(clock, **settings):
    return SendQuota(clock, QuotaSettings(**settings))


def taken_at_once(quota):
    count = 0
    while quota.take(1) is None:
        count += 1
    return count


def test_at_once_only_the_tolerance_is_taken(clock):
    assert taken_at_once(quota_of(clock, max_send_rate=64, tolerance_s=0.25)) == 1 + 16


def test_even_spacing_at_the_rate_is_never_throttled(clock):
    quota = quota_of(clock, max_send_rate=14, tolerance_s=0)
    refusals = []
    for _ in range(1_000):
        refusals.append(quota.take(1))
        clock.now_s += 1 / 14 + 1e-6
    assert set(refusals) == {None}


def test_recipients_are_counted_not_calls(clock):
    quota = quota_of(clock, max_send_rate=10, tolerance_s=0.25)
    assert [quota.take(5), quota.take(5)] == [None, "ACCOUNT_THROTTLED"]


def test_idle_time_buys_no_larger_burst(clock):
    quota = quota_of(clock, max_send_rate=10, tolerance_s=1)
    clock.now_s += 3_600
    assert taken_at_once(quota) == 11


def test_what_was_throttled_does_not_count(clock):
    quota = quota_of(clock, max_send_rate=1, tolerance_s=0)
    quota.take(1)
    quota.take(1)
    assert quota.sent_last_24_hours() == 1


def test_the_24_hour_window_rolls(clock):
    quota = quota_of(clock, max_send_rate=1_000, max_24_hour_send=10)
    assert quota.take(10) is None
    clock.now_s += DAY_S - 1
    assert quota.take(1) == "ACCOUNT_DAILY_QUOTA_EXCEEDED"
    clock.now_s += 1
    assert quota.take(1) is None


def test_minus_one_is_no_limit(clock):
    quota = quota_of(clock, max_send_rate=1, max_24_hour_send=-1)
    assert quota.take(1_000_000) is None


def test_an_unknown_setting_is_refused(clock):
    with pytest.raises(TypeError):
        quota_of(clock).change(speed=5)
