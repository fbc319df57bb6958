"""The check: what an import would do and what is wrong with its rows. Writes nothing to contacts."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from campaigns.importing import line_sql, rejects, staging_sql
from campaigns.importing.batching import RowBatch
from campaigns.importing.drops import take_in_dropped
from campaigns.importing.kept_out import leave_out_forgotten, note_who_left
from campaigns.importing.models import ContactImport, ImportBatch
from campaigns.importing.passes import Committed, Hold, walk_file
from campaigns.importing.problem_groups import ProblemGroups
from campaigns.importing.problems import ProblemCode, ProblemDict
from campaigns.importing.services import start_import
from campaigns.importing.work import work_on
from portal.queues import TaskName


class CheckWork:
    """Classifies the rows of each batch and keeps its rejects."""

    phase = ImportBatch.Phase.CHECK

    def __init__(self, contact_import: ContactImport) -> None:
        self._import = contact_import

    def prepare(self, batch: RowBatch, number: int) -> None:
        leave_out_forgotten(batch)
        note_who_left(batch, self._import.contact_list_id or 0)
        rejects.save_part(self._import, number, batch.rejects)

    def commit(self, batch: RowBatch) -> Committed:
        if batch.staged:
            staging_sql.stage(batch.staged)
            line_sql.classify_staged_lines(self._import.pk, self._import.on_existing)
        return Committed()


def check_import(import_id: int) -> None:
    """Check the file of an import, or go on checking it; ends in `checked`.

    Safe to run twice: only one worker holds the import, and every batch is counted once.
    """
    take_in_dropped(import_id)
    work_on(import_id, ContactImport.Status.CHECKING, TaskName.CHECK_IMPORT, go_on=_go_on)


def _go_on(hold: Hold) -> bool:
    if not walk_file(hold, CheckWork(hold.contact_import)):
        return False
    rejects_key = rejects.join_parts(hold.contact_import)
    with transaction.atomic():
        hold.keep()
        hold.end(status=ContactImport.Status.CHECKED, rejects_key=rejects_key, **_findings(hold.contact_import))
        _import_by_itself(hold.contact_import.pk)
    return True


def _import_by_itself(import_id: int) -> None:
    """A dropped file of a known folder needs no further word; one without a usable row waits for a person."""
    contact_import = ContactImport.objects.get(pk=import_id)
    if contact_import.imports_by_itself and contact_import.importable_count:
        start_import(import_id, actor=None)


def _findings(contact_import: ContactImport) -> dict[str, object]:
    """What the check found, as fields of the import; runs once, after the last batch."""
    import_id = contact_import.pk
    with line_sql.small_sorts():
        duplicate_count = line_sql.mark_replaced_lines(import_id)
        outcomes = line_sql.count_outcomes(import_id)
        suppressed_count = line_sql.count_suppressed(import_id)
        line_sql.keep_replaced_lines(import_id)
    batches = contact_import.batches.filter(phase=ImportBatch.Phase.CHECK)
    sums = batches.aggregate(rows=Sum("row_count", default=0), rejects=Sum("reject_count", default=0))
    return {
        "row_count": sums["rows"],
        "reject_count": sums["rejects"],
        "duplicate_count": duplicate_count,
        "new_count": outcomes[line_sql.Outcome.NEW],
        "change_count": outcomes[line_sql.Outcome.CHANGE],
        "unchanged_count": outcomes[line_sql.Outcome.UNCHANGED],
        "suppressed_count": suppressed_count,
        "problems": _all_problems(contact_import, duplicate_count),
        "checked_at": timezone.now(),
        "done_bytes": contact_import.file_bytes,
    }


def _all_problems(contact_import: ContactImport, duplicate_count: int) -> list[ProblemDict]:
    groups = ProblemGroups()
    batches = contact_import.batches.filter(phase=ImportBatch.Phase.CHECK).order_by("number")
    for problems in batches.values_list("problems", flat=True).iterator():
        for group in problems:
            groups.add_group(group)
    if first := line_sql.first_replaced_line(contact_import.pk):
        groups.add_group(
            ProblemDict(
                code=ProblemCode.DUPLICATE.value, value="", count=duplicate_count, line=first[0], other_line=first[1]
            )
        )
    return groups.to_list()
