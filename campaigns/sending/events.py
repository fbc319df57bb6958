"""What SES says later, applied to the ledger: any order, any number of times, the same final state.

Events are matched by our tag, so they may come before our own commit. A state only ever gives way to a stronger one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from campaigns.sending.counts import Tally, apply_tally, lock_chunks
from campaigns.sending.event_reader import SesEvent, UnreadableEvent, read_event
from campaigns.sending.models import Chunk, Delivery, DeliveryEvent
from campaigns.sending.states import DeliveryState, Reason
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import suppress
from portal import metrics

if TYPE_CHECKING:
    from collections.abc import Iterable

logger = logging.getLogger(__name__)

_STRENGTH = {
    DeliveryState.ACCEPTED: 2,
    DeliveryState.DELIVERED: 4,
    DeliveryState.REFUSED: 5,
    DeliveryState.BOUNCED: 6,
    DeliveryState.COMPLAINED: 7,
}
_TRANSIENT_BOUNCE_STRENGTH = 3  # an auto-reply or a full mailbox says less than a delivery
_TRANSIENT = frozenset(
    {
        Reason.MAILBOX_FULL,
        Reason.MESSAGE_TOO_LARGE,
        Reason.CONTENT_REJECTED,
        Reason.BOUNCED_TRANSIENT,
    }
)


@dataclass(frozen=True, slots=True)
class EventReport:
    """What became of a batch of bodies."""

    applied: int
    unchanged: int
    unknown: int  # a tag of ours without a row
    unreadable: int


def strength(state: DeliveryState, reason: Reason) -> tuple[int, int]:
    """How much a position knows; of two, the stronger stays. Ties go by the reason's number, so order never matters."""
    if state is DeliveryState.BOUNCED and reason in _TRANSIENT:
        return _TRANSIENT_BOUNCE_STRENGTH, int(reason)
    return _STRENGTH.get(state, 0), int(reason)


def apply_events(bodies: Iterable[str]) -> EventReport:
    """Apply a batch of queue bodies in one transaction; harmless to repeat. What cannot be read is counted."""
    events: list[SesEvent] = []
    unreadable = 0
    for body in bodies:
        try:
            events.append(read_event(body))
        except UnreadableEvent as error:
            unreadable += 1
            logger.warning("event.unreadable", extra={"error": str(error)})
    applied, unknown = _apply(events) if events else (0, 0)
    report = EventReport(applied, len(events) - applied - unknown, unknown, unreadable)
    metrics.count("events.applied_count", applied)
    return report


@transaction.atomic
def _apply(events: list[SesEvent]) -> tuple[int, int]:
    wanted = {event.delivery_id for event in events}
    chunks = _locked_chunks(wanted)
    deliveries = {row.pk: row for row in Delivery.objects.filter(pk__in=wanted).select_for_update().order_by("pk")}
    known = [event for event in events if event.delivery_id in deliveries]
    _append(known)
    moved: dict[int, Delivery] = {}
    applied = 0
    tallies: dict[int, Tally] = {}
    for event in known:
        row = deliveries[event.delivery_id]
        chunk = chunks.get((row.campaign_id, row.chunk_number))
        if chunk is not None and _moves(row, event, tallies.setdefault(chunk.pk, Tally())):
            moved[row.pk] = row
            applied += 1
    _save(moved)
    by_id = {chunk.pk: chunk for chunk in chunks.values()}
    for chunk_id, tally in sorted(tallies.items()):
        apply_tally(by_id[chunk_id], tally)
    _suppress(known, deliveries)
    return applied, len(events) - len(known)


def _locked_chunks(delivery_ids: set[int]) -> dict[tuple[int, int], Chunk]:
    """The chunks of these deliveries and no others, locked in one order before the deliveries themselves."""
    numbers: dict[int, set[int]] = {}
    for campaign_id, number in Delivery.objects.filter(pk__in=delivery_ids).values_list("campaign_id", "chunk_number"):
        numbers.setdefault(campaign_id, set()).add(number)
    if not numbers:
        return {}
    wanted = (Q(campaign_id=campaign_id, number__in=found) for campaign_id, found in numbers.items())
    chunks = lock_chunks(Chunk.objects.filter(reduce(or_, wanted)))
    return {(chunk.campaign_id, chunk.number): chunk for chunk in chunks}


def _moves(row: Delivery, event: SesEvent, tally: Tally) -> bool:
    """Move the row in memory if the event is stronger than what is known."""
    before = (DeliveryState(row.state), Reason(row.reason))
    if event.state is None or strength(event.state, event.reason) <= strength(*before):
        return False
    row.state, row.reason, row.changed_at = event.state, event.reason, timezone.now()
    tally.move(before, (event.state, event.reason))
    return True


def _save(moved: dict[int, Delivery]) -> None:
    """One update per final position, so that a batch of a thousand costs a handful of statements."""
    by_position: dict[tuple[int, int], list[int]] = {}
    for row in moved.values():
        by_position.setdefault((row.state, row.reason), []).append(row.pk)
    for (state, reason), ids in by_position.items():
        Delivery.objects.filter(pk__in=ids).update(state=state, reason=reason, changed_at=timezone.now())


def _append(events: list[SesEvent]) -> None:
    DeliveryEvent.objects.bulk_create(
        [
            DeliveryEvent(
                delivery_id=event.delivery_id,
                event_key=event.event_key,
                event_type=event.event_type,
                sub_type=event.sub_type,
                diagnostic=event.diagnostic,
                happened_at=event.happened_at,
            )
            for event in events
        ],
        ignore_conflicts=True,
    )


def _suppress(events: list[SesEvent], deliveries: dict[int, Delivery]) -> None:
    # In one order, so that two batches that suppress the same people do not wait for each other.
    for event in sorted(events, key=lambda event: deliveries[event.delivery_id].address_key):
        if event.suppresses:
            suppress(
                deliveries[event.delivery_id].address,
                reason=Suppression.Reason(event.suppresses),
                source=Suppression.Source.SES_EVENT,
                note=event.diagnostic,
            )
