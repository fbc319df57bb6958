"""The task of contact forms; it calls one service, which says why a second run is harmless."""

from __future__ import annotations

from campaigns.forms.mailing import mail_waiting
from portal.publish import producer
from portal.queues import TaskName
from workers.task_base import PostroomTask


@producer.task(name=TaskName.MAIL_FORM_MESSAGES.value, base=PostroomTask)
def mail_form_messages(**_ids: int) -> None:
    """Harmless twice: each mail is asked for once."""
    mail_waiting()
