"""Writing down why a message failed, and forgetting it when it succeeds later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.db.models import F
from django.utils import timezone

from portal.failures.bodies import Letter, cause_key, redacted
from portal.failures.models import FailedMessage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.queues import Queue

State = FailedMessage.State
KEYS_PER_QUERY = 500
KEPT_FOR = timedelta(days=15)  # SQS keeps a message for 14 days


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a handler could not take a message."""

    error_class: str
    text: str

    @classmethod
    def of(cls, error: Exception) -> Cause:
        return cls(type(error).__name__[:80], redacted(str(error)) or type(error).__name__)


def note_failure(queue: Queue, letter: Letter, cause: Cause, *, receive_count: int) -> None:
    """Write the reason down, one row for each message; at its last receive it counts as put aside."""
    now = timezone.now()
    seen = {
        "what": letter.what,
        "ids": letter.ids,
        "error_class": cause.error_class,
        "error": redacted(cause.text),
        "cause_key": cause_key(letter.what, cause.error_class, cause.text),
        "state": State.PUT_ASIDE if receive_count >= queue.max_receives else State.RETRYING,
        "last_failed_at": now,
    }
    row, is_new = FailedMessage.objects.get_or_create(
        queue=queue.name, message_key=letter.key, defaults={**seen, "failure_count": 1, "first_failed_at": now}
    )
    if not is_new:
        FailedMessage.objects.filter(pk=row.pk).update(**seen, failure_count=F("failure_count") + 1)


def forget_failures(queue: Queue, keys: Iterable[str]) -> int:
    """They have succeeded; returns how many had failed before. Cheap where nothing has."""
    rows = FailedMessage.objects.filter(queue=queue.name)
    if not rows.exists():
        return 0
    wanted = list(keys)
    parts = (wanted[start : start + KEYS_PER_QUERY] for start in range(0, len(wanted), KEYS_PER_QUERY))
    return sum(rows.filter(message_key__in=part).delete()[0] for part in parts)


def forget_success(queue: Queue, key: str) -> None:
    """As forget_failures for one; asks before it writes, since nearly every message succeeds at once."""
    row = FailedMessage.objects.filter(queue=queue.name, message_key=key)
    if row.exists():
        row.delete()


def forget_old_failures() -> int:
    """Forget what SQS no longer keeps either; returns how many."""
    limit = timezone.now() - KEPT_FOR
    return FailedMessage.objects.filter(last_failed_at__lt=limit).delete()[0]


def is_database_away() -> bool:
    """Whether the database itself cannot be asked: then no message is to blame."""
    if connection.in_atomic_block:
        return False
    try:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return True
    return False
