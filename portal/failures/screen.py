"""What the failures page shows: one line for each cause, from dead-letter queues and from rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.failures.letters import dead_letter_counts
from portal.failures.models import FailedMessage, Redrive
from portal.failures.sources import SOURCES, FailureSource, RowCause

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.contrib.auth.models import User

QUEUE_ICON = "inbox"
TRY_MESSAGES = "portal.change_failedmessage"
DISCARD_MESSAGES = "portal.delete_failedmessage"


@dataclass(frozen=True, slots=True)
class Line:
    """One cause: how many, since when, what to do."""

    place: str  # as in Redrive.place
    cause_key: str
    icon: str
    where: str
    text: str
    cure: str
    count: int
    first_at: datetime | None
    last_at: datetime | None
    url: str
    can_try: bool
    is_busy: bool  # something is being tried there

    @property
    def label(self) -> str:
        return f"{self.where}: {self.text}"[:300]


def lines_for(user: User) -> list[Line]:
    """Every cause that this person may see, the most numerous first."""
    busy = set(Redrive.objects.filter(finished_at=None).values_list("place", flat=True))
    lines = [*_message_lines(user, busy), *_row_lines(user, busy)]
    return sorted(lines, key=lambda line: -line.count)


def find_line(user: User, place: str, cause_key: str) -> Line | None:
    """The line that a button stood in; None when it is gone."""
    return next((line for line in lines_for(user) if (line.place, line.cause_key) == (place, cause_key)), None)


def may_try(user: User, place: str) -> bool:
    """Whether this person may try again what failed there."""
    kind, _colon, name = place.partition(":")
    source = SOURCES.get(name)
    if kind == "queue":
        return user.has_perm(TRY_MESSAGES)
    return bool(source and source.retry and user.has_perm(source.retry.permission))


def _message_lines(user: User, busy: set[str]) -> Iterator[Line]:
    left = dead_letter_counts()
    for queue, cause in _noted_causes():
        left[queue] = left.get(queue, 0) - cause.count
        yield _message_line(user, busy, queue, cause)
    for queue, count in left.items():
        if count > 0:
            text = _("No reason was noted: the worker was stopped each time, or it is being tried at this moment.")
            cure = _("Look at them. Then try them all again: one first.")
            yield _message_line(user, busy, queue, RowCause("", text, cure, count, _queue_url(queue)))


def _noted_causes() -> Iterator[tuple[str, RowCause]]:
    put_aside = FailedMessage.objects.filter(state=FailedMessage.State.PUT_ASIDE)
    groups = put_aside.values("queue", "cause_key").annotate(
        count=Count("pk"), first=Min("first_failed_at"), last=Max("last_failed_at"), newest=Max("pk")
    )
    newest = FailedMessage.objects.in_bulk({group["newest"] for group in groups})
    for group in groups:
        row = newest[group["newest"]]
        text = f"{row.what or _('Not readable')}: {row.error}"
        yield (
            row.queue,
            RowCause(
                row.cause_key, text, cure_of(row), group["count"], _queue_url(row.queue), group["first"], group["last"]
            ),
        )


def _queue_url(queue: str) -> str:
    return reverse("admin:failures_queue", args=[queue])


def _message_line(user: User, busy: set[str], queue: str, cause: RowCause) -> Line:
    place = f"queue:{queue}"
    where = _("Queue %s") % queue
    return Line(
        place, cause.key, QUEUE_ICON, where, cause.text, cause.cure, cause.count, cause.first_at, cause.last_at,
        cause.url, user.has_perm(TRY_MESSAGES), place in busy,
    )  # fmt: skip


def cure_of(row: FailedMessage) -> str:
    """What to do about a message, in plain words."""
    if row.error_class == "Unreadable":
        return _("It is no message of Postroom. Look who writes to the queue, then discard it.")
    if row.error_class == "UnknownTask":
        return _("Another version of Postroom wrote it. Bring the workers up to date, then try again.")
    return _("Look at the reason and see to it. Then try again: one first, the rest when that went well.")


def _row_lines(user: User, busy: set[str]) -> Iterator[Line]:
    for source in SOURCES.values():
        if user.has_perm(source.permission):
            for cause in source.causes():
                yield _row_line(user, busy, source, cause)


def _row_line(user: User, busy: set[str], source: FailureSource, cause: RowCause) -> Line:
    place = f"rows:{source.code}"
    return Line(
        place, cause.key, source.icon, str(source.label), cause.text, cause.cure, cause.count, cause.first_at,
        cause.last_at, cause.url, cause.can_try and may_try(user, place), place in busy,
    )  # fmt: skip
