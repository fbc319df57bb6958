"""Leaving a chunk: naming what a dead worker left open, closing what is done, completing the campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from campaigns.sending.counts import Tally, apply_tally
from campaigns.sending.models import Attempt, Campaign, Chunk, Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from portal import leases, metrics

if TYPE_CHECKING:
    from django.db.models import QuerySet

_PAUSED_AT_ONCE = 100  # chunks for each sweep


def deliveries_of(chunk: Chunk) -> QuerySet[Delivery]:
    """The rows of one chunk, by primary-key range."""
    return Delivery.objects.filter(
        campaign_id=chunk.campaign_id, pk__gte=chunk.first_delivery_id, pk__lte=chunk.last_delivery_id
    )


@transaction.atomic
def settle_leftovers(chunk: Chunk) -> int:
    """Name uncertain what an earlier holder of the chunk left in the middle of a call; returns how many."""
    Chunk.objects.select_for_update().get(pk=chunk.pk)
    left = deliveries_of(chunk).filter(state=DeliveryState.SENDING)
    count = left.update(state=DeliveryState.UNCERTAIN, reason=Reason.WORKER_DIED, changed_at=timezone.now())
    Attempt.objects.filter(chunk=chunk, outcome=Attempt.Outcome.OPEN).update(
        outcome=Attempt.Outcome.UNCERTAIN,
        error="The worker stopped in the middle of the call.",
        finished_at=timezone.now(),
    )
    if count:
        tally = Tally()
        tally.move((DeliveryState.SENDING, Reason.NONE), (DeliveryState.UNCERTAIN, Reason.WORKER_DIED), count)
        apply_tally(chunk, tally)
        metrics.count("sending.uncertain_count", count)
    return count


def settle_paused() -> int:
    """Name uncertain whom dead workers left in paused campaigns, whose chunks no other worker claims.

    Called by the sweep; returns how many.
    """
    held = Chunk.objects.filter(is_open=True, sending_count__gt=0, campaign__status=CampaignStatus.PAUSED)
    count = 0
    for chunk in held.filter(leases.is_due()).order_by("pk")[:_PAUSED_AT_ONCE]:
        token = leases.claim(Chunk.objects.filter(pk=chunk.pk, is_open=True), lease_s=settings.SEND_LEASE_S)
        if token:
            count += settle_leftovers(chunk)
            close_chunk(chunk, token, retry_in_s=None)
    return count


def close_chunk(chunk: Chunk, token: str, *, retry_in_s: float | None) -> None:
    """Give the chunk back: closed when nothing in it waits, else due again at once or after `retry_in_s`."""
    with transaction.atomic():
        current = Chunk.objects.select_for_update().get(pk=chunk.pk)
        if current.lease_token != token:
            return
        if Campaign.objects.filter(pk=chunk.campaign_id, status=CampaignStatus.CANCELLED).exists():
            cancel_waiting(current)
            current.refresh_from_db()
        if current.queued_count + current.deferred_count + current.sending_count == 0:
            Chunk.objects.filter(pk=chunk.pk).update(is_open=False)
            retry_in_s = None
        leases.release(Chunk.objects.filter(pk=chunk.pk), token, retry_in_s=retry_in_s)
    complete_if_done(chunk.campaign_id)


def keep_open(chunk: Chunk) -> None:
    """Open the chunk again where somebody in it waits after all: an answer came when it was given up and closed.

    Call it in a transaction that holds the chunk.
    """
    if Chunk.objects.filter(pk=chunk.pk, is_open=False).update(is_open=True):
        Campaign.objects.filter(pk=chunk.campaign_id, status=CampaignStatus.COMPLETED).update(
            status=CampaignStatus.IN_PROGRESS, finished_at=None
        )


def cancel_waiting(chunk: Chunk) -> None:
    """Mark everything in the chunk that still waits as cancelled; call it in a transaction that holds the chunk."""
    tally = Tally()
    after = (DeliveryState.CANCELLED, Reason.CANCELLED_BY_PERSON)
    waiting = deliveries_of(chunk).filter(state__in=(DeliveryState.QUEUED, DeliveryState.DEFERRED))
    found = list(waiting.select_for_update().order_by("pk").values_list("state", "reason"))
    for state, reason in found:
        tally.move((DeliveryState(state), Reason(reason)), after)
    waiting.update(state=after[0], reason=after[1], changed_at=timezone.now())
    apply_tally(chunk, tally)


def complete_if_done(campaign_id: int) -> bool:
    """Mark the campaign completed when no chunk of it is open any more; harmless to call at any time."""
    open_chunks = Chunk.objects.filter(campaign_id=campaign_id, is_open=True)
    if open_chunks.exists():
        return False
    planned = Campaign.objects.filter(pk=campaign_id, status=CampaignStatus.IN_PROGRESS, planned_at__isnull=False)
    with transaction.atomic():
        # Looked at again under the campaign's lock, which keep_open waits for.
        if not planned.select_for_update().values_list("pk").first() or open_chunks.exists():
            return False
        return planned.update(status=CampaignStatus.COMPLETED, finished_at=timezone.now()) == 1
