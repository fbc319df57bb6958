"""What the double keeps, in one SQLite file: accounts, grants, tokens, labels, mail. Times are seconds of its clock."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (email TEXT PRIMARY KEY, subject TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS code (
  code TEXT PRIMARY KEY, email TEXT NOT NULL, client_id TEXT NOT NULL, redirect_uri TEXT NOT NULL,
  challenge TEXT NOT NULL, scope TEXT NOT NULL, is_offline INTEGER NOT NULL, made_at_s REAL NOT NULL);
CREATE TABLE IF NOT EXISTS refresh (
  token TEXT PRIMARY KEY, email TEXT NOT NULL, client_id TEXT NOT NULL, scope TEXT NOT NULL,
  expires_at_s REAL, is_revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS access (
  token TEXT PRIMARY KEY, refresh TEXT NOT NULL, email TEXT NOT NULL, scope TEXT NOT NULL, expires_at_s REAL NOT NULL);
CREATE TABLE IF NOT EXISTS label (
  email TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (email, id));
CREATE TABLE IF NOT EXISTS mail (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, email TEXT NOT NULL, rfc822_message_id TEXT NOT NULL,
  subject TEXT NOT NULL, sender TEXT NOT NULL, labels TEXT NOT NULL, sha256 TEXT NOT NULL, size_bytes INTEGER NOT NULL,
  at_s REAL NOT NULL, raw BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS mail_by_message_id ON mail (email, rfc822_message_id);
"""


class Store:
    """One connection behind one lock; several threads may use it."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(SCHEMA)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """Return the first row of a query, if any."""
        with self._lock:
            row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def change(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Carry out one statement; return how many rows it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make several statements one."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
