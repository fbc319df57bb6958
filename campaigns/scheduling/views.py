"""The page on which a campaign is scheduled or put off, and the answers to a wave that asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.approval.screen import is_needed_for
from campaigns.approval.services import request_approval
from campaigns.messages.problems import TemplateInvalid
from campaigns.scheduling import services
from campaigns.scheduling.clock import known_zones
from campaigns.scheduling.forms import ScheduleForm, first_values
from campaigns.scheduling.meaning import Meaning, meaning_of
from campaigns.scheduling.rows import schedule_of
from campaigns.sending.accepted import schedule_accepted
from campaigns.sending.models import Campaign
from campaigns.sending.review import review_campaign
from campaigns.sending.screen import actor_of, campaign_or_404, campaign_page, home_of, url_of
from campaigns.sending.states import CampaignStatus
from portal.errors import InvalidInput, PortalError
from portal.pages import page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

SCHEDULABLE = (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)
WAVE_DEEDS = {"send": services.send_wave, "move": services.move_wave, "leave-out": services.leave_out_wave}


@page("campaigns.change_campaign")
def schedule(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Choose when a campaign leaves by itself; what is odd about the time has to be seen before it counts."""
    campaign = campaign_or_404(campaign_id)
    if campaign.status not in SCHEDULABLE:
        return redirect(home_of(campaign))
    form = ScheduleForm(request.POST or None, initial=first_values(schedule_of(campaign)))
    if request.method != "POST" or not form.is_valid():
        return _render(request, campaign, form, None)
    try:
        meaning = meaning_of(campaign, form.wish)
    except (InvalidInput, TemplateInvalid) as error:
        form.add_error("at", str(error))
        return _render(request, campaign, form, None)
    has_read = not meaning.must_be_read or request.POST.get("seen") == meaning.key
    if "look" in request.POST or not has_read:
        return _render(request, campaign, form, meaning)
    return _carry_out(request, campaign, form, meaning)


def _carry_out(request: HttpRequest, campaign: Campaign, form: ScheduleForm, meaning: Meaning) -> HttpResponseBase:
    actor = actor_of(request)
    try:
        if "ask" in request.POST:
            request_approval(campaign.pk, note=request.POST.get("note", ""), wish=form.wish, actor=actor)
            messages.success(request, _("A second person is asked. Nothing leaves before the answer."))
        else:
            accepted = request.POST.getlist("accepted")
            schedule_accepted(campaign.pk, wish=form.wish, accepted=accepted, actor=actor)
    except PortalError as error:
        messages.error(request, str(error))
        return _render(request, campaign, form, meaning)
    return redirect(url_of(campaign, "review"))


def _render(request: HttpRequest, campaign: Campaign, form: ScheduleForm, meaning: Meaning | None) -> HttpResponseBase:
    seen = review_campaign(campaign)
    context = {
        "form": form,
        "meaning": meaning,
        "zones": sorted(known_zones()),
        "review": seen,
        "accepted": sorted({point.code for point in seen.warnings}),
        "is_scheduled": campaign.status == CampaignStatus.SCHEDULED,
        "needs_approval": is_needed_for(campaign, seen.will_get),
    }
    return campaign_page(request, "schedule.html", campaign, tab="review", title=_("Schedule"), **context)


@page("campaigns.change_campaign")
@require_POST
def answer_wave(request: HttpRequest, campaign_id: int, number: int, deed: str) -> HttpResponseBase:
    """Send, move or leave out a part of the campaign that is late and asks."""
    campaign = campaign_or_404(campaign_id)
    if deed not in WAVE_DEEDS:
        raise Http404
    try:
        WAVE_DEEDS[deed](campaign.pk, number, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    return redirect(url_of(campaign, "progress"))
