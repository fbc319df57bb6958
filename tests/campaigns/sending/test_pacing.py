from __future__ import annotations

import pytest

from campaigns.sending.models import SendingAccount
from campaigns.sending.pacing import Denial, Lane, group_size, reserve, slow_down, speed_up
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db


def test_slots_are_spaced_by_the_rate():
    account = make_account(max_rate_per_s=100)
    waits = [reserve(account.pk, 10, lane=Lane.CAMPAIGN).wait_s for _call in range(5)]
    assert waits[0] == 0
    # 10 recipients at 99/s are 0.101 s; the clock runs on while we ask.
    assert waits[4] == pytest.approx(4 * 10 / 99, abs=0.1)
    assert waits == sorted(waits)


def test_idle_time_buys_no_burst():
    account = make_account(max_rate_per_s=100)
    SendingAccount.objects.update(campaign_tat_s=1000.0)
    assert reserve(account.pk, 10, lane=Lane.CAMPAIGN).wait_s == 0
    assert reserve(account.pk, 10, lane=Lane.CAMPAIGN).wait_s > 0.05


def test_a_slot_too_far_away_is_not_taken():
    account = make_account(max_rate_per_s=1)
    denials = [reserve(account.pk, 1, lane=Lane.CAMPAIGN).denial for _call in range(14)]
    assert denials[0] is None
    assert denials[-1] is Denial.TOO_FAR
    taken = denials.count(None)
    account.refresh_from_db()
    assert account.reserved_since_refresh == taken


def test_priority_mail_does_not_wait_behind_campaigns():
    account = make_account(max_rate_per_s=10)
    for _call in range(50):
        reserve(account.pk, 1, lane=Lane.CAMPAIGN)
    assert reserve(account.pk, 1, lane=Lane.PRIORITY).wait_s == 0


def test_priority_mail_pushes_campaigns_back():
    account = make_account(max_rate_per_s=1)
    reserve(account.pk, 3, lane=Lane.PRIORITY)
    assert reserve(account.pk, 1, lane=Lane.CAMPAIGN).wait_s == pytest.approx(3 / 0.99, abs=0.2)


def test_quota_keeps_a_reserve_from_campaigns_only():
    account = make_account(max_rate_per_s=10_000, quota_24h=100)
    assert reserve(account.pk, 95, lane=Lane.CAMPAIGN).denial is None
    assert reserve(account.pk, 1, lane=Lane.CAMPAIGN).denial is Denial.QUOTA
    assert reserve(account.pk, 5, lane=Lane.PRIORITY).denial is None
    assert reserve(account.pk, 1, lane=Lane.PRIORITY).denial is Denial.QUOTA


def test_a_quota_of_nothing_is_not_an_unlimited_one():
    account = make_account(quota_24h=0)
    assert reserve(account.pk, 1, lane=Lane.PRIORITY).denial is Denial.QUOTA


def test_unlimited_quota_is_never_used_up():
    account = make_account(max_rate_per_s=1_000_000, quota_24h=-1)
    assert reserve(account.pk, 500_000, lane=Lane.CAMPAIGN).denial is None


def test_a_paused_account_hands_out_nothing():
    account = make_account()
    SendingAccount.objects.update(is_sending_enabled=False)
    assert reserve(account.pk, 1, lane=Lane.PRIORITY).denial is Denial.PAUSED


def test_a_throttle_lowers_the_rate_and_a_clean_minute_raises_it():
    account = make_account()
    slow_down(account.pk)
    account.refresh_from_db()
    assert account.rho == pytest.approx(0.99 * 0.9)
    speed_up(account.pk)
    account.refresh_from_db()
    assert account.rho == pytest.approx(0.99 * 0.9 + 0.005)
    for _minute in range(100):
        speed_up(account.pk)
    account.refresh_from_db()
    assert account.rho == pytest.approx(0.99)


@pytest.mark.parametrize(("rate", "expected"), [(1, 1), (14, 1), (100, 10), (500, 50), (5000, 50)])
def test_a_group_takes_a_tenth_of_a_second(rate, expected):
    assert group_size(rate, max_group=50) == expected


def test_calls_that_are_throttled_together_lower_the_rate_once():
    account = make_account()
    for _worker in range(16):
        slow_down(account.pk)
    account.refresh_from_db()
    assert account.rho == pytest.approx(0.99 * 0.9)
    assert reserve(account.pk, 1, lane=Lane.CAMPAIGN).denial is None
