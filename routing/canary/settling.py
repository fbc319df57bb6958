"""Test mails against the ledger of inbound mail: which row is whose, and what became of it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from portal import metrics
from routing.canary.models import CanaryRun
from routing.canary.recognition import token_of
from routing.inbound.models import FINAL_STATES, DeliveryState, InboundDelivery, InboundMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = logging.getLogger(__name__)

_ON_THE_WAY = (CanaryRun.State.SENT, CanaryRun.State.MISSING)
_LOST = frozenset({DeliveryState.FAILED, DeliveryState.UNCERTAIN})


def link_arrived(since: datetime) -> None:
    """Give each test mail the row of the message that carries its token."""
    come = InboundMessage.objects.filter(is_canary=True, canary_run=None, created_at__gte=since)
    for message in come:
        runs = CanaryRun.objects.filter(token=token_of(message.headers), message=None)
        runs.update(message=message, received_at=message.received_at, taken_in_at=message.created_at)


def settle_open(since: datetime) -> None:
    """Judge what is on its way: arrived, failed, or late. What was given up as missing may still arrive."""
    open_runs = CanaryRun.objects.filter(state__in=_ON_THE_WAY, due_at__gte=since).select_related("message")
    for run in open_runs:
        _settle(run)


def _settle(run: CanaryRun) -> None:
    deliveries = list(run.message.deliveries.all()) if run.message else []
    states = {DeliveryState(delivery.state) for delivery in deliveries}
    if states & _LOST:
        _move(run, CanaryRun.State.FAILED, detail=next(_words(each) for each in deliveries if each.state in _LOST))
    elif states and states <= FINAL_STATES:
        _arrive(run, deliveries)
    elif run.state == CanaryRun.State.SENT and timezone.now() > latest_at(run):
        metrics.count("inbound.canary_missing_count")
        _move(run, CanaryRun.State.MISSING, detail=next((_words(each) for each in deliveries), ""))


def latest_at(run: CanaryRun) -> datetime:
    """When a test mail counts as missing."""
    return (run.sent_at or run.due_at) + timedelta(minutes=settings.CANARY_LATE_MIN)


def _arrive(run: CanaryRun, deliveries: Sequence[InboundDelivery]) -> None:
    arrived_at = max(delivery.finished_at or delivery.changed_at for delivery in deliveries)
    if _move(run, CanaryRun.State.ARRIVED, arrived_at=arrived_at, detail="") and run.sent_at:
        took_ms = round((arrived_at - run.sent_at).total_seconds() * 1000)
        metrics.count("inbound.canary_ms", took_ms)
        logger.info("canary.arrived", extra={"run_id": run.pk, "took_ms": took_ms})


def _move(run: CanaryRun, state: CanaryRun.State, **changes: object) -> bool:
    rows = CanaryRun.objects.filter(pk=run.pk, state=run.state)
    return bool(rows.update(state=state, **changes))


def _words(delivery: InboundDelivery) -> str:
    return f"{delivery.action}: {delivery.reason} {delivery.detail}".strip()[:300]
