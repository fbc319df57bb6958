"""The first steps of a newcomer; each ticks itself from what is in the database."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns.audience.models import Contact
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignKind
from portal.navigation import first_url


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step; `url` is where it is done."""

    label: str
    is_done: bool
    url: str = ""


def first_steps() -> list[FirstStep]:
    """The steps in their order."""
    campaigns = Campaign.objects.order_by()
    own = campaigns.filter(campaign_kind=CampaignKind.CAMPAIGN)
    tests = campaigns.filter(campaign_kind=CampaignKind.TEST)
    campaign_list = first_url(("admin:campaigns_campaign_changelist",))
    return [
        FirstStep(_("Log in"), is_done=True),
        FirstStep(
            _("Import your contacts"),
            Contact.objects.order_by().exists(),
            first_url(("admin:campaigns_contactimport_add",)),
        ),
        FirstStep(_("Write a campaign"), own.exists(), first_url(("admin:campaigns_campaign_add",))),
        FirstStep(_("Send yourself a test"), tests.exists(), campaign_list),
        FirstStep(_("Send it to everybody"), own.filter(started_at__isnull=False).exists(), campaign_list),
    ]
