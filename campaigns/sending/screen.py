"""What the screens of one campaign share: finding it, its tabs, where it is at home, the tone of its status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignKind, CampaignStatus, DeliveryState
from campaigns.splits.models import SplitTest
from portal.pages import Crumb, render_page

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest
    from django.template.response import TemplateResponse

STATUS_TONES = {
    CampaignStatus.SCHEDULED: "accent",
    CampaignStatus.PENDING: "accent",
    CampaignStatus.IN_PROGRESS: "accent",
    CampaignStatus.PAUSED: "warn",
    CampaignStatus.COMPLETED: "good",
    CampaignStatus.FAILED: "bad",
}
STATE_TONES = {
    DeliveryState.DELIVERED: "good",
    DeliveryState.ACCEPTED: "good",
    DeliveryState.SENDING: "accent",
    DeliveryState.DEFERRED: "accent",
    DeliveryState.BOUNCED: "bad",
    DeliveryState.COMPLAINED: "bad",
    DeliveryState.REFUSED: "bad",
    DeliveryState.UNCERTAIN: "warn",
}
BEFORE_SENDING = frozenset({CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, CampaignStatus.PENDING})
FINISHED = frozenset({CampaignStatus.COMPLETED, CampaignStatus.FAILED, CampaignStatus.CANCELLED})


SENT_AGAIN_FROM = frozenset({CampaignStatus.COMPLETED, CampaignStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of a campaign, in the row below its name."""

    label: str
    url: str
    is_current: bool


def campaign_or_404(campaign_id: int) -> Campaign:
    """The campaign with what its screens read; tests are reached through their campaign only."""
    campaigns = Campaign.objects.select_related("account", "version", "created_by", "origin")
    return get_object_or_404(campaigns, pk=campaign_id, campaign_kind=CampaignKind.CAMPAIGN)


def actor_of(request: HttpRequest) -> User:
    """Who does it; pages of the portal are reached only after a login."""
    return cast("User", request.user)


def url_of(campaign: Campaign, name: str, *arguments: object) -> str:
    """Address of one of the campaign's pages, e.g. `review`."""
    return reverse(f"admin:campaigns_campaign_{name}", args=(campaign.pk, *arguments))


def can_be_taken_back(campaign: Campaign) -> bool:
    """Whether it still waits where Send can be taken back; from then on its page is the live one."""
    if campaign.status != CampaignStatus.PENDING:
        return campaign.status in BEFORE_SENDING
    return campaign.send_after is not None and campaign.send_after > timezone.now()


def home_of(campaign: Campaign) -> str:
    """The page that says most about the campaign as it stands."""
    if campaign.status == CampaignStatus.DRAFT:
        return url_of(campaign, "change")
    if can_be_taken_back(campaign):
        return url_of(campaign, "review")
    return url_of(campaign, "report" if campaign.status == CampaignStatus.COMPLETED else "progress")


def tabs_of(campaign: Campaign, current: str) -> list[Tab]:
    """The pages that exist for the campaign as it stands."""
    names = {"change": _("Message")}
    if campaign.status == CampaignStatus.DRAFT or SplitTest.objects.filter(campaign_id=campaign.pk).exists():
        names["split"] = _("A/B test")
    names["attachments"] = _("Attachments")
    if can_be_taken_back(campaign):
        names["review"] = _("Review and send")
    else:
        names["progress"] = _("Progress")
        names["people"] = _("People")
        if current == "uncertain" or campaign.chunks.filter(uncertain_count__gt=0).exists():
            names["uncertain"] = _("Uncertain")
    if campaign.status in FINISHED:
        names["report"] = _("Report")
    return [Tab(label, url_of(campaign, name), name == current) for name, label in names.items()]


def status_tone(status: str) -> str:
    """Tone of a campaign's badge."""
    return STATUS_TONES.get(CampaignStatus(status), "")


def state_tone(state: int) -> str:
    """Tone of a delivery's badge."""
    return STATE_TONES.get(DeliveryState(state), "")


def campaigns_crumb() -> Crumb:
    """The way back to the list."""
    return Crumb(gettext_lazy("Campaigns"), reverse("admin:campaigns_campaign_changelist"))


def _relatives(campaign: Campaign) -> dict[str, Any]:
    """The campaign that this one follows, and those that follow it, as links."""
    followers = (
        campaign.follow_ups.filter(campaign_kind=CampaignKind.CAMPAIGN).order_by("pk").defer("body", "text_body")
    )
    found = [(one.get_origin_kind_display(), one.name, home_of(one)) for one in followers]
    return {"origin_url": home_of(campaign.origin) if campaign.origin else "", "follow_up_links": found}


def campaign_page(
    request: HttpRequest, template: str, campaign: Campaign, *, tab: str, title: str, **context: Any
) -> TemplateResponse:
    """One of the campaign's pages, under its name, status and tabs; `template` is in campaigns/sending/ or a whole path."""
    frame: dict[str, Any] = {
        "title": title,
        "page_heading": campaign.name,
        "crumbs": [campaigns_crumb(), Crumb(campaign.name, home_of(campaign))],
    }
    shared = {
        "campaign": campaign,
        "tabs": tabs_of(campaign, tab),
        "status_tone": status_tone(campaign.status),
        "is_live": campaign.status in {CampaignStatus.PENDING, CampaignStatus.IN_PROGRESS},
        "can_change": request.user.has_perm("campaigns.change_campaign"),
        "can_send_again": campaign.status in SENT_AGAIN_FROM,
        **_relatives(campaign),
    }
    path = template if "/" in template else f"campaigns/sending/{template}"
    return render_page(request, path, {**shared, **context}, **frame)
