"""PostgreSQL statements of the hot path, planned once per connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from django.db import connection

if TYPE_CHECKING:
    import psycopg

NEVER_BY_ITSELF = 1_000_000_000
_prepared_for: WeakSet[psycopg.Connection[Any]] = WeakSet()


def run_prepared(sql: str, params: dict[str, Any]) -> tuple[Any, ...]:
    """Run one statement on PostgreSQL and give its row. It is planned once: that costs as much as running it.

    Arrays go as one text: psycopg makes them element by element. Raises DatabaseError as Django's cursors do.
    """
    from psycopg import Cursor  # noqa: PLC0415  # 9 MB that a process on SQLite is spared

    connection.ensure_connection()
    if connection.connection not in _prepared_for:
        # These statements touch rows by primary key: a plan made for each call is never better.
        connection.connection.execute("SET plan_cache_mode = force_generic_plan")
        # Django turns preparing off (None); with this only what asks for it is prepared.
        connection.connection.prepare_threshold = NEVER_BY_ITSELF
        _prepared_for.add(connection.connection)
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        row = cursor.execute(sql, params, prepare=True).fetchone()
    return tuple(row or ())
