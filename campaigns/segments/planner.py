"""What PostgreSQL is told before it answers a segment."""

from __future__ import annotations

from django.db import connection


def without_jit() -> None:
    """Let the statements of this transaction run as they are: compiling them costs a second and gains nothing here."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")


def by_reading_all() -> None:
    """Let this transaction join by hashes: a count asks everybody, and looking each up in an index grows faster.

    Not for a page of few people, which an index finds at once.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("; ".join(f"SET LOCAL {setting}" for setting in _READING_ALL))


_READING_ALL = (
    "enable_nestloop = off",
    # A second process for tables that take long, none for the others: the cores are there for sending, and more than
    # two only wait for each other, for the hashes of a big list do not fit a processor's cache.
    "max_parallel_workers_per_gather = 1",
    "min_parallel_table_scan_size = '64MB'",
)
