"""Pages of feedback: whether it comes and what was wrong with it, and one event as SES sent it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaigns.feedback.figures import cause_lines, event_lag, shown_days, waiting_count
from campaigns.feedback.models import RawEvent
from campaigns.feedback.words import CURES, machine_words
from campaigns.sending.models import Delivery, DeliveryEvent
from portal.pages import Crumb, page, render_page

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


@page("campaigns.view_feedbackcount")
@require_GET
def overview(request: HttpRequest) -> HttpResponseBase:
    """Lag, what waits, and the causes of the last days."""
    lines = cause_lines()
    context = {
        "lag": event_lag(),
        "waiting": waiting_count(),
        "lines": [(line, CURES[line.cause]) for line in lines],
        "is_suspicious": any(not line.is_harmless for line in lines),
        "first_day": shown_days()[0],
        "raw_days": settings.RAW_EVENTS_DAYS,
    }
    lead = _("What SES tells about sent mail, how late it comes, and what came that could not be used.")
    return render_page(request, "campaigns/feedback/overview.html", context, title=_("Feedback"), lead=lead)


@page("campaigns.view_rawevent")
@require_GET
def raw_event(request: HttpRequest, event_id: int) -> HttpResponseBase:
    """One event as SES sent it."""
    raw = get_object_or_404(RawEvent, pk=event_id)
    event = get_object_or_404(DeliveryEvent, pk=event_id)
    delivery = Delivery.objects.select_related("campaign").filter(pk=event.delivery_id).first()
    context: dict[str, Any] = {
        "event": event,
        "delivery": delivery,
        "machine": machine_words(event.machine_sign),
        "body": _pretty(raw.body),
        "raw_days": settings.RAW_EVENTS_DAYS,
    }
    title = _("“%s” as SES told it") % event.event_type.replace("_", " ")
    crumbs = [Crumb(_("Feedback"), reverse("admin:campaigns_feedbackcount_changelist"))]
    return render_page(request, "campaigns/feedback/raw_event.html", context, title=title, crumbs=crumbs)


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
