"""What the schedule does for feedback: notifications that waited are applied, old raw events and counts go."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from campaigns.feedback.causes import Cause
from campaigns.feedback.counting import Refusals, count_refusals, delete_old_counts
from campaigns.feedback.models import RawEvent, WaitingNotification
from campaigns.feedback.waiting import has_come, overdue
from campaigns.sending.events import apply_events

logger = logging.getLogger(__name__)

BATCH = 500
MAX_BATCHES = 40  # a turn of the sweep stays short; the next one goes on


def sweep_feedback() -> dict[str, int]:
    """One turn: what was applied, given up and deleted."""
    found = {"applied": apply_waiting(), "given_up": give_up_waiting(), "deleted": delete_old_raw_events()}
    delete_old_counts()
    return found


@transaction.atomic
def apply_waiting() -> int:
    """Apply the notifications whose receipts have come; returns how many. Twice is harmless: events are kept once."""
    ready = list(has_come().select_for_update(skip_locked=True)[:BATCH])
    if ready:
        apply_events([row.body for row in ready])
        WaitingNotification.objects.filter(pk__in=[row.pk for row in ready]).delete()
    return len(ready)


@transaction.atomic
def give_up_waiting() -> int:
    """Count notifications that never found their mail, mostly mail of others from the same identity; returns how many."""
    late = list(overdue().select_for_update(skip_locked=True)[:BATCH])
    if not late:
        return 0
    refusals = Refusals()
    for row in late:
        refusals.add(Cause.UNMATCHED, row.ses_message_id)
    WaitingNotification.objects.filter(pk__in=[row.pk for row in late]).delete()
    count_refusals(refusals)
    return len(late)


def delete_old_raw_events() -> int:
    """Delete raw events past their time, oldest first, in bounded batches; returns how many."""
    cut_off = timezone.now() - timedelta(days=settings.RAW_EVENTS_DAYS)
    deleted = 0
    for _batch in range(MAX_BATCHES):
        # Ids grow with the time of receipt, so the oldest are the first: no index on the time is needed.
        oldest = RawEvent.objects.order_by("event_id").values_list("event_id", "received_at")[:BATCH]
        ids = [event_id for event_id, received_at in oldest if received_at < cut_off]
        if not ids:
            break
        deleted += RawEvent.objects.filter(event_id__in=ids).delete()[0]
    return deleted
