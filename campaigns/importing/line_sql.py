"""SQL of the check: what each line of a file would do, and which lines a later one replaces."""
# ruff: noqa: S608  # statements are put together from constants; values are parameters

from __future__ import annotations

from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

from django.db import connection

from campaigns.importing.staging_sql import changed_condition, dialect, execute, select

if TYPE_CHECKING:
    from collections.abc import Iterator

_SORT_KIB = 8_000


class Outcome(IntEnum):
    """What importing one line would do."""

    NEW = 0
    CHANGE = 1
    UNCHANGED = 2


def classify_staged_lines(import_id: int, on_existing: str) -> None:
    """Write an ImportLine for every staged row."""
    changed = changed_condition(on_existing)
    execute(
        "INSERT INTO campaigns_importline"
        " (contact_import_id, line, address_hash, outcome, is_suppressed, replaced_by_line)"
        f" SELECT %s, s.line, {dialect().address_hash},"
        f" CASE WHEN c.id IS NULL THEN {Outcome.NEW:d} WHEN {changed} THEN {Outcome.CHANGE:d}"
        f" ELSE {Outcome.UNCHANGED:d} END, p.id IS NOT NULL, NULL"
        " FROM import_stage s LEFT JOIN campaigns_contact c ON c.address_key = s.address_key"
        " LEFT JOIN campaigns_suppression p ON p.address_key = s.address_key",
        (import_id,),
    )


@contextmanager
def small_sorts() -> Iterator[None]:
    """Keep SQLite from sorting in as much memory as it may cache pages in; files on disk do as well."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA cache_size").fetchone()[0]
        cursor.execute(f"PRAGMA cache_size = {-_SORT_KIB}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {usual}")


def mark_replaced_lines(import_id: int) -> int:
    """Find the lines whose address stands again further down; returns how many."""
    return execute(
        "UPDATE campaigns_importline AS l SET replaced_by_line = last.line FROM ("
        " SELECT address_hash, max(line) AS line FROM campaigns_importline WHERE contact_import_id = %s"
        " GROUP BY address_hash HAVING count(*) > 1) AS last"
        " WHERE l.contact_import_id = %s AND l.address_hash = last.address_hash AND l.line < last.line",
        (import_id, import_id),
    )


def count_outcomes(import_id: int) -> dict[Outcome, int]:
    """How many people the import would bring in, change and leave, each counted by the last line that has them."""
    counts = dict.fromkeys(Outcome, 0)
    rows = select(
        "SELECT outcome, count(*) FROM campaigns_importline"
        " WHERE contact_import_id = %s AND replaced_by_line IS NULL GROUP BY outcome",
        (import_id,),
    )
    counts.update({Outcome(outcome): count for outcome, count in rows})
    return counts


def count_suppressed(import_id: int) -> int:
    """How many people of the file get no mail whatever list they are on."""
    rows = select(
        "SELECT count(*) FROM campaigns_importline"
        " WHERE contact_import_id = %s AND replaced_by_line IS NULL AND is_suppressed",
        (import_id,),
    )
    return rows[0][0]


def first_replaced_line(import_id: int) -> tuple[int, int] | None:
    """(line, line that replaces it) of the first duplicate, or None."""
    rows = select(
        "SELECT line, replaced_by_line FROM campaigns_importline"
        " WHERE contact_import_id = %s AND replaced_by_line IS NOT NULL ORDER BY line LIMIT 1",
        (import_id,),
    )
    return (rows[0][0], rows[0][1]) if rows else None


def replaced_lines(import_id: int, *, first: int, last: int) -> set[int]:
    """The lines between `first` and `last` that a later line replaces."""
    rows = select(
        "SELECT line FROM campaigns_importline"
        " WHERE contact_import_id = %s AND line BETWEEN %s AND %s AND replaced_by_line IS NOT NULL",
        (import_id, first, last),
    )
    return {row[0] for row in rows}


def keep_replaced_lines(import_id: int) -> None:
    """Delete the lines of an import except those that a later line replaces."""
    execute("DELETE FROM campaigns_importline WHERE contact_import_id = %s AND replaced_by_line IS NULL", (import_id,))


def forget_lines(import_id: int) -> None:
    """Delete all lines of an import."""
    execute("DELETE FROM campaigns_importline WHERE contact_import_id = %s", (import_id,))
