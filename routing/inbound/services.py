"""What people do with mail that came in: release, deliver again or elsewhere, give up; and letting go what was parked."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput, OutsideError
from routing.inbound.dispatch import TASKS, publish_deliveries
from routing.inbound.headers import Header
from routing.inbound.models import DeliveryState, InboundDelivery, InboundMessage
from routing.inbound.raw import headers_of, whole_headers
from routing.inbound.reasons import Reason
from routing.inbound.router import decide_message, new_delivery
from routing.inbound.work import write_step
from routing.rules.decide import Decision, Facts, decide
from routing.rules.definition import Action, ActionKind, Choice
from routing.rules.destinations import require_no_loop
from routing.rules.load import load_rules
from routing.rules.reading import action_json, choices_json, read_choices

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

UNPARK_BATCH = 500
MAY_GO_AGAIN = frozenset(DeliveryState) - {DeliveryState.PENDING, DeliveryState.UNDER_WAY}
MAY_BE_GIVEN_UP = frozenset(
    {
        DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.PARKED, DeliveryState.FAILED, DeliveryState.UNCERTAIN,
    }
)  # fmt: skip


def release(delivery_ids: Sequence[int], *, actor: User | None) -> int:
    """Let held mail go; returns how many went.

    What was held as a loop does what its rule says after all. What a rule or the default route holds is decided again
    by the rules as they are now; where they still say “hold”, it stays. Raises Conflict when S3, which has headers that
    the row has not, does not answer.
    """
    headers = _headers_for(delivery_ids)
    with transaction.atomic():
        rows = _locked(delivery_ids).filter(state=DeliveryState.HELD)
        gone = [delivery for delivery in rows if _released(delivery, headers, actor)]
        _record("inbound.released", gone, actor)
    return len(gone)


def _headers_for(delivery_ids: Sequence[int]) -> dict[int, tuple[Header, ...]]:
    cut_off = InboundMessage.objects.filter(deliveries__in=list(delivery_ids), headers_truncated=True).distinct()
    try:
        return whole_headers(cut_off)
    except OutsideError as error:
        raise Conflict(_("The bucket that has the whole mail does not answer. Try again in a moment.")) from error


def _released(delivery: InboundDelivery, headers: Mapping[int, tuple[Header, ...]], actor: User | None) -> bool:
    if delivery.action != ActionKind.HOLD.value:
        _start(delivery, Reason.RELEASED, actor)
        return True
    message = delivery.message
    rules = load_rules([delivery.recipient])
    known = headers.get(message.pk) or headers_of(message)
    decisions = decide_message(message, rules, headers=known, size_bytes=message.size_bytes)
    decision = next((each for each in decisions if each.recipient.key == delivery.recipient), None)
    if decision is None or any(action.kind is ActionKind.HOLD for action in decision.actions):
        return False
    for action in decision.actions:
        _deliver(message, decision, action, actor)
    _finish(delivery, DeliveryState.STORED, Reason.RELEASED, actor)
    return True


def deliver_again(delivery_ids: Sequence[int], *, actor: User | None) -> int:
    """Do once more what was done or failed; returns how many. Raises Conflict when the raw mail is gone.

    Store, drop and hold have nothing to do again and are passed over.
    """
    with transaction.atomic():
        rows = [row for row in _locked(delivery_ids).filter(state__in=MAY_GO_AGAIN) if ActionKind(row.action) in TASKS]
        for row in rows:
            require_raw(row.message)
            _start(row, Reason.AGAIN, actor)
        _record("inbound.delivered_again", rows, actor)
    return len(rows)


def deliver_to(message_id: int, recipient: str, action: Action, *, actor: User | None) -> InboundDelivery:
    """Deliver a message somewhere that no rule named. Raises Conflict when its raw mail is gone, InvalidInput."""
    read_choices(choices_json([Choice((), (action,))]))
    require_no_loop([Choice((), (action,))])
    with transaction.atomic():
        message = InboundMessage.objects.select_for_update().get(pk=message_id)
        require_raw(message)
        decision = decide({}, recipient, Facts())
        delivery = _deliver(message, decision, action, actor)
        _record("inbound.delivered_elsewhere", [delivery], actor)
    return delivery


def give_up(delivery_ids: Sequence[int], *, actor: User | None) -> int:
    """Drop what waits, is held or failed; its raw mail may then go. Returns how many."""
    with transaction.atomic():
        rows = list(_locked(delivery_ids).filter(state__in=MAY_BE_GIVEN_UP))
        for row in rows:
            _finish(row, DeliveryState.DROPPED, Reason.SKIPPED, actor)
        _record("inbound.given_up", rows, actor)
    return len(rows)


def unpark(action: ActionKind, destination: str) -> int:
    """Let everything go that was parked for a destination, the oldest first; returns how many. Harmless to repeat.

    A part gets its hints at once; the sweep publishes the rest.
    """
    count = 0
    while True:
        with transaction.atomic():
            parked = InboundDelivery.objects.filter(
                action=action.value, destination=destination, state=DeliveryState.PARKED
            )
            rows = list(parked.select_for_update().order_by("pk")[:UNPARK_BATCH])
            for row in rows:
                _start(row, Reason.NONE, None)
        count += len(rows)
        if len(rows) < UNPARK_BATCH:
            return count


def require_raw(message: InboundMessage) -> None:
    """Raises Conflict when the raw mail is not there any more."""
    if message.raw != InboundMessage.Raw.KEPT:
        raise Conflict(_("The raw mail is not kept any more: it cannot be delivered again."))


def _locked(delivery_ids: Iterable[int]) -> QuerySet[InboundDelivery]:
    rows = InboundDelivery.objects.filter(pk__in=list(delivery_ids)).select_related("message")
    return rows.select_for_update(of=("self",)).order_by("pk")


def _deliver(message: InboundMessage, decision: Decision, action: Action, actor: User | None) -> InboundDelivery:
    """A new delivery, or the one that there is already, begun anew."""
    fresh = new_delivery(message, decision, action)
    if ActionKind(action.kind) not in TASKS and action.kind is ActionKind.HOLD:
        raise InvalidInput(_("It is held already."))
    delivery, is_new = InboundDelivery.objects.get_or_create(
        message=message,
        recipient=fresh.recipient,
        action=fresh.action,
        destination=fresh.destination,
        defaults={
            "options": fresh.options,
            "state": fresh.state,
            "reason": fresh.reason,
            "rule_id": fresh.rule_id,
            "rule_key": fresh.rule_key,
            "finished_at": fresh.finished_at,
        },
    )
    if is_new:
        write_step(delivery, DeliveryState(delivery.state), Reason.RELEASED, actor=actor)
        publish_deliveries([delivery])
    elif delivery.state in MAY_GO_AGAIN and action.kind in TASKS:
        delivery.options = action_json(action)
        _start(delivery, Reason.AGAIN, actor)
    return delivery


def _start(delivery: InboundDelivery, reason: Reason, actor: User | None) -> None:
    delivery.state, delivery.reason, delivery.detail = DeliveryState.PENDING, reason.value, ""
    delivery.retry_at, delivery.lease_until, delivery.lease_token = None, None, ""
    delivery.is_attempted, delivery.claim_count, delivery.finished_at = False, 0, None
    delivery.wanted_at = delivery.hinted_at = timezone.now()
    delivery.save()
    write_step(delivery, DeliveryState.PENDING, reason, actor=actor)
    publish_deliveries([delivery])


def _finish(delivery: InboundDelivery, state: DeliveryState, reason: Reason, actor: User | None) -> None:
    delivery.state, delivery.reason, delivery.detail = state, reason.value, ""
    delivery.retry_at, delivery.lease_until, delivery.lease_token = None, None, ""
    delivery.finished_at = timezone.now()
    delivery.save()
    write_step(delivery, state, reason, actor=actor)


def _record(verb: str, rows: Sequence[InboundDelivery], actor: User | None) -> None:
    if rows:
        record_activity(verb, actor=actor, label=f"#{rows[0].message_id}", count=len(rows))
