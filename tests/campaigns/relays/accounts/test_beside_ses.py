"""What is SES's own is not asked of relays, and what is said of a campaign fits what it goes out through."""

from __future__ import annotations

import pytest
from django.forms import ModelChoiceField
from django.urls import reverse

from campaigns.relays.models import RelayUse
from campaigns.sending.accounts import first_account
from campaigns.sending.estimate import estimate
from campaigns.sending.forms import CampaignForm
from campaigns.sending.models import SendingAccount
from campaigns.sending.quota import default_account, refresh_quota
from campaigns.sending.quota_points import quota_points
from campaigns.sending.review_points import blocking_points
from campaigns.sending.watch import watch_silence
from campaigns.suppression.ses_sync import may_put
from campaigns.uncertain.canary import ways
from portal.alerts.models import Alert
from portal.aws import ses
from portal.errors import Unavailable
from tests.factories.campaign_pages import a_draft, a_running_campaign
from tests.factories.relays import make_relay
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db


def codes(campaign):
    return {point.code: point.level.value for point in blocking_points(campaign)}


def offered_to(draft):
    field = CampaignForm(instance=draft).fields["account"]
    assert isinstance(field, ModelChoiceField)
    return [account.name for account in field.queryset]


def test_ses_is_not_asked_about_relays(monkeypatch):
    asked = []

    def answers():
        asked.append(1)
        raise Unavailable("down", service="ses")

    monkeypatch.setattr(ses, "get_account", answers)
    make_relay()
    make_account(name="Off")
    SendingAccount.objects.filter(name="Off").update(is_active=False)
    refresh_quota()

    assert asked == []
    assert not SendingAccount.objects.exclude(problem="").exists()
    assert SendingAccount.objects.count() == 2


def test_an_installation_with_a_relay_alone_gets_no_account_of_ses():
    relay = make_relay()
    assert default_account() == relay.account


def test_relays_fall_silent_for_nobody_and_keep_nothing_off_the_list_in_ses():
    relay = make_relay()
    SendingAccount.objects.filter(pk=relay.account_id).update(refreshed_at="2026-01-01T00:00:00Z")
    assert watch_silence() == 0
    assert not Alert.objects.exists()
    assert may_put()


def test_no_heartbeat_goes_through_a_relay():
    relay = make_relay()
    SendingAccount.objects.filter(pk=relay.account_id).update(configuration_set="left over")
    assert ways() == []


def test_a_relay_costs_nothing_of_ses():
    assert estimate(make_relay().account, 100_000).cost_usd == 0
    assert estimate(make_account(), 100_000).cost_usd > 0


@pytest.mark.parametrize(
    ("fields", "sender", "code", "level"),
    [
        ({"allowed_from": "club.example"}, "news@club.example", "sender", "good"),
        ({"allowed_from": "club.example"}, "news@mail.club.example", "sender", "good"),
        ({"allowed_from": "anna@club.example, other.example"}, "Anna@club.example", "sender", "good"),
        ({"allowed_from": "anna@club.example"}, "news@club.example", "sender_not_entered", "warn"),
        ({"allowed_from": "club.example"}, "news@notclub.example", "sender_not_entered", "warn"),
        ({}, "news@club.example", "sender", "good"),
        ({"preset": "gmail", "username": "club@gmail.com"}, "club@gmail.com", "sender", "good"),
        ({"preset": "gmail", "username": "club@gmail.com"}, "news@club.example", "sender_not_account", "warn"),
        ({"preset": "outlook", "username": "club@outlook.com"}, "x@club.example", "sender_not_account", "warn"),
    ],
)
def test_the_sender_is_checked_against_what_the_relay_lets_out(monkeypatch, fields, sender, code, level):
    monkeypatch.setattr("campaigns.sending.identities.verified_identities", lambda: pytest.fail("SES was asked"))
    found = codes(a_draft(account=make_relay(**fields).account, from_address=sender))
    assert found[code] == level
    assert found["relay_tells_nothing"] == "good"


def test_opens_are_not_counted_through_a_relay():
    assert codes(a_draft(account=make_relay().account, is_tracked=True))["tracking_missing"] == "warn"


def test_an_account_that_is_switched_off_is_said_in_the_review_and_offered_for_nothing_new():
    make_account(name="Main")
    off, on = make_relay(is_active=False, name="Off"), make_relay(name="On")
    draft = a_draft(account=off.account)
    points = {point.code: point for point in quota_points(draft, estimate(off.account, 1))}
    assert "switched off" in points["account_stopped"].text

    assert "Off" in offered_to(draft)  # it is what was chosen
    draft.account = on.account
    assert offered_to(draft) == ["Main", "On"]


def test_a_new_draft_goes_out_through_an_account_in_use():
    make_relay(is_active=False)
    on = make_relay()
    assert first_account() == on.account


def test_the_progress_page_shows_how_the_relay_served(admin_client):
    relay, campaign = make_relay(name="Office"), a_running_campaign()
    type(campaign).objects.filter(pk=campaign.pk).update(account=relay.account)
    RelayUse.objects.create(
        relay=relay, campaign=campaign, message_count=7, failed_connection_count=3, error="timed out"
    )
    page = admin_client.get(reverse("admin:campaigns_campaign_progress", args=[campaign.pk])).content.decode()

    assert "Office" in page
    assert "0 made, 3 failed" in page
    assert "timed out" in page
    assert "Daily limit" in page
    news = admin_client.get(reverse("admin:campaigns_campaign_progress_json", args=[campaign.pk]))
    assert news.status_code == 200


def test_the_overview_and_the_form_of_sign_ups_work_with_both_kinds(admin_client):
    make_account()
    make_relay(name="Office")
    page = admin_client.get(reverse("admin:index")).content.decode()
    assert "Office" in page
    assert admin_client.get(reverse("admin:campaigns_signupform_add")).status_code == 200
    assert admin_client.get(reverse("admin:campaigns_campaign_add")).status_code == 200
