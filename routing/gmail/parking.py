"""What waits for a mailbox whose permission is lost; `routing.gmail.drain` lets it go again.

While anything is parked for a mailbox, what comes newly for it is parked behind, so nothing overtakes.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from portal.leases import database_now
from routing.gmail.models import GmailMailbox
from routing.inbound.models import DeliveryState, InboundDelivery
from routing.inbound.reasons import Reason
from routing.inbound.work import append_steps
from routing.rules.definition import ActionKind

logger = logging.getLogger(__name__)

PARK_BATCH = 500


def deliveries_of(mailbox: GmailMailbox) -> QuerySet[InboundDelivery]:
    """All deliveries whose destination is the mailbox."""
    return InboundDelivery.objects.filter(action=ActionKind.GMAIL.value, destination=mailbox.destination)


def parked_of(mailbox: GmailMailbox) -> QuerySet[InboundDelivery]:
    """What waits for the mailbox to work again."""
    return deliveries_of(mailbox).filter(state=DeliveryState.PARKED)


def wait_s(mailbox: GmailMailbox) -> float:
    """How long Gmail still wants nothing for this mailbox."""
    if mailbox.wait_until is None:
        return 0.0
    return max(0.0, (mailbox.wait_until - database_now()).total_seconds())


def slow_down(mailbox: GmailMailbox, seconds: float) -> None:
    """Try nothing for the mailbox for a while; a longer wait stays."""
    until = database_now() + timedelta(seconds=seconds)
    rows = GmailMailbox.objects.filter(pk=mailbox.pk)
    if mailbox.wait_until is None or mailbox.wait_until < until:
        rows.update(wait_until=until)


def park_waiting(mailbox: GmailMailbox) -> int:
    """Set aside all that waits for the mailbox and that nobody has in hand; how many."""
    parked = 0
    while batch := _park_batch(mailbox):
        parked += batch
    if parked:
        logger.info("gmail.parked", extra={"mailbox": mailbox.pk, "deliveries": parked})
    return parked


def _park_batch(mailbox: GmailMailbox) -> int:
    waiting = deliveries_of(mailbox).filter(state=DeliveryState.PENDING, lease_token="")
    with transaction.atomic():
        ids = list(waiting.order_by("id").select_for_update().values_list("id", flat=True)[:PARK_BATCH])
        rows = InboundDelivery.objects.filter(pk__in=ids, state=DeliveryState.PENDING, lease_token="")
        rows.update(state=DeliveryState.PARKED, reason=Reason.DESTINATION_BROKEN.value, retry_at=None)
        append_steps(InboundDelivery.objects.filter(pk__in=ids, state=DeliveryState.PARKED))
    return len(ids)


def unpark(delivery_id: int) -> bool:
    """Make one parked delivery due; False when it was not parked any more."""
    rows = InboundDelivery.objects.filter(pk=delivery_id, state=DeliveryState.PARKED)
    return rows.update(state=DeliveryState.PENDING, reason="", retry_at=None, changed_at=Now()) == 1
