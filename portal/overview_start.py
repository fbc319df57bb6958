"""The first steps of a newcomer; each ticks itself from what is in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.audience.models import Contact
from campaigns.messages.models import Template
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.states import CampaignKind
from portal.navigation import first_url

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step; `url` is where it is done, "" for whoever may not."""

    label: str
    is_done: bool
    url: str = ""


def first_steps(user: User | AnonymousUser) -> list[FirstStep]:
    """The steps in their order. Whoever has sent to everybody has no need of the rest."""
    campaigns = Campaign.objects.order_by()
    own = campaigns.filter(campaign_kind=CampaignKind.CAMPAIGN)
    has_sent = own.filter(started_at__isnull=False).exists()

    def step(label: str, is_done: bool, page: str, permission: str) -> FirstStep:  # a row of the table
        url = first_url((f"admin:campaigns_{page}",)) if user.has_perm(f"campaigns.{permission}") else ""
        return FirstStep(label, has_sent or is_done, url)

    has_people, has_template = Contact.objects.order_by().exists(), Template.objects.order_by().exists()
    has_signed = own.exclude(from_address="").exists()
    has_test = campaigns.filter(campaign_kind=CampaignKind.TEST).exists()
    is_connected = SendingAccount.objects.filter(refreshed_at__isnull=False).exists()
    # An account that stops later is an alert, not a first step.
    return [
        step(_("Connect an account to send through"), is_connected, "sendingaccount_changelist", "view_sendingaccount"),
        step(_("Import your contacts"), has_people, "contactimport_add", "add_contactimport"),
        step(_("Write a template"), has_template, "template_add", "add_template"),
        step(_("Write a campaign, and say who it comes from"), has_signed, "campaign_add", "add_campaign"),
        step(_("Send yourself a test"), has_test, "campaign_changelist", "view_campaign"),
        step(_("Send it to everybody"), has_sent, "campaign_changelist", "view_campaign"),
    ]
