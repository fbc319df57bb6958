"""Up to which row a table may be read for good.

Ids are handed out before their rows are committed, so a row with a smaller id may appear after a larger one was read.
On PostgreSQL a stretch is therefore read only when every transaction is over that had begun to write some seconds after
its end was noted: by then whoever holds an id of the stretch has a transaction number. SQLite has one writer: what is
visible is complete.
"""

from __future__ import annotations

from django.db import connection

RIPE_S = 2.0  # between taking an id and having a transaction number lie microseconds


def needs_time() -> bool:
    """Whether a stretch has to wait at all."""
    return connection.vendor == "postgresql"


def own_transaction() -> int:
    """The number of the running transaction: larger than that of every one which has begun to write before."""
    return _number("SELECT pg_current_xact_id()::text::bigint")


def is_over(noted: int) -> bool:
    """Whether every transaction with a smaller number has ended."""
    return _number("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint") >= noted


def _number(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])
