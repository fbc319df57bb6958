"""The two places where things fail, as the redrive sees them: a dead-letter queue, or the rows of one source."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from portal.aws import sqs
from portal.errors import Conflict
from portal.failures.bodies import read_letter
from portal.failures.models import FailedMessage, Redrive
from portal.failures.sources import SOURCES, RowState
from portal.queues import QUEUES, Feed, QueueName, full_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from portal.failures.bodies import Letter

HIDDEN_S = 60  # longer than one turn; what a killed turn held is shown again before its lease has run out
MOST_MET = 5_000  # messages passed over in one turn
LONG_POLL_S = 1  # asks all of SQS's servers: a short poll may find nothing where something is


class Outcome(StrEnum):
    """How the one went that was tried first."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Lane(Protocol):
    """What the steps of a redrive do outside of its own row. Each call may be the second after a crash."""

    def choose(self) -> str:
        """Key of one to be tried first; "" when there is none."""

    def try_one(self, key: str) -> bool:
        """Give that one back; False when it is not there at the moment."""

    def settle_one(self, key: str) -> None:
        """Tidy up after it was noted that it was given back."""

    def outcome(self, key: str) -> Outcome: ...

    def problem(self, key: str) -> str:
        """Why it failed again, in plain words."""

    def move_some(self) -> int:
        """Deal with some of the rest; 0 when nothing is left."""


def lane_of(redrive: Redrive) -> Lane:
    """The place that a redrive is about. Raises Conflict when rows there cannot be tried again."""
    return QueueLane(redrive) if redrive.queue_name else RowLane(redrive)


class QueueLane:
    """Messages from a DLQ back to their queue: sent, then deleted, so that a crash doubles a hint and loses none."""

    def __init__(self, redrive: Redrive) -> None:
        self._redrive = redrive
        self._queue = QUEUES[QueueName(redrive.queue_name)]
        self._name = full_name(settings.QUEUE_PREFIX, self._queue.name)
        self._dlq_name = full_name(settings.QUEUE_PREFIX, self._queue.dlq_name)

    def choose(self) -> str:
        found, others = self._scan(self._meant, most=1)
        self._show_again(found + others)
        return self._letter(found[0]).key if found else ""

    def try_one(self, key: str) -> bool:
        found, others = self._scan(lambda keys: keys & {key}, most=1)
        self._show_again(others)
        for message in found:
            self._mark_trying(message)
            sqs.send(self._name, message.body)
        self._show_again(found)  # deleted once it is noted that it was sent
        return bool(found)

    def settle_one(self, key: str) -> None:
        if self.outcome(key) is Outcome.FAILED:
            return  # what lies there may be the only one again
        found, others = self._scan(lambda keys: keys & {key}, most=sqs.MAX_BATCH)
        self._show_again(others)
        sqs.delete(self._dlq_name, found)

    def outcome(self, key: str) -> Outcome:
        row = self._rows({key}).first()
        if row is None:
            return Outcome.DONE
        return Outcome.WAITING if row.state == FailedMessage.State.TRYING else Outcome.FAILED

    def problem(self, key: str) -> str:
        row = self._rows({key}).first()
        return f"{row.error_class}: {row.error}" if row else ""

    def move_some(self) -> int:
        """About ten; those that failed again since the redrive began are left where they are.

        What is not meant stays hidden until its time is over, so that the next turn gets past it.
        """
        found, _others = self._scan(self._meant, most=sqs.MAX_BATCH)
        for message in found:
            if self._redrive.deed == Redrive.Deed.AGAIN:
                self._mark_trying(message)
                sqs.send(self._name, message.body)
        sqs.delete(self._dlq_name, found)
        if self._redrive.deed == Redrive.Deed.DISCARD:
            self._rows({self._letter(message).key for message in found}).delete()
        return len(found)

    def _scan(
        self, wanted: Callable[[set[str]], set[str]], *, most: int
    ) -> tuple[list[sqs.Message], list[sqs.Message]]:
        """Go through the DLQ until `most` are found: those, and the others that were met. All are hidden then."""
        found: list[sqs.Message] = []
        others: list[sqs.Message] = []
        while len(found) < most and len(others) < MOST_MET:
            messages = sqs.receive(self._dlq_name, wait_s=LONG_POLL_S, hidden_s=HIDDEN_S)
            if not messages:
                break
            keys = wanted({self._letter(message).key for message in messages})
            for message in messages:
                is_found = len(found) < most + sqs.MAX_BATCH and self._letter(message).key in keys
                (found if is_found else others).append(message)
        self._show_again(found[most:])
        return found[:most], others

    def _show_again(self, messages: list[sqs.Message]) -> None:
        sqs.hide(self._dlq_name, messages, for_s=0)

    def _meant(self, keys: set[str]) -> set[str]:
        """Those of the cause, if there is one, that have not failed again since the redrive was asked for."""
        known = {row.message_key: row for row in self._rows(keys)}
        if self._redrive.cause_key:
            keys = {key for key, row in known.items() if row.cause_key == self._redrive.cause_key}
        began = self._redrive.created_at
        return {key for key in keys if key not in known or known[key].last_failed_at <= began}

    def _rows(self, keys: set[str]) -> QuerySet[FailedMessage]:
        return FailedMessage.objects.filter(queue=self._queue.name, message_key__in=keys)

    def _letter(self, message: sqs.Message) -> Letter:
        return read_letter(message.body, is_hint=self._queue.feed is Feed.TASKS)

    def _mark_trying(self, message: sqs.Message) -> None:
        """Before it is sent: the worker that takes it changes this row again, or removes it."""
        letter, began = self._letter(message), self._redrive.created_at
        state = {"state": FailedMessage.State.TRYING}
        unknown = {"what": letter.what, "ids": letter.ids, "first_failed_at": began, "last_failed_at": began}
        FailedMessage.objects.update_or_create(
            queue=self._queue.name, message_key=letter.key, defaults=state, create_defaults={**unknown, **state}
        )


class RowLane:
    """Failed rows of one source, each tried again by the service that owns it."""

    def __init__(self, redrive: Redrive) -> None:
        self._redrive = redrive
        retry = SOURCES[redrive.place.partition(":")[2]].retry
        if retry is None:
            raise Conflict(_("These cannot be tried again from here."))
        self._retry = retry

    def choose(self) -> str:
        return next((str(pk) for pk in self._ids(1)), "")

    def try_one(self, key: str) -> bool:
        self._try_again(int(key))
        return True

    def settle_one(self, key: str) -> None:
        """Nothing: the row itself says how it stands."""

    def outcome(self, key: str) -> Outcome:
        stands = {RowState.DONE: Outcome.DONE, RowState.FAILED: Outcome.FAILED, RowState.WORKING: Outcome.WAITING}
        return stands[self._retry.state_of(int(key))]

    def problem(self, key: str) -> str:
        return self._retry.problem_of(int(key))

    def move_some(self) -> int:
        """One by one: a row is never tried twice, since the cursor only grows."""
        ids = self._ids(sqs.MAX_BATCH)
        for pk in ids:
            self._try_again(pk)
            self._redrive.cursor = pk
        return len(ids)

    def _ids(self, limit: int) -> list[int]:
        after = max(self._redrive.cursor, int(self._redrive.first_key or 0))
        return self._retry.ids_after(self._redrive.cause_key, after, limit)

    def _try_again(self, pk: int) -> None:
        try:
            self._retry.try_again(pk, self._redrive.requested_by)
        except Conflict:
            return  # it was tried before a crash, or somebody else was quicker
