"""The page from which a finished campaign is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.follow_ups.causes import FailedCause, Offer, failed_causes
from campaigns.follow_ups.services import ENDED, count_joined, follow_up_failed, follow_up_joined
from campaigns.sending.advice import what_next
from campaigns.sending.models import Campaign
from campaigns.sending.screen import actor_of, campaign_or_404, campaign_page, home_of, status_tone, url_of
from campaigns.sending.states import CampaignKind, OriginKind
from portal.errors import PortalError
from portal.pages import page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@page("campaigns.view_campaign")
@require_GET
def again(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Whom it did not reach, by cause; how many joined since; and what was sent again already."""
    campaign = campaign_or_404(campaign_id)
    if campaign.status not in ENDED:
        return redirect(home_of(campaign))
    causes = failed_causes(campaign)
    context: dict[str, Any] = {
        "causes": [_cause_row(cause) for cause in causes if cause.offer is not Offer.MAY_HAVE_IT],
        "uncertain": [_cause_row(cause) for cause in causes if cause.offer is Offer.MAY_HAVE_IT],
        "joined": None if campaign.origin_kind == OriginKind.FAILED else count_joined(campaign),
        "earlier": follow_ups_of(campaign),
    }
    title = _("Send again")
    return campaign_page(request, "campaigns/follow_ups/again.html", campaign, tab="again", title=title, **context)


@page("campaigns.add_campaign")
@require_POST
def again_failed(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Make the draft for those whom it did not reach."""
    campaign = campaign_or_404(campaign_id)
    try:
        made = follow_up_failed(campaign.pk, request.POST.getlist("cause"), actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(url_of(campaign, "again"))
    messages.success(request, _("This is a new draft. Nothing has been sent."))
    return redirect(url_of(made, "review"))


@page("campaigns.add_campaign")
@require_POST
def again_joined(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Make the draft for those who joined since."""
    campaign = campaign_or_404(campaign_id)
    try:
        made = follow_up_joined(campaign.pk, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(url_of(campaign, "again"))
    messages.success(request, _("This is a new draft. Nothing has been sent."))
    return redirect(url_of(made, "review"))


def again_urls(one: str, prefix: str) -> list[URLPattern]:
    """`one` is the beginning of the campaign's addresses, `prefix` that of their names."""
    return [
        path(f"{one}again/", again, name=f"{prefix}again"),
        path(f"{one}again/failed/", again_failed, name=f"{prefix}again_failed"),
        path(f"{one}again/joined/", again_joined, name=f"{prefix}again_joined"),
    ]


def follow_ups_of(campaign: Campaign) -> list[dict[str, Any]]:
    """The campaigns that follow this one, as links."""
    made = Campaign.objects.filter(origin=campaign, campaign_kind=CampaignKind.CAMPAIGN).order_by("pk")
    return [
        {
            "name": one.name,
            "kind": one.get_origin_kind_display(),
            "status": one.get_status_display(),
            "tone": status_tone(one.status),
            "url": home_of(one),
        }
        for one in made.defer("body", "text_body")
    ]


def _cause_row(cause: FailedCause) -> dict[str, Any]:
    return {
        "key": cause.key,
        "label": cause.reason.label,
        "state": cause.state.label,
        "people": cause.people,
        "advice": what_next(cause.state, cause.reason) if cause.offer is Offer.WORTH_A_LOOK else "",
        "is_usual": cause.offer is Offer.USUAL,
    }
