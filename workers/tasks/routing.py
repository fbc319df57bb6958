"""Tasks of mail that came in: each wakes one service with ids; running one twice changes nothing."""

from __future__ import annotations

from portal.publish import producer
from portal.queues import TaskName
from routing.actions.bounce import bounce_mail
from routing.actions.forward import forward_mail
from routing.actions.webhook import post_mail
from routing.canary.services import keep_canary
from routing.inbound.router import route_messages
from workers.task_base import PostroomTask


@producer.task(name=TaskName.ROUTE_MESSAGE.value, base=PostroomTask)
def route_message(*, message_id: int) -> None:
    """Harmless twice: a message leaves `received` in the transaction that writes its deliveries."""
    route_messages([message_id])


@producer.task(name=TaskName.SEND_BOUNCE.value, base=PostroomTask)
def send_bounce(*, delivery_id: int) -> None:
    """Harmless twice: the delivery is claimed, and attempted once."""
    bounce_mail(delivery_id)


@producer.task(name=TaskName.FORWARD_MAIL.value, base=PostroomTask)
def forward(*, delivery_id: int) -> None:
    """Harmless twice: the delivery is claimed, and attempted once."""
    forward_mail(delivery_id)


@producer.task(name=TaskName.POST_MAIL.value, base=PostroomTask)
def post(*, delivery_id: int) -> None:
    """Harmless twice: the delivery is claimed, and its receiver knows the id."""
    post_mail(delivery_id)


@producer.task(name=TaskName.KEEP_CANARY.value, base=PostroomTask)
def keep_test_mail(**_ids: int) -> None:
    """Harmless twice: each turn has one row, and a row is sent by whoever claims it."""
    keep_canary()
