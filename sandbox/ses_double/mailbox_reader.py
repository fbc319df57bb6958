"""Reads the mailbox file for its pages: search, paging, one message."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.ses_double.letter import (
    Filled,
    Headers,
    Letter,
    LetterFile,
    fill_letter,
    merge_headers,
)

PAGE_SIZE = 50

LIST_COLUMNS = (
    "mail.id, mail.accepted_at_s, mail.address, mail.subject, mail.outcome, letter.sender, mail.ses_message_id"
)


FILES_OF_LETTER = (
    "select name, content_type, content, content_id from letter_file join file_content using (content_hash) "
    "where letter_id = ? order by letter_file.rowid"
)


@dataclass(frozen=True, slots=True)
class MailSummary:
    """One line of the list."""

    id: int
    accepted_at_s: float
    address: str
    subject: str
    outcome: str
    sender: str
    ses_message_id: str


@dataclass(frozen=True, slots=True)
class MailPage:
    """One page of the list, newest first."""

    mails: list[MailSummary]
    newer_than: int | None  # id to ask for the page before this, None on the first
    older_than: int | None  # id to ask for the page after this, None on the last


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as its recipient sees it."""

    summary: MailSummary
    to: list[str]
    cc: list[str]
    reply_to: list[str]
    headers: Headers
    tags: dict[str, str]
    configuration_set: str
    operation: str
    filled: Filled
    raw: bytes
    files: tuple[LetterFile, ...] = ()


class MailboxReader:
    """Opens the file anew for each question; questions are few."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def page(self, *, search: str, older_than: int | None, newer_than: int | None) -> MailPage:
        """Return at most PAGE_SIZE mails whose address or subject has the text."""
        where, values = _condition(search)
        order = "desc"
        if older_than is not None:
            where, values = f"{where} and mail.id < ?", [*values, older_than]
        elif newer_than is not None:
            where, values = f"{where} and mail.id > ?", [*values, newer_than]
            order = "asc"
        rows = self._rows(where, values, order=order)
        has_more = len(rows) > PAGE_SIZE
        mails = rows[:PAGE_SIZE]
        if order == "asc":
            return _page(mails[::-1], has_newer=has_more, has_older=True)
        return _page(mails, has_newer=older_than is not None, has_older=has_more)

    def mail(self, mail_id: int) -> Mail | None:
        """Return one message, or None when it is no longer kept."""
        with self._connection() as db:
            row = db.execute(
                "select mail.*, letter.* from mail join letter on letter.id = mail.letter_id where mail.id = ?",
                (mail_id,),
            ).fetchone()
            files = db.execute(FILES_OF_LETTER, (row[1],)).fetchall() if row else []
        return replace(_mail(row), files=tuple(LetterFile(*file) for file in files)) if row else None

    def id_of(self, ses_message_id: str) -> int | None:
        """Return the id of the mail with SES's message id, if it is kept."""
        with self._connection() as db:
            row = db.execute("select id from mail where ses_message_id = ?", (ses_message_id,)).fetchone()
        return row[0] if row else None

    def count(self) -> int:
        """Return how many mails are kept."""
        with self._connection() as db:
            return int(db.execute("select count(*) from mail").fetchone()[0])

    def _rows(self, where: str, values: list[str | int], *, order: str) -> list[MailSummary]:
        statement = (
            f"select {LIST_COLUMNS} from mail join letter on letter.id = "
            f"mail.letter_id where {where} order by mail.id {order} limit ?"
        )
        with self._connection() as db:
            rows = db.execute(statement, [*values, PAGE_SIZE + 1]).fetchall()
        return [MailSummary(*row) for row in rows]

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=10)
        try:
            yield connection
        finally:
            connection.close()


def _condition(search: str) -> tuple[str, list[str | int]]:
    if not search:
        return "1", []
    escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = f"%{escaped}%"
    where = "(mail.address like ? escape '\\' or mail.subject like ? escape '\\')"
    return where, [pattern, pattern]


def _page(mails: list[MailSummary], *, has_newer: bool, has_older: bool) -> MailPage:
    newer_than = mails[0].id if mails and has_newer else None
    older_than = mails[-1].id if mails and has_older else None
    return MailPage(mails, newer_than, older_than)


def _mail(row: tuple[object, ...]) -> Mail:
    """Return a mail from `mail.*, letter.*`."""
    (mail_id, _letter_id, ses_message_id, at_s, address, subject, outcome) = row[:7]
    recipients, values_json, headers, tags = (str(column) for column in row[7:11])
    letter = _letter(row[12:])
    to, cc, _bcc = json.loads(recipients)
    summary = MailSummary(
        int(str(mail_id)),
        float(str(at_s)),
        str(address),
        str(subject),
        str(outcome),
        letter.sender,
        str(ses_message_id),
    )
    own = tuple((name, value) for name, value in json.loads(headers))
    return Mail(
        summary=summary,
        to=to,
        cc=cc,
        reply_to=list(letter.reply_to),
        headers=merge_headers(letter.headers, own),
        tags=json.loads(tags),
        configuration_set=letter.configuration_set,
        operation=letter.operation,
        filled=fill_letter(letter, json.loads(values_json)),
        raw=letter.raw,
    )


def _letter(columns: tuple[object, ...]) -> Letter:
    operation, sender, reply_to, subject, text, html = (str(c) for c in columns[:6])
    raw, headers, configuration_set, is_template = columns[6:10]
    return Letter(
        operation=operation,
        sender=sender,
        reply_to=tuple(json.loads(reply_to)),
        subject=subject,
        text=text,
        html=html,
        raw=raw if isinstance(raw, bytes) else b"",
        headers=tuple((n, v) for n, v in json.loads(str(headers))),
        configuration_set=str(configuration_set),
        is_template=bool(is_template),
    )
