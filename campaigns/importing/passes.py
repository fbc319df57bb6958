"""One way through a file for the check and for the import: claim, read, commit batch by batch, go on after a crash.

What was committed with a batch is never done again: the batch's row says where the next one begins.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from campaigns.audience.known_fields import value_rules
from campaigns.importing.batching import BATCH_ROWS, RowBatch, read_batches
from campaigns.importing.columns import ATTRIBUTE_PREFIX, is_export_header, is_guarded_header
from campaigns.importing.csv_reader import CsvReader, Format, Position
from campaigns.importing.encoding import guess_code_page
from campaigns.importing.models import ContactImport, ImportBatch
from campaigns.importing.problem_groups import group_problems
from campaigns.importing.problems import FileProblem, ProblemCode
from campaigns.importing.row_check import RowChecker, RowPlan
from campaigns.importing.stored_file import open_import_file
from portal.leases import claim, release

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

LEASE_S = 120
SLICE_S = 600  # well below the visibility timeout of the queue; a long file goes on in another task
_AROUND_BYTES = 64 * 1024
MAX_CLAIMS = 5  # without one committed batch in between


class HoldLost(Exception):  # not an error: the import was cancelled, or another worker took it over
    """The import is not ours any more; whatever was not committed must not be."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A worker's hold of one import, in the status in which it was claimed."""

    contact_import: ContactImport
    token: str

    def rows(self) -> QuerySet[ContactImport]:
        return ContactImport.objects.filter(
            pk=self.contact_import.pk, status=self.contact_import.status, lease_token=self.token
        )

    def keep(self, **changes: object) -> None:
        """Extend the lease and write `changes`. Raises HoldLost when the import was cancelled or taken over."""
        if self.rows().update(lease_until=Now() + timedelta(seconds=LEASE_S), **changes) != 1:
            raise HoldLost

    def end(self, **changes: object) -> None:
        """Give the import back with its new state. Raises HoldLost."""
        if self.rows().update(lease_token="", lease_until=None, claim_count=0, **changes) != 1:
            raise HoldLost

    def give_back(self, *, retry_in_s: float | None = None) -> None:
        """Give the import back as it is; it is due again at once or after `retry_in_s`."""
        release(self.rows(), self.token, retry_in_s=retry_in_s)

    def forget_claim(self) -> None:
        """Do not count this claim among those that came to nothing."""
        self.rows().update(claim_count=0)


@dataclass(frozen=True, slots=True)
class Committed:
    """What one batch did to the contacts."""

    created_count: int = 0
    changed_count: int = 0


class Work(Protocol):
    """What is done with the batches of a file."""

    phase: ImportBatch.Phase

    def prepare(self, batch: RowBatch, number: int) -> None:
        """What goes over the network, before the transaction; done again when the batch is."""

    def commit(self, batch: RowBatch) -> Committed:
        """What changes rows; runs in the batch's transaction."""


def claim_import(import_id: int, status: ContactImport.Status) -> Hold | None:
    """Take hold of an import that is due in this status; None when there is nothing to do or somebody else does it."""
    rows = ContactImport.objects.filter(pk=import_id, status=status)
    token = claim(rows, lease_s=LEASE_S)
    if token is None:
        return None
    rows.filter(lease_token=token).update(claim_count=F("claim_count") + 1)
    return Hold(ContactImport.objects.get(pk=import_id), token)


def walk_file(hold: Hold, work: Work, *, batch_rows: int = BATCH_ROWS) -> bool:
    """Go on through the file where the last committed batch ended; False when the time of one task is over.

    Raises FileProblem, HoldLost, OutsideError; what was committed before stays.
    """
    contact_import = hold.contact_import
    number, start = _last_committed(contact_import, work.phase)
    pace = _Pace()
    with open_import_file(contact_import, offset=start.offset_bytes) as stream:
        reader = CsvReader(stream, format_of(contact_import), start)
        checker = RowChecker(plan_of(contact_import))
        for batch in read_batches(reader, checker, batch_rows=batch_rows):
            number += 1
            work.prepare(batch, number)
            _commit_batch(hold, work, batch, number=number, pace=pace)
            if pace.is_over():
                return False
    return True


