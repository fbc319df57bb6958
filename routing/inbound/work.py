"""One delivery at work: taken by a lease, ended in a state, given back with a time, parked; each step is written down.

What a handler does with it:

    work = take(delivery_id, ActionKind.GMAIL)
    if work is None: return                      # done, parked, held, or somebody else has it
    work.attempted()                             # committed before the service outside is called
    work.end(DeliveryState.DELIVERED, gmail_message_id=...)    # or work.postpone(...), work.park(...)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from portal import metrics
from portal.errors import InvalidInput
from portal.holds import HoldLost
from portal.leases import claim
from routing.inbound.models import OPEN_STATES, DeliveryState, InboundDelivery, InboundDeliveryEvent
from routing.inbound.reasons import Reason
from routing.rules.definition import Action, ActionKind
from routing.rules.reading import read_action

if TYPE_CHECKING:
    from collections.abc import Iterable

LEASE_S = 180
MAX_CLAIMS = 8  # by workers that died over it
FIRST_RETRY_S = 15
LONGEST_RETRY_S = 3600
MAX_DETAIL_CHARS = 500


@dataclass(frozen=True, slots=True)
class Work:
    """A delivery that is ours. `delivery.message` is loaded."""

    delivery: InboundDelivery
    token: str

    @property
    def action(self) -> Action:
        """What is to be done, as the rule said when the mail came."""
        return read_action(self.delivery.options)

    def attempted(self) -> None:
        """Count an attempt before the service outside is called, and extend the lease. Raises HoldLost.

        Where a worker dies after this, the next one finds `delivery.is_attempted` set: the outcome is not known.
        """
        until = Now() + timedelta(seconds=LEASE_S)
        self._update(attempts=F("attempts") + 1, is_attempted=True, lease_until=until)
        self.delivery.attempts += 1

    def end(self, state: DeliveryState, reason: Reason = Reason.NONE, *, detail: str = "", **ids: str) -> None:
        """Leave it in `state`. `ids`: gmail_message_id, provider_id. Raises HoldLost."""
        self._leave(state, reason, detail, retry_in_s=None, finished_at=timezone.now(), **ids)

    def postpone(self, reason: Reason, *, detail: str = "", retry_in_s: float | None = None) -> None:
        """Give it back, due again after `retry_in_s` or a delay that grows with its attempts. Raises HoldLost."""
        wait_s = retry_delay_s(self.delivery.attempts) if retry_in_s is None else retry_in_s
        self._leave(DeliveryState.PENDING, reason, detail, retry_in_s=wait_s)

    def park(self, reason: Reason, *, detail: str = "") -> None:
        """Set it aside until its destination works again; see `unpark`. Raises HoldLost."""
        self._leave(DeliveryState.PARKED, reason, detail, retry_in_s=None)

    def _leave(
        self, state: DeliveryState, reason: Reason, detail: str, *, retry_in_s: float | None, **changes: Any
    ) -> None:
        retry_at = None if retry_in_s is None else Now() + timedelta(seconds=retry_in_s)
        with transaction.atomic():
            self._update(
                state=state,
                reason=reason.value,
                detail=detail[:MAX_DETAIL_CHARS],
                lease_token="",
                lease_until=None,
                retry_at=retry_at,
                claim_count=0,
                is_attempted=False,
                **changes,
            )
            write_step(self.delivery, state, reason, detail=detail)
        metrics.count(f"inbound.{state.value}_count", 1)

    def _update(self, **changes: Any) -> None:
        rows = InboundDelivery.objects.filter(pk=self.delivery.pk, lease_token=self.token)
        if rows.update(changed_at=timezone.now(), **changes) != 1:
            raise HoldLost


def take(delivery_id: int, action: ActionKind) -> Work | None:
    """Claim a delivery that is due; None when there is nothing to do for us.

    One over which too many workers died ends as failed.
    """
    rows = InboundDelivery.objects.filter(pk=delivery_id, action=action.value)
    token = claim(rows.filter(state__in=OPEN_STATES), lease_s=LEASE_S)
    if token is None:
        return None
    rows.filter(lease_token=token).update(state=DeliveryState.UNDER_WAY, claim_count=F("claim_count") + 1)
    work = Work(rows.select_related("message").get(), token)
    if work.delivery.claim_count > MAX_CLAIMS:
        work.end(DeliveryState.FAILED, Reason.KEPT_STOPPING)
        return None
    try:
        read_action(work.delivery.options)
    except InvalidInput as error:
        work.end(DeliveryState.FAILED, Reason.NOT_CONFIGURED, detail=str(error))
        return None
    return work


def write_step(
    delivery: InboundDelivery, state: DeliveryState, reason: Reason, *, detail: str = "", actor: Any = None
) -> None:
    """Append to the history of a delivery."""
    InboundDeliveryEvent.objects.create(
        delivery=delivery,
        state=state,
        reason=reason.value,
        detail=detail[:MAX_DETAIL_CHARS],
        attempt=delivery.attempts,
        actor=actor,
    )


def retry_delay_s(attempts: int) -> float:
    """15 s, 30 s, 1 min ... at most an hour."""
    return min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** max(0, attempts - 1))


def append_steps(deliveries: Iterable[InboundDelivery]) -> None:
    """The first step of each."""
    InboundDeliveryEvent.objects.bulk_create(
        InboundDeliveryEvent(delivery=delivery, state=delivery.state, reason=delivery.reason) for delivery in deliveries
    )
