"""Identity notifications carry no tags: they are matched by SES's message id, or wait until our receipt is there."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils import timezone

from campaigns.feedback.models import WaitingNotification
from campaigns.sending.models import Acceptance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from campaigns.sending.event_reader import SesEvent

logger = logging.getLogger(__name__)

MAX_WAIT = timedelta(days=1)  # by then an attempt is recorded, or its outcome was told by events with tags


def deliveries_of(message_ids: Iterable[str]) -> dict[str, int]:
    """The deliveries that these messages belong to, as far as their receipts are in the ledger."""
    wanted = set(message_ids)
    if not wanted:
        return {}
    found = Acceptance.objects.filter(ses_message_id__in=wanted)
    return dict(found.values_list("ses_message_id", "delivery_id"))


def let_wait(events: Iterable[SesEvent]) -> None:
    """Keep notifications until their receipts come; the same one may wait twice, and counts once."""
    WaitingNotification.objects.bulk_create(
        [WaitingNotification(ses_message_id=event.ses_message_id, body=event.body) for event in events]
    )


def has_come() -> QuerySet[WaitingNotification]:
    """The waiting notifications whose receipts are in the ledger now, oldest first."""
    receipts = Acceptance.objects.filter(ses_message_id=OuterRef("ses_message_id"))
    return WaitingNotification.objects.filter(Exists(receipts)).order_by("pk")


def overdue() -> QuerySet[WaitingNotification]:
    """Those that nobody waits for any longer."""
    return WaitingNotification.objects.filter(received_at__lt=timezone.now() - MAX_WAIT).order_by("pk")
