"""The page of one single message: who got it, what became of it, who asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.sending.advice import what_next
from campaigns.sending.models import Delivery
from campaigns.sending.states import DeliveryState, Reason
from campaigns.transactional.models import TransactionalMessage
from campaigns.transactional.people import deliveries_by_campaign
from portal.pages import Crumb, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

TONES = {
    DeliveryState.ACCEPTED: "accent",
    DeliveryState.DELIVERED: "good",
    DeliveryState.BOUNCED: "bad",
    DeliveryState.COMPLAINED: "bad",
    DeliveryState.REFUSED: "bad",
    DeliveryState.UNCERTAIN: "warn",
    DeliveryState.DEFERRED: "warn",
    DeliveryState.SKIPPED: "warn",
}


@dataclass(frozen=True, slots=True)
class ShownRecipient:
    """One recipient with what became of their mail, in words."""

    delivery: Delivery
    state: str
    tone: str
    reason: str
    next_step: str
    person_url: str  # "" where the address is no contact's


@page("campaigns.view_transactionalmessage")
def one_message(request: HttpRequest, message_id: int) -> HttpResponseBase:
    """Facts and recipients; the words of the mail are not shown, since they may hold a link to log in."""
    messages = TransactionalMessage.objects.select_related("campaign__account", "template", "api_key")
    message = get_object_or_404(messages, pk=message_id)
    rows = deliveries_by_campaign([message.campaign_id]).get(message.campaign_id, [])
    context = {"message": message, "campaign": message.campaign, "recipients": [_shown(row) for row in rows]}
    crumbs = [Crumb(_("Messages"), reverse("admin:campaigns_transactionalmessage_changelist"))]
    title = message.campaign.name or _("Message without a subject")
    return render_page(request, "campaigns/transactional/message.html", context, title=title, crumbs=crumbs)


def _shown(delivery: Delivery) -> ShownRecipient:
    state, reason = DeliveryState(delivery.state), Reason(delivery.reason)
    return ShownRecipient(
        delivery=delivery,
        state=str(state.label),
        tone=TONES.get(state, ""),
        reason=str(reason.label),
        next_step=what_next(state, reason),
        person_url=reverse("admin:campaigns_contact_change", args=[delivery.contact_id]) if delivery.contact_id else "",
    )
