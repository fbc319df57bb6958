"""Cuts the rows of a file into batches that are committed together. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.importing.csv_reader import Position
from campaigns.importing.problems import WARNINGS, RowProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.importing.csv_reader import CsvReader
    from campaigns.importing.row_check import RowChecker, StagedContact

BATCH_ROWS = 10_000
BATCH_BYTES = 8 * 1024 * 1024  # whichever comes first: rows may be long


@dataclass(slots=True)
class RowBatch:
    """Some rows of a file, in the order of their lines, and the place where the next batch begins."""

    end: Position
    row_count: int
    staged: list[StagedContact]
    problems: list[RowProblem]
    tags_by_key: dict[str, tuple[str, ...]]

    @property
    def rejects(self) -> list[RowProblem]:
        """One problem for each row that cannot be imported."""
        return [problem for problem in self.problems if problem.code not in WARNINGS]

    @property
    def lines(self) -> tuple[int, int]:
        """The lines of the first and the last staged row."""
        return self.staged[0].line, self.staged[-1].line


def read_batches(reader: CsvReader, checker: RowChecker, *, batch_rows: int = BATCH_ROWS) -> Iterator[RowBatch]:
    """Yield batches to the end of the file; a batch may hold problems alone. Raises what the reader raises."""
    staged: list[StagedContact] = []
    row_count, begin_bytes = 0, reader.position.offset_bytes
    for line, cells in reader:
        row_count += 1
        contact = checker.check(line, cells) if cells else None
        if contact is not None:
            staged.append(contact)
        if row_count >= batch_rows or reader.offset_bytes - begin_bytes > BATCH_BYTES:
            yield _batch(reader, checker, staged)
            staged, row_count, begin_bytes = [], 0, reader.offset_bytes
    if row_count:
        yield _batch(reader, checker, staged)


def _batch(reader: CsvReader, checker: RowChecker, staged: list[StagedContact]) -> RowBatch:
    problems = sorted(reader.take_problems() + checker.take_problems(), key=lambda problem: problem.line)
    tags, checker.tags_by_key = checker.tags_by_key, {}
    reject_count = sum(problem.code not in WARNINGS for problem in problems)
    return RowBatch(
        end=reader.position, row_count=len(staged) + reject_count, staged=staged, problems=problems, tags_by_key=tags
    )
