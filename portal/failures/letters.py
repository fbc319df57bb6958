"""Looking at dead-letter queues without changing them: how much lies there, and what."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings

from portal.aws import sqs
from portal.errors import OutsideError
from portal.failures.bodies import read_letter
from portal.failures.models import FailedMessage
from portal.queues import QUEUES, Feed, full_name

if TYPE_CHECKING:
    from portal.failures.bodies import Letter
    from portal.queues import Queue

logger = logging.getLogger(__name__)

LOOKED_AT = 50
HIDDEN_S = 20


@dataclass(frozen=True, slots=True)
class SeenLetter:
    """A message in a DLQ, and why it is there; `failure` is None where no reason was written down."""

    letter: Letter
    sent_at: datetime | None  # when it was first sent
    size_bytes: int
    failure: FailedMessage | None


def dead_letter_counts() -> dict[str, int]:
    """How many lie in each DLQ, by queue; {} where SQS cannot be asked."""
    if not settings.CELERY_BROKER_URL.startswith("sqs"):
        return {}
    try:
        return {queue.name: sqs.waiting_count(_dlq(queue)) for queue in QUEUES.values()}
    except OutsideError as error:
        logger.warning("failures.queues_unknown", extra={"error": str(error)})
        return {}


def look_at(queue: Queue) -> list[SeenLetter]:
    """The first messages of its DLQ, oldest first; hidden while they are read, then put back. Raises OutsideError."""
    messages: list[sqs.Message] = []
    if not settings.CELERY_BROKER_URL.startswith("sqs"):
        return []
    while len(messages) < LOOKED_AT:
        more = sqs.receive(_dlq(queue), wait_s=0, hidden_s=HIDDEN_S)
        if not more:
            break
        messages += more
    sqs.hide(_dlq(queue), messages, for_s=0)
    letters = [(read_letter(message.body, is_hint=queue.feed is Feed.TASKS), message) for message in messages]
    keys = {letter.key for letter, _message in letters}
    known = FailedMessage.objects.filter(queue=queue.name, message_key__in=keys)
    failures = {row.message_key: row for row in known}
    seen = [
        SeenLetter(letter, _moment(message.sent_at_ms), len(message.body.encode()), failures.get(letter.key))
        for letter, message in letters
    ]
    return sorted(seen, key=lambda each: (each.sent_at is None, each.sent_at or datetime.max.replace(tzinfo=UTC)))


def _dlq(queue: Queue) -> str:
    return full_name(settings.QUEUE_PREFIX, queue.dlq_name)


def _moment(sent_at_ms: int) -> datetime | None:
    return datetime.fromtimestamp(sent_at_ms / 1000, UTC) if sent_at_ms else None
