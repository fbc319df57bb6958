"""The rolling 24-hour quota, as it is told before Send and while a campaign waits."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.scheduling.models import SentSpan
from campaigns.scheduling.sent import sent_in_window, sum_up_points
from campaigns.scheduling.window import DAY_S, after, spread
from campaigns.sending.estimate import estimate
from campaigns.sending.models import RatePoint
from campaigns.sending.quota_watch import watch_quota
from campaigns.sending.states import CampaignStatus, DeliveryState
from portal.alerts.models import Alert
from tests.factories.sending import make_account, make_campaign, plan_people

HOUR_S = 3600.0
UNLIMITED = float("inf")


@pytest.mark.parametrize(
    ("people", "usable", "sent", "ends_in_s"),
    [
        (1000, UNLIMITED, (), 100),
        (1000, 5000, (), 100),
        (1000, 1000, [(23 * HOUR_S, 1000)], HOUR_S + 100),  # an hour from now it frees
        (2000, 1000, (), DAY_S + 100 + 100),  # the second thousand a day after the first
        (1500, 1000, [(20 * HOUR_S, 500)], 4 * HOUR_S + 50 + DAY_S - 4 * HOUR_S + 50),
        (1, 1, [(23 * HOUR_S, 1)], HOUR_S + 0.1),
        (0, 1000, (), 0),
    ],
)
def test_when_the_last_one_leaves(people, usable, sent, ends_in_s):
    found = spread(people, rate_per_s=10, usable=usable, sent=sent)
    assert found.ends_in_s == pytest.approx(ends_in_s, abs=120)
    assert sum(part.count for part in found.slices) == pytest.approx(people)


@pytest.mark.parametrize("people", [10, 9_500, 12_345, 60_000])
@pytest.mark.parametrize("rate_per_s", [0.5, 14, 200])
def test_no_day_holds_more_than_the_quota(people, rate_per_s):
    sent = [(hour * HOUR_S, 300) for hour in range(0, 24, 2)]
    found = spread(people, rate_per_s=rate_per_s, usable=9_500, sent=sent)
    left_at = [(-age_s, count) for age_s, count in sent] + [(part.ends_in_s, part.count) for part in found.slices]
    for moment, _count in left_at:
        assert sum(count for at, count in left_at if moment - DAY_S < at <= moment) <= 9_500 + 1
    starts = [part.starts_in_s for part in found.slices]
    assert starts == sorted(starts)


def test_it_is_told_when_it_holds_and_when_it_goes_on():
    found = spread(1000, rate_per_s=10, usable=1000, sent=[(23 * HOUR_S, 400)])
    assert found.before_first_wait == pytest.approx(600)
    assert found.held_in_s == pytest.approx(60)
    assert found.goes_on_in_s == pytest.approx(HOUR_S)


def test_who_comes_after_others_gets_what_they_leave():
    found = spread(1500, rate_per_s=10, usable=UNLIMITED, sent=())
    own = after(found, 1000)
    assert sum(part.count for part in own) == pytest.approx(500)
    assert own[0].starts_in_s == pytest.approx(100)


@pytest.mark.django_db
def test_points_become_spans_once():
    campaign = make_campaign()
    hour_ago = int(time.time()) // 600 * 600 - 7200
    for second in (0, 5, 595, 600):
        RatePoint.objects.create(campaign=campaign, span_s=hour_ago + second, accepted_count=10)
    recent = RatePoint.objects.create(campaign=campaign, span_s=int(time.time()), accepted_count=7)
    assert [sum_up_points(before_s=int(time.time()) - 3600) for _time in range(2)] == [4, 0]
    assert list(SentSpan.objects.order_by("span_s").values_list("span_s", "accepted_count")) == [
        (hour_ago, 30), (hour_ago + 600, 10),
    ]  # fmt: skip
    assert list(RatePoint.objects.all()) == [recent]
    campaign.account.sent_24h = 47
    assert sum(count for _age, count in sent_in_window(campaign.account)) == 47


@pytest.mark.django_db
def test_mail_we_know_nothing_of_is_taken_to_have_left_evenly():
    account = make_account()
    account.sent_24h = 240
    parts = sent_in_window(account)
    assert sum(count for _age, count in parts) == pytest.approx(240)
    assert {round(count) for _age, count in parts} == {10}


@pytest.mark.django_db
def test_a_campaign_of_three_quotas_ends_two_days_later():
    account = make_account(max_rate_per_s=50, quota_24h=10_000)
    expected = estimate(account, 28_500)  # 9,500 a day
    assert timedelta(days=2) < expected.finishes_at - timezone.now() < timedelta(days=2, hours=1)
    assert expected.waits_for_quota == pytest.approx(19_000, abs=1)
    assert expected.goes_on_at - timezone.now() == pytest.approx(timedelta(days=1), abs=timedelta(minutes=20))
    assert sum(people for _day, people in expected.days) == 28_500


@pytest.mark.django_db
def test_other_running_campaigns_are_counted_in():
    account = make_account(max_rate_per_s=10, quota_24h=-1)
    other = make_campaign("Other", account=account, status=CampaignStatus.IN_PROGRESS)
    plan_people(other, [DeliveryState.QUEUED] * 100)
    own = make_campaign("Own", account=account)
    expected = estimate(account, 100, campaign_id=own.pk)
    assert (expected.sharing.campaigns, expected.sharing.people) == (1, 100)
    assert expected.duration_s == pytest.approx(200 / 9.9, rel=0.1)


@pytest.mark.django_db
@pytest.mark.parametrize(("used", "raised"), [(7_900, 0), (8_100, 1), (9_600, 2)])
def test_a_quota_that_is_nearly_used_up_is_told_once_for_each_limit(used, raised):
    account = make_account(quota_24h=10_000)
    account.sent_24h = used
    for _minute in range(3):
        watch_quota(account)
    assert Alert.objects.filter(cleared_at=None).count() == raised
    account.sent_24h = 0
    watch_quota(account)
    assert not Alert.objects.filter(cleared_at=None).exists()
    assert Alert.objects.count() == raised
