"""How many are in a segment, and a few of them, in bounded time: a screen must not wait for a hard question."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.segments.definition import read_stored
from campaigns.segments.models import Segment
from campaigns.segments.people import everybody_in, people_in
from campaigns.segments.planner import by_reading_all, without_jit
from portal.paging import COUNT_LIMIT
from portal.wording import format_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.audience.models import Contact
    from campaigns.segments.definition import Group

WHILE_TYPING_S = 2.0
FALLBACK_S = 1.0
ON_REQUEST_S = 20.0
SAMPLE_COUNT = 10
_SQLITE_STEPS = 20_000  # virtual machine steps between two looks at the clock


class TooLongError(Exception):
    """The database did not answer within the time given."""


@dataclass(frozen=True, slots=True)
class PeopleCount:
    """`count` people, or more than that where not `is_exact`; None when even this could not be found in time."""

    count: int | None
    is_exact: bool = True

    @property
    def text(self) -> str:
        """1,204, "more than 10,000", or that it takes too long."""
        if self.count is None:
            return _("too many to look through while you write")
        return format_count(self.count) if self.is_exact else _("more than %s") % format_count(self.count)


@contextmanager
def answered_within(seconds: float) -> Iterator[None]:
    """Let the statements of the block run no longer than this each. Raises TooLongError."""
    bound = _postgresql_bound if connection.vendor == "postgresql" else _sqlite_bound
    try:
        with bound(seconds):
            yield
    except OperationalError as error:
        if not _was_stopped(error):
            raise
        raise TooLongError from error


@contextmanager
def _postgresql_bound(seconds: float) -> Iterator[None]:
    with transaction.atomic():
        without_jit()
        with connection.cursor() as cursor:
            limit_ms = max(1, int(seconds * 1000))  # 0 would be no limit
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(limit_ms)])
        yield
        with connection.cursor() as cursor:  # for whatever the transaction around it does next
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")


@contextmanager
def _sqlite_bound(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    deadline_s = time.monotonic() + seconds
    raw = connection.connection
    raw.set_progress_handler(lambda: time.monotonic() > deadline_s, _SQLITE_STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


def _was_stopped(error: OperationalError) -> bool:
    cause = error.__cause__
    return getattr(cause, "sqlstate", "") == "57014" or getattr(cause, "sqlite_errorname", "") == "SQLITE_INTERRUPT"


def count_while_typing(group: Group) -> PeopleCount:
    """The exact count, or else whether there are more than COUNT_LIMIT; at most three seconds."""
    people = people_in(group, now=timezone.now()).order_by()
    try:
        with answered_within(WHILE_TYPING_S):
            return PeopleCount(count_all(group))
    except TooLongError:
        pass
    try:
        with answered_within(FALLBACK_S):
            found = people[: COUNT_LIMIT + 1].count()
    except TooLongError:
        return PeopleCount(None)
    return PeopleCount(min(found, COUNT_LIMIT), is_exact=found <= COUNT_LIMIT)


def count_all(group: Group) -> int:
    """Count everybody of a segment; call it within `answered_within`."""
    by_reading_all()
    return everybody_in(group, now=timezone.now()).count()


def sample(group: Group) -> list[Contact]:
    """The newest ten; none when they cannot be found in time."""
    try:
        with answered_within(FALLBACK_S):
            return list(people_in(group, now=timezone.now()).order_by("-pk")[:SAMPLE_COUNT])
    except TooLongError:
        return []


def count_segment(segment: Segment, *, within_s: float = ON_REQUEST_S) -> None:
    """Count the people now and keep the count with its time. Raises TooLongError, then the old count stays."""
    with answered_within(within_s):
        segment.people_count = count_all(read_stored(segment.definition))
    segment.counted_at = timezone.now()
    Segment.objects.filter(pk=segment.pk).update(people_count=segment.people_count, counted_at=segment.counted_at)
