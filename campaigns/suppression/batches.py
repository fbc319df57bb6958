"""Suppressing many addresses at once: read and compare first, then add, or take back."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.importing.problems import FileProblem
from campaigns.importing.wording import sentence_of
from campaigns.privacy.forgotten import forgotten_among
from campaigns.suppression.batch_reading import NoAddressColumnError, read_pasted, read_table
from campaigns.suppression.models import EndedSuppression, Suppression, SuppressionBatch, SuppressionLine
from campaigns.suppression.services import ended_of, suppressed_among
from campaigns.suppression.ses_wishes import want_taken_off
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput
from portal.wording import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.contrib.auth.models import User

    from campaigns.suppression.batch_reading import ReadBatch, ReadLine

Status = SuppressionBatch.Status
MAX_LINES = 100_000
MAX_BYTES = 4 * 1024 * 1024  # API Gateway refuses more than 6 MB, in base64
KEPT_PROBLEMS = 500
UNDECIDED_FOR = timedelta(days=7)
_AT_ONCE = 500


def check_pasted(text: str, *, reason: str, note: str, actor: User | None) -> SuppressionBatch:
    """Look at addresses that were pasted. Raises InvalidInput when there are none, or too many."""
    return _check(read_pasted(text), name=_("Pasted"), reason=reason, note=note, actor=actor)


def check_file(content: bytes, *, name: str, reason: str, note: str, actor: User | None) -> SuppressionBatch:
    """Look at a table of addresses. Raises InvalidInput, in words, when it cannot be read."""
    if len(content) > MAX_BYTES:
        raise InvalidInput(_("The file is larger than 4 MB. Split it and bring the parts one after the other."))
    try:
        read = read_table(content)
    except NoAddressColumnError as error:
        raise InvalidInput(_("No column of this file holds e-mail addresses.")) from error
    except FileProblem as error:
        raise InvalidInput(sentence_of(error)) from error
    return _check(read, name=name, reason=reason, note=note, actor=actor)


@transaction.atomic
def _check(read: ReadBatch, *, name: str, reason: str, note: str, actor: User | None) -> SuppressionBatch:
    if not read.line_count:
        raise InvalidInput(_("There is no address in it."))
    if read.line_count > MAX_LINES:
        raise InvalidInput(_("More than %s addresses. Split them into several files.") % format_count(MAX_LINES))
    new = list(_unknown(read.lines))
    batch = SuppressionBatch.objects.create(
        name=name[:150],
        note=note[:500],
        line_count=read.line_count,
        new_count=len(new),
        known_count=len(read.lines) - len(new),
        repeated_count=read.repeated_count,
        problem_count=len(read.bad),
        problems=[[bad.number, bad.text, bad.code] for bad in read.bad[:KEPT_PROBLEMS]],
        created_by=actor,
    )
    SuppressionLine.objects.bulk_create(
        [
            SuppressionLine(
                batch=batch,
                number=line.number,
                address=line.address,
                address_key=line.key,
                reason=line.reason or reason,
            )
            for line in new
        ],
        batch_size=_AT_ONCE,
    )
    return batch


def _unknown(lines: Iterable[ReadLine]) -> Iterator[ReadLine]:
    """Those who still get mail: neither suppressed nor forgotten."""
    waiting = iter(lines)
    while part := list(islice(waiting, _AT_ONCE)):
        keys = [line.key for line in part]
        known = suppressed_among(keys).keys() | forgotten_among(keys).keys()
        yield from (line for line in part if line.key not in known)


@transaction.atomic
def add_batch(batch_id: int, *, actor: User | None) -> SuppressionBatch:
    """Stop writing to the addresses of a batch. Raises Conflict when that was decided already."""
    batch = _locked(batch_id, Status.CHECKED)
    lines = batch.lines.order_by("address_key")  # in one order, so that two batches do not wait for each other
    rows = lines.values_list("address", "address_key", "reason").iterator(chunk_size=_AT_ONCE)
    while part := list(islice(rows, _AT_ONCE)):
        Suppression.objects.bulk_create([_suppression(batch, actor, *row) for row in part], ignore_conflicts=True)
    batch.new_count = batch.added.count()
    batch.status, batch.added_at = Status.ADDED, timezone.now()
    batch.save(update_fields=["status", "added_at", "new_count"])
    batch.lines.all().delete()
    record_activity("suppression.batch_added", actor=actor, label=batch.name, batch=batch.pk, addresses=batch.new_count)
    return batch


def _suppression(batch: SuppressionBatch, actor: User | None, address: str, key: str, reason: str) -> Suppression:
    return Suppression(
        address=address,
        address_key=key,
        reason=reason,
        source=Suppression.Source.IMPORT,
        note=batch.note,
        created_by=actor,
        batch=batch,
    )


@transaction.atomic
def undo_batch(batch_id: int, *, reason_text: str, actor: User | None) -> int:
    """Let mail go again to those whom the batch stopped; returns how many. Raises InvalidInput without a reason.

    Whoever was suppressed before, or is released by now, is not touched.
    """
    why = reason_text.strip()
    if not why:
        raise InvalidInput(_("Say why these addresses may get mail again."))
    batch = _locked(batch_id, Status.ADDED)
    rows = list(batch.added.select_related("created_by").select_for_update(of=("self",)))
    for row in rows:
        want_taken_off(row.address, row.address_key, reason=row.reason)
    EndedSuppression.objects.bulk_create([ended_of(row, why=why, actor=actor) for row in rows], batch_size=_AT_ONCE)
    batch.added.all().delete()
    batch.status, batch.undone_at = Status.UNDONE, timezone.now()
    batch.save(update_fields=["status", "undone_at"])
    record_activity(
        "suppression.batch_undone", actor=actor, label=batch.name, batch=batch.pk, addresses=len(rows), reason=why[:500]
    )
    return len(rows)


@transaction.atomic
def discard_batch(batch_id: int) -> None:
    """Throw a batch away that was only looked at. Raises Conflict when it was added."""
    _discard(_locked(batch_id, Status.CHECKED))


def sweep_batches() -> int:
    """Throw away what nobody decided on for a week: it holds addresses."""
    old = SuppressionBatch.objects.filter(status=Status.CHECKED, created_at__lt=timezone.now() - UNDECIDED_FOR)
    found = list(old[:100])
    for batch in found:
        _discard(batch)
    return len(found)


def _discard(batch: SuppressionBatch) -> None:
    batch.lines.all().delete()
    SuppressionBatch.objects.filter(pk=batch.pk).update(status=Status.DISCARDED, problems=[])


def _locked(batch_id: int, status: SuppressionBatch.Status) -> SuppressionBatch:
    batch = SuppressionBatch.objects.select_for_update().get(pk=batch_id)
    if batch.status != status:
        raise Conflict(_("“%(name)s” is %(status)s.") % {"name": batch.name, "status": batch.get_status_display()})
    return batch
