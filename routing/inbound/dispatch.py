"""Which task carries out which action. An action without one ends with the routing itself (store, drop, hold)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from portal.publish import publish
from portal.queues import TaskName
from routing.rules.definition import ActionKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.inbound.models import InboundDelivery

# Each task takes `delivery_id` and wakes the action's handler, which claims the row: twice is harmless.
TASKS: Final[dict[ActionKind, TaskName]] = {
    ActionKind.GMAIL: TaskName.DELIVER_TO_GMAIL,
    ActionKind.BOUNCE: TaskName.SEND_BOUNCE,
    ActionKind.FORWARD: TaskName.FORWARD_MAIL,
    ActionKind.WEBHOOK: TaskName.POST_MAIL,
}


def publish_deliveries(deliveries: Iterable[InboundDelivery]) -> None:
    """Publish a hint for each, once the open transaction commits."""
    for delivery in deliveries:
        publish_delivery(delivery.pk, delivery.action)


def publish_delivery(delivery_id: int, action: str) -> None:
    """Publish a hint for one delivery, once the open transaction commits."""
    task = TASKS.get(ActionKind(action))
    if task is not None:
        publish(task, delivery_id=delivery_id)
