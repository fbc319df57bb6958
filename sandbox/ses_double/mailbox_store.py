"""The accepted mail on disk, for people to look into: a bounded SQLite file.

A call's shared letter is one row however many people it went to. Writing happens on a
thread of its own in batches, so that accepting never waits for the disk.
"""

from __future__ import annotations

import hashlib
import json
import queue
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path

from sandbox.ses_double.letter import Accepted, Entry, Letter

SCHEMA = """
create table if not exists letter (
    id integer primary key, operation text, sender text, reply_to text, subject text,
    text text, html text, raw blob, headers text, configuration_set text,
    is_template integer);
create table if not exists mail (
    id integer primary key, letter_id integer, ses_message_id text unique,
    accepted_at_s real, address text, subject text, outcome text, recipients text,
    value_json text, headers text, tags text);
create table if not exists letter_file (
    letter_id integer, name text, content_type text, content_hash text, content_id text);
create table if not exists file_content (content_hash text primary key, content blob);
create index if not exists letter_file_letter on letter_file (letter_id);
"""
INSERT_LETTER = "insert into letter values (?,?,?,?,?,?,?,?,?,?,?)"
DELETE_UNUSED_CONTENTS = "delete from file_content where content_hash not in (select content_hash from letter_file)"
INSERT_MAIL = (
    "insert or ignore into mail (letter_id, ses_message_id, accepted_at_s, address, "
    "subject, outcome, recipients, value_json, headers, tags) "
    "values (?,?,?,?,?,?,?,?,?,?)"
)
WAITING_CALLS = 2_000  # above this, accepting waits for the disk after all
CALLS_PER_COMMIT = 200


@dataclass(frozen=True, slots=True)
class Flush:
    """Asks the writer to say when all that came before is on disk."""

    done: threading.Event


@dataclass(frozen=True, slots=True)
class Clear:
    """Asks the writer to empty the mailbox."""


Job = list[Accepted] | Flush | Clear | None


class MailboxStore:
    """Takes accepted messages; keeps the newest `kept_count` of them."""

    def __init__(self, path: Path, *, kept_count: int) -> None:
        self.path = path
        self.kept_count = kept_count
        self._jobs: queue.Queue[Job] = queue.Queue(maxsize=WAITING_CALLS)
        with sqlite3.connect(path) as connection:
            connection.execute("pragma journal_mode=wal")
            connection.executescript(SCHEMA)
        connection.close()
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)
        self._thread.start()

    def add(self, messages: list[Accepted]) -> None:
        """Queue the messages of one call for writing; they share one letter."""
        if messages:
            self._jobs.put(messages)

    def flush(self) -> None:
        """Return once everything added so far can be read."""
        done = threading.Event()
        self._jobs.put(Flush(done))
        done.wait(timeout=10)

    def clear(self) -> None:
        """Drop all mail."""
        self._jobs.put(Clear())

    def stop(self) -> None:
        """Write what waits and stop."""
        self._jobs.put(None)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("pragma synchronous=normal")
        writer = MailboxWriter(connection, self.kept_count)
        while self._write_some(writer):
            pass
        connection.close()

    def _write_some(self, writer: MailboxWriter) -> bool:
        """Write one batch of jobs in one transaction; False ends the thread."""
        jobs = [self._jobs.get()]
        while len(jobs) < CALLS_PER_COMMIT and not self._jobs.empty():
            jobs.append(self._jobs.get())
        writer.write(jobs)
        for job in jobs:
            if isinstance(job, Flush):
                job.done.set()
        return None not in jobs


class MailboxWriter:
    """The only writer of a mailbox file; lives on the mailbox thread."""

    def __init__(self, connection: sqlite3.Connection, kept_count: int) -> None:
        self._db = connection
        self._kept_count = kept_count
        last = connection.execute("select max(id) from letter").fetchone()
        self._last_letter_id: int = last[0] or 0

    def write(self, jobs: list[Job]) -> None:
        """Carry out the jobs in one transaction and drop what is too old."""
        self._db.execute("begin immediate")
        for job in jobs:
            if isinstance(job, Clear):
                self._db.execute("delete from mail")
                self._db.execute("delete from letter")
                self._db.execute("delete from letter_file")
                self._db.execute("delete from file_content")
            elif isinstance(job, list):
                self._insert(job)
        self._drop_oldest()
        self._db.execute("commit")

    def _insert(self, messages: list[Accepted]) -> None:
        self._last_letter_id += 1
        letter_id = self._last_letter_id
        self._db.execute(INSERT_LETTER, letter_row(letter_id, messages[0].letter))
        self._insert_files(letter_id, messages[0].letter)
        rows = [mail_row(letter_id, message) for message in messages]
        self._db.executemany(INSERT_MAIL, rows)

    def _insert_files(self, letter_id: int, letter: Letter) -> None:
        """Keep the letter's files, each content once however many calls carried it."""
        for file in letter.files:
            content_hash = hashlib.sha256(file.content).hexdigest()
            row = (letter_id, file.name, file.content_type, content_hash, file.content_id)
            self._db.execute("insert into letter_file values (?,?,?,?,?)", row)
            self._db.execute("insert or ignore into file_content values (?,?)", (content_hash, file.content))

    def _drop_oldest(self) -> None:
        """Forget mail beyond the bound, then letters that nobody's mail uses."""
        newest = self._db.execute("select max(id) from mail").fetchone()[0] or 0
        self._db.execute("delete from mail where id <= ?", (newest - self._kept_count,))
        oldest = "(select coalesce(min(letter_id), ?) from mail)"
        used = (self._last_letter_id + 1,)
        self._db.execute(f"delete from letter where id < {oldest}", used)
        dropped = self._db.execute(f"delete from letter_file where letter_id < {oldest}", used)
        if dropped.rowcount:
            self._db.execute(DELETE_UNUSED_CONTENTS)


def letter_row(letter_id: int, letter: Letter) -> tuple[object, ...]:
    """Return the columns of `letter`."""
    return (
        letter_id,
        letter.operation,
        letter.sender,
        json.dumps(letter.reply_to),
        letter.subject,
        letter.text,
        letter.html,
        letter.raw,
        json.dumps(letter.headers),
        letter.configuration_set,
        letter.is_template,
    )


def mail_row(letter_id: int, message: Accepted) -> tuple[object, ...]:
    """Return the columns of `mail` but its id."""
    return (
        letter_id,
        message.ses_message_id,
        message.accepted_at_s,
        ", ".join(message.entry.recipients),
        message.subject,
        message.outcome,
        recipients_json(message.entry),
        message.entry.values_json,
        json.dumps(message.entry.headers),
        json.dumps(dict(message.entry.tags)),
    )


def recipients_json(entry: Entry) -> str:
    """Return the To, Cc and Bcc mailboxes as a JSON list of three lists."""
    return json.dumps([entry.to, entry.cc, entry.bcc])
