"""Up to which row a table may be read for good.

Ids are handed out before their rows are committed, so a row with a smaller id may appear after a larger one was read.
A stretch is therefore read only once every transaction that ran when its end was noted is over. SQLite has one writer:
what is visible is complete.
"""

from __future__ import annotations

from django.db import connection


def newest_transaction() -> int:
    """A number that every transaction that begins from now on exceeds or equals; 0 on SQLite."""
    if connection.vendor != "postgresql":
        return 0
    return _number("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")


def is_over(noted: int) -> bool:
    """Whether all transactions that ran when `newest_transaction` gave this number have ended."""
    if connection.vendor != "postgresql":
        return True
    return _number("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint") >= noted


def _number(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])
