"""The pages of SMTP relays, for `tests.browser.pages`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

from portal.roles import VIEWER
from tests.browser.page import Page, at

if TYPE_CHECKING:
    from campaigns.relays.models import Relay
    from campaigns.sending.models import Campaign


def a_busy_relay() -> Relay:
    """One with days of use, faults among it."""
    from django.utils import timezone

    from campaigns.relays.models import RelayUse
    from tests.factories.relays import make_relay

    now = timezone.now()
    relay = make_relay(
        name="Office mail", host="smtp.office.example", quota_24h=2000.0, allowed_from="club.example",
        server_features="PIPELINING SIZE 8BITMIME AUTH SMTPUTF8 ENHANCEDSTATUSCODES", server_size_bytes=35 * 1024**2,
        tested_at=now - timedelta(days=3), last_error="451 4.7.1 greylisted, try again in five minutes",
        last_error_at=now - timedelta(hours=2),
    )  # fmt: skip
    for hours in (1, 2, 30, 55, 80):
        RelayUse.objects.create(
            relay=relay, noted_at=now - timedelta(hours=hours), connection_count=4, failed_connection_count=hours % 2,
            message_count=900, answer_ms_sum=900 * 48, answer_counts=[0, 200, 500, 150, 40, 10, *[0] * 11],
            attachment_bytes_sum=900 * 120_000, attachment_bytes_max=140_000,
            error="451 4.7.1 greylisted, try again in five minutes" if hours == 2 else "",
        )  # fmt: skip
    return relay


def _relay_url() -> str:
    return reverse("admin:campaigns_sendingaccount_change", args=[a_busy_relay().account_id])


def _ses_url() -> str:
    from tests.factories.sending import make_account

    return reverse("admin:campaigns_sendingaccount_change", args=[make_account().pk])


def _accounts() -> None:
    from tests.factories.sending import make_account

    make_account()
    a_busy_relay()


def _campaign_through_relay() -> Campaign:
    from campaigns.relays.models import RelayUse
    from tests.factories.campaign_pages import a_running_campaign

    relay, campaign = a_busy_relay(), a_running_campaign()
    type(campaign).objects.filter(pk=campaign.pk).update(account=relay.account)
    RelayUse.objects.update(campaign=campaign)
    return campaign


RELAY_PAGES: list[Page] = [
    Page("sending-accounts", at("admin:campaigns_sendingaccount_changelist", _accounts)),
    Page("ses-account", _ses_url),
    Page("relay-new", at("admin:campaigns_sendingaccount_add")),
    Page("relay", _relay_url),
    Page("relay-viewer", _relay_url, role=VIEWER),
    Page("relay-campaign", at("admin:campaigns_campaign_progress", _campaign_through_relay, with_id=True)),
]
