"""The database as it was before the first test, put back after each.

Django's own flush empties every table by itself and then makes all permissions anew, which takes longer than most pages.
"""

from __future__ import annotations

import sqlite3

from django.db import connection


class FirstState:
    """A copy of an SQLite database, taken when it is made."""

    def __init__(self) -> None:
        self._copy = sqlite3.connect(":memory:")
        connection.ensure_connection()
        connection.connection.backup(self._copy)

    def put_back(self) -> None:
        """Ids go on where the tests left them: a browser that lasts would take a new picture for the old one of its id."""
        with connection.cursor() as cursor:
            reached = cursor.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
        self._copy.backup(connection.connection)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_sequence")
            cursor.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", reached)
