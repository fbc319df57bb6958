"""Tasks of Gmail accounts and of the consents behind them."""

from __future__ import annotations

from credentials.grants.services import check_due_grants
from portal.publish import producer
from portal.queues import TaskName
from routing.gmail.deliver import deliver_to_gmail
from routing.gmail.drain import drain_mailbox, sweep_parked
from workers.task_base import PostroomTask


@producer.task(name=TaskName.DELIVER_TO_GMAIL.value, base=PostroomTask)
def deliver_mail_to_gmail(*, delivery_id: int, **_ids: int) -> None:
    """Harmless twice: the delivery is claimed by one worker, and Gmail is asked what became of earlier tries."""
    deliver_to_gmail(delivery_id)


@producer.task(name=TaskName.DRAIN_GMAIL.value, base=PostroomTask)
def drain_gmail(*, mailbox_id: int, **_ids: int) -> None:
    """Harmless twice: one worker at a time has the mailbox, and each delivery is claimed."""
    drain_mailbox(mailbox_id)


@producer.task(name=TaskName.CHECK_GRANTS.value, base=PostroomTask)
def check_grants(**_ids: int) -> None:
    """Harmless twice: each consent is looked at when its turn has come, by one worker at a time."""
    check_due_grants()
    sweep_parked()
