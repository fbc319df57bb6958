"""Carrying out a bulk change and undoing it, slice by slice; a killed worker's successor goes on exactly behind it.

Whoever is reached leaves the targets in the transaction that changes them, and whoever is restored leaves the undo
rows in the one that restores: so nobody is reached twice.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.audience.models import Contact
from campaigns.audience.selection import select_people
from campaigns.bulk.deeds import deed_of
from campaigns.bulk.merge_undo import revert_merge
from campaigns.bulk.models import BulkChange, BulkTarget, BulkUndo
from portal.activity import record_activity
from portal.errors import InvalidInput
from portal.holds import Hold, HoldLost, take_hold
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaigns.bulk.deeds import BeforeDict

logger = logging.getLogger(__name__)

Status = BulkChange.Status
AT_WORK = (Status.WAITING, Status.RUNNING, Status.UNDOING)
SLICE_PEOPLE = 1_000
NAMED_PEOPLE = 20


def run_bulk_change(change_id: int) -> None:
    """Carry a bulk change out, or undo it, from where it is; ends in `completed`, `undone` or `failed`.

    Safe to run twice: only one worker holds it, and each slice commits with the place where the next one begins.
    """
    hold = take_hold(BulkChange.objects.filter(pk=change_id), statuses=AT_WORK)
    if hold is None:
        return
    try:
        if hold.is_hopeless:
            _fail(hold, _("It kept stopping on the way. What was done until then can be undone."))
        elif not _go_on(hold):
            hold.give_back()
            publish(TaskName.RUN_BULK_CHANGE, change_id=change_id)
    except HoldLost:
        logger.info("bulk.hold_lost", extra={"change_id": change_id})
    except InvalidInput as error:
        _fail(hold, str(error))


def freeze(change: BulkChange) -> int:
    """Write down whom the deed is for, all in one statement; returns how many. Call it in a transaction."""
    contacts = select_people(change.query).contacts.order_by().values("pk")
    sql, parameters = contacts.query.get_compiler(connection=connection).as_sql()
    target = "INSERT INTO campaigns_bulktarget (change_id, contact_id)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{target} SELECT %s, person.id FROM campaigns_contact person WHERE person.id IN ({sql})",  # noqa: S608
            [change.pk, *parameters],
        )
        return max(0, int(cursor.rowcount))


def _go_on(hold: Hold[BulkChange]) -> bool:
    """Work until the end or until the time of one task is over; True at the end."""
    if hold.row.status == Status.WAITING:
        with transaction.atomic():
            hold.keep(status=Status.RUNNING, people_count=freeze(hold.row))
        hold.row.status = Status.RUNNING
    take_slice = _undo_slice if hold.row.status == Status.UNDOING else _do_slice
    while take_slice(hold):
        if hold.is_time_over:
            return False
    return True


def _do_slice(hold: Hold[BulkChange]) -> bool:
    """Reach the next people; False when there was nobody left and the deed is ended."""
    change = hold.row
    with transaction.atomic():
        hold.keep()
        targets = BulkTarget.objects.filter(change_id=change.pk).order_by("contact_id")
        ids = list(targets.values_list("contact_id", flat=True)[:SLICE_PEOPLE])
        if not ids:
            _complete(hold)
            return False
        before = deed_of(change).apply(ids)
        rows = [BulkUndo(change=change, contact_id=pk, before=each) for pk, each in before.items()]
        BulkUndo.objects.bulk_create(rows, batch_size=500)
        targets.filter(contact_id__lte=ids[-1]).delete()
        hold.keep(done_count=F("done_count") + len(ids), changed_count=F("changed_count") + len(before))
    return True


def _undo_slice(hold: Hold[BulkChange]) -> bool:
    change = hold.row
    with transaction.atomic():
        hold.keep()
        rows = BulkUndo.objects.filter(change_id=change.pk).order_by("contact_id")
        before = {row.contact_id: row.before for row in rows[:SLICE_PEOPLE]}
        if not before:
            _end_undo(hold)
            return False
        is_merge = change.deed == BulkChange.Deed.MERGE
        restored = revert_merge(before) if is_merge else deed_of(change).revert(before)
        _name_kept(change, before, restored)
        rows.filter(contact_id__lte=max(before)).delete()
        hold.keep(
            restored_count=F("restored_count") + len(restored),
            kept_count=F("kept_count") + len(before) - len(restored),
            kept_examples=change.kept_examples,
        )
    return True


def _complete(hold: Hold[BulkChange]) -> None:
    hold.end(status=Status.COMPLETED, finished_at=timezone.now())
    change = hold.row
    change.refresh_from_db()
    record_activity(
        f"contacts.bulk_{change.deed}", actor=change.created_by, target=change,
        people=change.people_count, changed=change.changed_count,
    )  # fmt: skip
    logger.info("bulk.completed", extra={"change_id": change.pk, "changed_count": change.changed_count})


def _end_undo(hold: Hold[BulkChange]) -> None:
    BulkTarget.objects.filter(change_id=hold.row.pk).delete()  # of a deed that was stopped on the way
    hold.end(status=Status.UNDONE, undone_at=timezone.now())
    change = hold.row
    change.refresh_from_db()
    record_activity(
        "contacts.bulk_undone", actor=change.undone_by, target=change,
        restored=change.restored_count, kept=change.kept_count,
    )  # fmt: skip
    logger.info("bulk.undone", extra={"change_id": change.pk, "restored_count": change.restored_count})


def _fail(hold: Hold[BulkChange], problem: str) -> None:
    change = hold.row
    with transaction.atomic():
        try:
            hold.end(status=Status.FAILED, problem=problem[:300], finished_at=change.finished_at or timezone.now())
        except HoldLost:
            return
        record_activity("contacts.bulk_failed", actor=change.created_by, target=change, problem=problem[:300])
    logger.warning("bulk.failed", extra={"change_id": change.pk})


def _name_kept(change: BulkChange, before: Mapping[int, BeforeDict], restored: set[int]) -> None:
    """Add people whom undoing left alone to the examples, by their address."""
    kept = [contact_id for contact_id in before if contact_id not in restored]
    room = NAMED_PEOPLE - len(change.kept_examples)
    known = Contact.objects.in_bulk(kept[:room]) if room > 0 else {}
    for contact_id in kept[: max(0, room)]:
        person = known.get(contact_id)
        address = person.address if person else before[contact_id].get("contact", {}).get("address", "")
        change.kept_examples.append(address or _("somebody who was deleted"))
