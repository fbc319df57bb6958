from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.exports.models import Export
from campaigns.sending import quota
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.states import CampaignStatus, DeliveryState
from campaigns.sending.watch import watch_stuck_work
from portal.alerts.models import Alert
from portal.aws import ses
from tests.factories.sending import make_account, make_campaign, plan_people

pytestmark = pytest.mark.django_db


def open_codes() -> list[str]:
    return sorted(set(Alert.objects.filter(cleared_at=None).values_list("code", flat=True)))


def answer(**fields) -> ses.Account:
    usual = {
        "max_rate_per_s": 50.0, "quota_24h": 1000.0, "sent_24h": 0.0, "is_sending_enabled": True,
        "has_production_access": True, "enforcement_status": "HEALTHY",
    }  # fmt: skip
    return ses.Account(**{**usual, **fields})


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"is_sending_enabled": False}, ["account.stopped"]),
        ({"enforcement_status": "PROBATION"}, ["account.reviewed"]),
        ({"is_sending_enabled": False, "enforcement_status": "SHUTDOWN"}, ["account.reviewed", "account.stopped"]),
        ({"sent_24h": 950.0}, ["account.quota_near"]),
        ({}, []),
    ],
)
def test_what_ses_says_of_the_account_is_raised_and_over_when_it_says_otherwise(monkeypatch, said, codes):
    make_account()
    monkeypatch.setattr(ses, "get_account", lambda: answer(**said))
    quota.refresh_quota()
    assert open_codes() == codes
    monkeypatch.setattr(ses, "get_account", answer)
    quota.refresh_quota()
    assert open_codes() == []


def a_standing_campaign(**fields) -> Campaign:
    long_ago = timezone.now() - timedelta(minutes=20)
    campaign = make_campaign(status=CampaignStatus.IN_PROGRESS, planned_at=long_ago, **fields)
    plan_people(campaign, [DeliveryState.QUEUED] * 3)
    Campaign.objects.filter(pk=campaign.pk).update(updated_at=long_ago)
    return campaign


def test_a_campaign_that_could_go_on_and_does_not_is_stuck():
    campaign = a_standing_campaign()
    assert watch_stuck_work() == 1
    assert Alert.objects.get().subject_key == f"campaign:{campaign.pk}"


def test_a_campaign_that_waits_for_quota_or_for_ses_is_not_stuck():
    a_standing_campaign()
    SendingAccount.objects.update(quota_24h=100, sent_24h=96)
    assert watch_stuck_work() == 0
    SendingAccount.objects.update(quota_24h=1000, is_sending_enabled=False)
    assert watch_stuck_work() == 0


def test_a_campaign_that_just_got_on_is_not_stuck():
    campaign = a_standing_campaign()
    campaign.rate_points.create(span_s=int(timezone.now().timestamp()), accepted_count=3)
    assert watch_stuck_work() == 0


def test_work_over_which_workers_die_is_told_until_it_gets_on():
    export = Export.objects.create(source="contacts", claim_count=3)
    assert watch_stuck_work() == 1
    Export.objects.filter(pk=export.pk).update(claim_count=0)
    assert watch_stuck_work() == 0
    assert open_codes() == []
