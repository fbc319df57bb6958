"""Hands what AWS services wrote to the service of its queue: for the consumer, and for the functions on Lambda.

Django must be set up before.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError

from campaigns.importing.drops import receive_upload_events
from campaigns.sending.events import apply_events
from portal.failures.notes import is_database_away
from portal.queues import Feed
from routing.inbound.receive import receive_notifications
from workers.failed import forget_events, refuse_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.aws import sqs
    from portal.queues import Queue

logger = logging.getLogger(__name__)


def _apply_ses_events(bodies: list[str]) -> None:
    """Raises what kept mail of others from being counted: the bodies come again, and what they told before counts once."""
    report = apply_events(bodies)
    if report.others_error is not None:
        raise report.others_error


SERVICES: dict[Feed, Callable[[list[str]], object]] = {
    Feed.SES_EVENTS: _apply_ses_events,
    Feed.S3_EVENTS: receive_upload_events,
    Feed.INBOUND: receive_notifications,
}


def is_outage(error: Exception) -> bool:
    """Whether the database is away: an error of that kind may be a message's own as well, such as one too large to index."""
    return isinstance(error, OperationalError | InterfaceError) and is_database_away()


def serve_messages(queue: Queue, messages: list[sqs.Message]) -> list[sqs.Message]:
    """Hand the messages to the service; returns those to acknowledge.

    Raises what the service raises when there is but one, or in an outage of the database.
    """
    service = SERVICES[queue.feed]
    try:
        service([message.body for message in messages])
    except Exception as error:
        if is_outage(error):
            raise
        if len(messages) == 1:
            refuse_event(queue, messages[0], error)
            raise
        # One of them is to blame: alone it goes to the DLQ, together it would take the others along.
        logger.warning("feed.one_by_one", extra={"queue": queue.name, "error": str(error)})
        messages = [message for message in messages if _is_served(queue, message)]
    forget_events(queue, messages)
    return messages


def _is_served(queue: Queue, message: sqs.Message) -> bool:
    try:
        SERVICES[queue.feed]([message.body])
    except Exception as error:
        if is_outage(error):
            raise
        logger.exception("feed.refused", extra={"queue": queue.name, "sqs_message_id": message.message_id})
        refuse_event(queue, message, error)
        return False
    return True
