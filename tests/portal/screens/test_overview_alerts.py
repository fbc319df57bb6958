from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.bulk.models import BulkChange
from campaigns.exports.models import Export
from campaigns.importing.models import ContactImport
from campaigns.sending.models import SendingAccount
from campaigns.sending.quota_watch import watch_quota
from campaigns.sending.states import CampaignStatus
from campaigns.sending.watch import watch_accounts, watch_silence
from portal.overview_alerts import find_alerts
from portal.overview_figures import read_started
from tests.factories.alerts import put_back
from tests.factories.overview import make_counted_campaign
from tests.factories.sending import make_account, make_campaign

pytestmark = pytest.mark.django_db


def account(**fields) -> SendingAccount:
    made = make_account()
    for name, value in {"refreshed_at": timezone.now(), "has_production_access": True, **fields}.items():
        setattr(made, name, value)
    made.save()
    return made


def alerts_now() -> list[tuple[str, str, str]]:
    watch_accounts()
    for each in SendingAccount.objects.all():
        watch_quota(each)
    watch_silence()
    found = find_alerts(SendingAccount.objects.all(), read_started(timezone.localdate()))
    return [(alert.tone, alert.what, alert.text) for alert in found]


def test_when_all_is_well_nothing_is_said():
    account()
    make_counted_campaign("Letter", delivered=10)
    assert alerts_now() == []


def test_what_the_banner_of_every_page_says_is_not_said_again():
    account()
    put_back()
    assert alerts_now() == []


def test_a_problem_of_the_account_is_told_in_its_own_words():
    account(problem="The access key is refused.")
    assert alerts_now() == [("bad", "Main", "The access key is refused.")]


def test_sending_paused_by_ses_is_told():
    account(is_sending_enabled=False)
    [(tone, _what, text)] = alerts_now()
    assert tone == "bad"
    assert "SES has paused sending" in text


@pytest.mark.parametrize(("missing", "is_told"), [(1_000, False), (0, True)])
def test_a_quota_that_is_nearly_used_up_is_told(settings, missing, is_told):
    account(quota_24h=100_000, sent_24h=1_000 * settings.QUOTA_NEAR_PCT - missing - 500, reserved_since_refresh=500)
    assert bool(alerts_now()) is is_told


def test_an_unlimited_quota_is_never_near():
    account(quota_24h=-1, sent_24h=10_000_000)
    assert alerts_now() == []


def test_old_numbers_are_told():
    account(refreshed_at=timezone.now() - timedelta(hours=1))
    [(tone, _what, text)] = alerts_now()
    assert tone == "warn"
    assert "may be old" in text


def test_an_account_in_sess_own_sandbox_is_told_outside_ours(settings):
    account(has_production_access=False)
    assert alerts_now() == []
    settings.SANDBOX = False
    assert "verified addresses only" in alerts_now()[0][2]


def test_paused_and_failed_campaigns_say_why_and_the_bad_come_first():
    account()
    make_campaign("Slow letter", status=CampaignStatus.PAUSED, status_reason="6 % bounced.")
    make_campaign("Lost letter", status=CampaignStatus.FAILED, status_reason="The From address is not verified.")
    assert alerts_now() == [
        ("bad", "Lost letter", "failed. The From address is not verified."),
        ("warn", "Slow letter", "is paused. 6 % bounced."),
    ]


def test_uncertain_deliveries_are_told_with_their_campaign():
    account()
    make_counted_campaign("Letter", delivered=10, uncertain=3)
    [(tone, what, text)] = alerts_now()
    assert (tone, what) == ("warn", "Letter")
    assert text.startswith("3 messages are uncertain")


@pytest.mark.parametrize(
    ("status", "source", "tone"),
    [("checked", "browser", "warn"), ("columns", "dropped", "warn"), ("failed", "browser", "bad")],
)
def test_imports_that_wait_or_failed_are_told(status, source, tone):
    ContactImport.objects.create(file_name="people.csv", status=status, source=source)
    [(found_tone, what, _text)] = alerts_now()
    assert (found_tone, what) == (tone, "people.csv")


def test_an_import_that_somebody_works_on_is_not_told():
    ContactImport.objects.create(file_name="people.csv", status="columns", source="browser")
    assert alerts_now() == []


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ({"status": CampaignStatus.SCHEDULED, "scheduled_at": -11}, True),
        ({"status": CampaignStatus.SCHEDULED, "scheduled_at": -5}, False),
        ({"status": CampaignStatus.PENDING, "send_after": -11}, True),
        ({"status": CampaignStatus.PENDING, "send_after": -11, "plan_cursor": 7}, False),
        ({"status": CampaignStatus.PENDING, "send_after": 1}, False),
    ],
)
def test_a_campaign_that_should_have_left_is_told(fields, is_told):
    account()
    now = timezone.now()
    moments = {
        name: now + timedelta(minutes=value) for name, value in fields.items() if name in {"scheduled_at", "send_after"}
    }
    make_campaign("Letter", **{**fields, **moments})
    assert ("bad", "Letter", "should have left by now. Does a worker run?") in alerts_now() or not is_told
    assert bool(alerts_now()) is is_told


def test_a_bulk_change_and_an_export_that_failed_are_told_for_a_week():
    account()
    BulkChange.objects.create(deed=BulkChange.Deed.ADD_TAG, label="choir", status=BulkChange.Status.FAILED)
    Export.objects.create(source=Export.Source.CONTACTS, status=Export.Status.FAILED)
    assert [tone for tone, _what, _text in alerts_now()] == ["bad", "bad"]
    past = timezone.now() - timedelta(days=8)
    BulkChange.objects.update(created_at=past)
    Export.objects.update(created_at=past)
    assert alerts_now() == []
