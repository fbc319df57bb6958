"""Noticing a restored or copied database, and holding everything that sends until an owner confirms.

The database counts up; each count is then marked outside. So the database is never behind its mark unless it was put
back, and a database without its own mark was carried to another place.
"""

from __future__ import annotations

import logging
import uuid
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.activity import record_activity
from portal.alerts.services import clear_alert, raise_alert
from portal.errors import Conflict, InvalidInput, OutsideError
from portal.generation.mark import Mark, read_mark, write_mark
from portal.generation.memory import memory
from portal.generation.models import Generation
from portal.models import Activity
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

ALERT = "installation.restored"
JUMP = 1000  # of the counter when a hold ends: ahead of whatever the mark or another process may know


class Cause(StrEnum):
    """Why an installation is held."""

    BEHIND = "behind"  # the mark outside is further on: a backup was restored
    FOREIGN = "foreign"  # the mark outside is another installation's: this is a copy in its place
    NO_MARK = "no-mark"  # it was marked before, and here is no mark: this is a copy in a new place


class Facts(TypedDict):
    """What was compared, for the page."""

    counter: int
    database_at: str  # ISO; when the restored database was advanced last: about when the backup was made
    mark_counter: int
    mark_at: str  # ISO; how far the installation had come; "" where there is no mark
    mark_delivery_id: int
    mark_attempt_id: int


def is_held() -> bool:
    """Whether nothing may be sent. One row by key, no call: for every claim of work that sends.

    Notices by itself when the database was put back under this process.
    """
    row = Generation.objects.first()
    if row is not None and row.held_since is not None:
        memory.forget()  # it stands in the row now; when the hold ends this process begins anew
        return True
    if memory.is_behind(row.installation_key if row else "", row.counter if row else 0):
        _hold(row, Cause.BEHIND, None)
        return True
    if row is not None:
        memory.note(row.installation_key, row.counter)
    return False


def compare_once() -> bool:
    """Compare with the mark outside, unless this process has done so; False while that cannot be done.

    A process that has never compared sends nothing: for the begin of every task, outside of transactions.
    """
    if memory.is_compared:
        return True
    try:
        compare()
    except OutsideError as error:
        logger.warning("generation.unknown", extra={"error": str(error)})
        return False
    return True


def compare() -> bool:
    """Compare the database with the mark outside and hold when they differ; True when all is well.

    Raises OutsideError. The mark is read first: whoever advances meanwhile commits before marking, so the database is
    at least as far as any mark that was read before it.
    """
    mark = read_mark()
    row = Generation.objects.first()
    cause = _difference(row, mark)
    if cause is Cause.NO_MARK:  # another process may have made the first one in between: it stands before `is_marked`
        mark = read_mark()
        cause = _difference(row, mark)
    if cause is not None and (row is None or row.held_since is None):
        _hold(row, cause, mark)
    is_well = not is_held()
    memory.is_compared = True
    return is_well


def advance(*, delivery_id: int, attempt_id: int) -> None:
    """Count one on and mark it outside, with the highest ids in use. Raises OutsideError.

    For the sweep, after `compare`. Does nothing while held.
    """
    row = _advanced()
    if row is None:
        return
    memory.note(row.installation_key, row.counter)
    write_mark(Mark(row.installation_key, row.counter, timezone.now(), delivery_id, attempt_id))
    if not row.is_marked:
        Generation.objects.filter(pk=row.pk).update(is_marked=True)


def ask_to_go_on(*, actor: User, reason: str) -> None:
    """An owner's word that this installation may send; what may have left meanwhile is settled first, by a task.

    Raises InvalidInput without a reason, Conflict when nothing is held or somebody was faster.
    """
    if not reason.strip():
        raise InvalidInput(_("Say why it may send again: the reason is kept in the activity log."))
    with transaction.atomic():
        rows = Generation.objects.filter(held_since__isnull=False, go_on_at=None)
        if not rows.update(go_on_at=timezone.now(), go_on_by=actor, go_on_reason=reason.strip()[:300]):
            raise Conflict(_("Nothing is held any more, or somebody has confirmed it already."))
        record_activity("installation.confirmed", actor=actor, label=_("Restored data"), reason=reason.strip()[:300])
        publish(TaskName.SETTLE_RESTORED)


def is_to_go_on() -> bool:
    """Whether an owner has confirmed and the hold is not over yet."""
    return Generation.objects.filter(held_since__isnull=False, go_on_at__isnull=False).exists()


def lift(*, delivery_id: int, attempt_id: int) -> None:
    """End the hold, once everything is settled. Raises OutsideError; then it is held still.

    The mark is written first: killed in between, the database is behind it and stays held.
    """
    row = Generation.objects.filter(held_since__isnull=False, go_on_at__isnull=False).first()
    if row is None:
        return
    mark = read_mark()
    counter = max(row.counter, mark.counter if mark else 0) + JUMP
    write_mark(Mark(row.installation_key, counter, timezone.now(), delivery_id, attempt_id))
    with transaction.atomic():
        Generation.objects.filter(pk=row.pk).update(
            counter=counter, is_marked=True, marked_at=timezone.now(), held_since=None, held_cause="", go_on_at=None,
            go_on_by=None, go_on_reason="",
        )  # fmt: skip
        clear_alert(ALERT, subject_key="")
    logger.warning("generation.lifted", extra={"counter": counter})


def _difference(row: Generation | None, mark: Mark | None) -> Cause | None:
    if row is None:
        # Rows of work, but none that says where it stands, beside a mark: a backup from before the first mark.
        return Cause.FOREIGN if mark is not None and Activity.objects.exists() else None
    if mark is None:
        return Cause.NO_MARK if row.is_marked else None
    if mark.installation_key != row.installation_key:
        return Cause.FOREIGN
    return Cause.BEHIND if row.counter < mark.counter else None


@transaction.atomic
def _hold(row: Generation | None, cause: Cause, mark: Mark | None) -> None:
    if row is None:
        row = Generation.objects.create(pk=1, installation_key=uuid.uuid4().hex)
    facts = Facts(
        counter=row.counter,
        database_at=row.marked_at.isoformat(),
        mark_counter=mark.counter if mark else memory.counter,
        mark_at=mark.at.isoformat() if mark else "",
        mark_delivery_id=mark.delivery_id if mark else 0,
        mark_attempt_id=mark.attempt_id if mark else 0,
    )
    free = Generation.objects.filter(pk=row.pk, held_since=None)
    if not free.update(held_since=timezone.now(), held_cause=cause.value, held_facts=facts, go_on_at=None):
        return
    logger.error("generation.held", extra={"cause": cause.value, "counter": row.counter})
    record_activity("installation.held", actor=None, label=_("Restored data"), cause=cause.value)
    text = _("This looks like a restored or copied database. Nothing is sent until an owner confirms.")
    raise_alert(ALERT, subject_key="", text=text, url=reverse("admin:restored"))


def _advanced() -> Generation | None:
    """The row, one further; made when there is none. None while held."""
    Generation.objects.get_or_create(pk=1, defaults={"installation_key": uuid.uuid4().hex})
    free = Generation.objects.filter(pk=1, held_since=None)
    if not free.update(counter=F("counter") + 1, marked_at=timezone.now()):
        return None
    return Generation.objects.get(pk=1)
