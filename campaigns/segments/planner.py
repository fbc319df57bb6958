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

    Not for a page of few people, which an index finds at once. One parallel worker at most: the hashes of a big list
    do not fit the processor's cache, where more workers only wait for each other, and sending needs the rest.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL max_parallel_workers_per_gather = 1")
