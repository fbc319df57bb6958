"""What the buttons of a campaign do: one POST, one service, one sentence, back to the campaign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from campaigns.sending import services
from campaigns.sending.accepted import send_accepted
from campaigns.sending.drafts import copy_campaign, discard_draft
from campaigns.sending.models import Campaign
from campaigns.sending.screen import actor_of, campaign_or_404, home_of, url_of
from portal.errors import PortalError
from portal.pages import page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@dataclass(frozen=True, slots=True)
class Deed:
    """A button: what it does, and what is said when it is done ("" where the page says it)."""

    act: Callable[..., Campaign]
    done: str | Promise = ""


DEEDS = {
    "take_back": Deed(services.take_back, gettext_lazy("Taken back. Nothing was sent; it is a draft again.")),
    "send_now": Deed(services.send_now, gettext_lazy("It is leaving now.")),
    "pause": Deed(services.pause_campaign, gettext_lazy("Paused. Mails on their way end; no further one starts.")),
    "resume": Deed(services.resume_campaign, gettext_lazy("It goes on.")),
    "cancel": Deed(services.cancel_campaign, gettext_lazy("Cancelled. Nothing more is sent.")),
}


@page("campaigns.change_campaign")
@require_POST
def do_deed(request: HttpRequest, campaign_id: int, deed: str) -> HttpResponseBase:
    """Carry out one of DEEDS and go to where the campaign is at home now."""
    chosen = DEEDS[deed]
    campaign_or_404(campaign_id)
    try:
        chosen.act(campaign_id, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    else:
        if chosen.done:
            messages.success(request, str(chosen.done))
    return redirect(_after(deed, campaign_or_404(campaign_id)))


@page("campaigns.change_campaign")
@require_POST
def send(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Press Send, with what the person has accepted in the dialog."""
    try:
        send_accepted(campaign_id, accepted=request.POST.getlist("accepted"), actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
    return redirect(home_of(campaign_or_404(campaign_id)))


@page("campaigns.add_campaign")
@require_POST
def copy(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Start a new draft from any campaign."""
    made = copy_campaign(campaign_or_404(campaign_id).pk, actor=actor_of(request))
    messages.success(request, _("This is a new draft. Nothing has been sent."))
    return redirect(url_of(made, "change"))


@page("campaigns.delete_campaign")
@require_POST
def discard(request: HttpRequest, campaign_id: int) -> HttpResponseBase:
    """Throw a draft away."""
    try:
        name = discard_draft(campaign_or_404(campaign_id).pk, actor=actor_of(request))
    except PortalError as error:
        messages.error(request, str(error))
        return redirect(home_of(campaign_or_404(campaign_id)))
    messages.success(request, _("The draft “%s” is deleted.") % name)
    return redirect(reverse("admin:campaigns_campaign_changelist"))


def _after(deed: str, campaign: Campaign) -> str:
    if deed == "take_back":
        return url_of(campaign, "review")
    if deed == "send_now":
        return url_of(campaign, "progress")
    return home_of(campaign)