def _commit_batch(hold: Hold, work: Work, batch: RowBatch, *, number: int, pace: _Pace) -> None:
    with transaction.atomic():
        hold.keep()
        committed = work.commit(batch)
        ImportBatch.objects.create(
            contact_import=hold.contact_import,
            phase=work.phase,
            number=number,
            end_offset=batch.end.offset_bytes,
            end_line=batch.end.line,
            file_etag=hold.contact_import.file_etag,
            row_count=batch.row_count,
            reject_count=len(batch.rejects),
            created_count=committed.created_count,
            changed_count=committed.changed_count,
            problems=group_problems(batch.problems),
        )
        hold.keep(
            claim_count=0,
            done_bytes=batch.end.offset_bytes,
            done_rows=F("done_rows") + batch.row_count,
            created_count=F("created_count") + committed.created_count,
            changed_count=F("changed_count") + committed.changed_count,
            rows_per_s=pace.count(batch.row_count),
        )


def _last_committed(contact_import: ContactImport, phase: ImportBatch.Phase) -> tuple[int, Position]:
    last = contact_import.batches.filter(phase=phase).order_by("-number").first()
    if last is None:
        return 0, Position(contact_import.rows_offset, contact_import.rows_line)
    if last.file_etag != contact_import.file_etag:
        raise FileProblem(ProblemCode.FILE_CHANGED)
    return last.number, Position(last.end_offset, last.end_line)


def format_of(contact_import: ContactImport) -> Format:
    """How the file of an import is read."""
    return Format(
        encoding=contact_import.encoding,
        delimiter=contact_import.delimiter,
        newline=contact_import.newline,
        width=len(contact_import.columns),
        is_short_row_fine=bool(contact_import.fixes.get("short_rows")),
    )


def plan_of(contact_import: ContactImport) -> RowPlan:
    """Where the cells of an import's rows go."""
    names = [column["name"] for column in contact_import.columns]
    return RowPlan(
        targets=[column["target"] for column in contact_import.columns],
        domain_fixes=dict(contact_import.fixes.get("domains", {})),
        is_rejects_file=is_guarded_header(names),
        is_export=is_export_header(names),
        value_rules=value_rules(
            column["target"].removeprefix(ATTRIBUTE_PREFIX)
            for column in contact_import.columns
            if column["target"].startswith(ATTRIBUTE_PREFIX)
        ),
    )


def settle_file_problem(hold: Hold, problem: FileProblem) -> None:
    """End a pass that the file itself stopped: back to the columns step where a person can mend it, else failed."""
    can_mend = problem.code in {ProblemCode.UNDECODABLE, ProblemCode.QUOTES_BROKEN}
    is_running = hold.contact_import.status == ContactImport.Status.IMPORTING
    described = problem.to_dict()
    if problem.code is ProblemCode.UNDECODABLE and problem.offset_bytes is not None:
        described["fix"] = f"encoding:{_guess_around(hold.contact_import, problem.offset_bytes)}"
    if can_mend and not is_running:
        hold.end(status=ContactImport.Status.COLUMNS, file_problem=described)
    else:
        hold.end(status=ContactImport.Status.FAILED, file_problem=described, finished_at=timezone.now())
    logger.warning("import.stopped", extra={"import_id": hold.contact_import.pk, "cause": problem.code.value})


def _guess_around(contact_import: ContactImport, offset_bytes: int) -> str:
    """The likeliest encoding of the part of the file where the chosen one failed."""
    begin = max(0, offset_bytes - _AROUND_BYTES // 2)
    with open_import_file(contact_import, offset=begin) as stream:
        return guess_code_page(stream.read(_AROUND_BYTES))


class _Pace:
    """How fast one task goes, and when its time is over."""

    def __init__(self) -> None:
        self._started_s = time.monotonic()
        self._row_count = 0

    def count(self, row_count: int) -> float:
        """Rows per second since the task began."""
        self._row_count += row_count
        return round(self._row_count / max(0.001, time.monotonic() - self._started_s), 1)

    def is_over(self) -> bool:
        return time.monotonic() - self._started_s > SLICE_S
