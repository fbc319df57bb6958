"""The mark outside of the database: how far the installation had come, where no restore of the database reaches."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from portal.aws import sqs
from portal.errors import Unavailable
from portal.queues import QueueName, full_name

TAG = "postroom-generation"
FILE = "generation.mark"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark; the highest ids tell which numbers a lost stretch of time may have used."""

    installation_key: str
    counter: int
    at: datetime  # UTC
    delivery_id: int = 0
    attempt_id: int = 0

    def as_text(self) -> str:
        """In the characters that a tag of a queue may have."""
        return (
            f"key={self.installation_key} counter={self.counter} at={self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} "
            f"delivery={self.delivery_id} attempt={self.attempt_id}"
        )


def mark_from(text: str) -> Mark | None:
    """None where there is none, or nothing that was written by us."""
    parts = dict(part.split("=", 1) for part in text.split() if "=" in part)
    try:
        return Mark(
            installation_key=parts["key"],
            counter=int(parts["counter"]),
            at=datetime.strptime(parts["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
            delivery_id=int(parts.get("delivery", 0)),
            attempt_id=int(parts.get("attempt", 0)),
        )
    except (KeyError, ValueError):
        return None


def read_mark() -> Mark | None:
    """The mark as it stands outside; None where there is none. Raises OutsideError. Not inside a transaction."""
    if settings.GENERATION_MARK == "queue":
        return mark_from(sqs.read_tag(_queue(), TAG))
    try:
        return mark_from((settings.DATA_DIR / FILE).read_text())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unavailable(str(error), service="disk") from error


def write_mark(mark: Mark) -> None:
    """Put the mark in place of the one before. Raises OutsideError. Not inside a transaction."""
    if settings.GENERATION_MARK == "queue":
        sqs.write_tag(_queue(), TAG, mark.as_text())
        return
    path = settings.DATA_DIR / FILE
    beside = path.with_suffix(f".{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(mark.as_text())
        beside.replace(path)
    except OSError as error:
        raise Unavailable(str(error), service="disk") from error


def _queue() -> str:
    return full_name(settings.QUEUE_PREFIX, QueueName.MAINTENANCE)
