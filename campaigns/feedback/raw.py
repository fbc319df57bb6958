"""The way to events as SES sent them, as long as they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from campaigns.feedback.models import RawEvent

if TYPE_CHECKING:
    from collections.abc import Collection


def raw_urls(event_ids: Collection[int]) -> dict[int, str]:
    """The pages of those of these delivery events whose raw event is still kept; needs campaigns.view_rawevent."""
    kept = RawEvent.objects.filter(pk__in=list(event_ids)).values_list("pk", flat=True) if event_ids else []
    return {event_id: reverse("admin:campaigns_feedbackcount_raw", args=[event_id]) for event_id in kept}
