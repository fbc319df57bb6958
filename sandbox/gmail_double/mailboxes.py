"""The mailboxes: mail byte for byte, labels, and the log of what was imported."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import sqlite3
import threading
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import TypedDict

from sandbox.gmail_double.errors import GoogleError
from sandbox.gmail_double.store import Store
from sandbox.ses_double.clock import Clock, iso_from_epoch

SYSTEM_LABELS = ("INBOX", "UNREAD", "STARRED", "IMPORTANT", "SPAM", "TRASH", "SENT", "DRAFT")
HEADERS_READ_BYTES = 256 * 1024
MOST_LABEL_CHARS = 225


class ImportLine(TypedDict):
    """One import that was taken, as written to the log."""

    at: str
    email: str
    gmail_id: str
    rfc822_message_id: str
    sha256: str
    size_bytes: int
    labels: list[str]
    query: dict[str, str]
    is_merged: bool  # the mailbox had a mail of this Message-ID: Gmail keeps one


class Mailboxes:
    """All mailboxes of the double."""

    def __init__(self, store: Store, clock: Clock, log: Path) -> None:
        self._store = store
        self._clock = clock
        self._log_path = log
        self._log = log.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.merges_same_message_id = True

    def take(self, email: str, raw: bytes, *, labels: list[str], query: dict[str, str]) -> dict[str, object]:
        """Take a mail in; returns it as the API shows it. Raises GoogleError for a label that is not there."""
        self.check_labels(email, labels)
        headers = BytesHeaderParser().parsebytes(raw[:HEADERS_READ_BYTES])
        message_id = " ".join(str(headers.get("Message-ID", "")).split())
        with self._lock, self._store.together():
            known = self._same(email, message_id)
            gmail_id = known["id"] if known else secrets.token_hex(8)
            if known:
                labels = sorted({*json.loads(known["labels"]), *labels})
                self._store.change("UPDATE mail SET labels = ? WHERE id = ?", (json.dumps(labels), gmail_id))
            else:
                self._insert(
                    gmail_id, email, raw, (message_id, _text(headers, "Subject"), _text(headers, "From")), labels
                )
        line: ImportLine = {
            "at": iso_from_epoch(self._clock.now()), "email": email, "gmail_id": gmail_id,
            "rfc822_message_id": message_id, "sha256": hashlib.sha256(raw).hexdigest(), "size_bytes": len(raw),
            "labels": labels, "query": query, "is_merged": known is not None,
        }  # fmt: skip
        with self._lock:
            self._log.write(json.dumps(line) + "\n")
            self._log.flush()
        return {"id": gmail_id, "threadId": gmail_id, "labelIds": labels}

    def labels_of(self, email: str) -> list[dict[str, str]]:
        """Return the labels of a mailbox as the API lists them."""
        own = self._store.rows("SELECT id, name FROM label WHERE email = ? ORDER BY id", (email,))
        system = [{"id": name, "name": name, "type": "system"} for name in SYSTEM_LABELS]
        return system + [{"id": row["id"], "name": row["name"], "type": "user"} for row in own]

    def add_label(self, email: str, name: str) -> dict[str, str]:
        """Make a label. Raises GoogleError for one that is there, whatever its case, or has no name."""
        if not name.strip() or len(name) > MOST_LABEL_CHARS:
            raise GoogleError("invalidArgument", "Invalid label name")
        if any(label["name"].casefold() == name.casefold() for label in self.labels_of(email)):
            raise GoogleError("invalidArgument", "Label name exists or conflicts")
        label_id = f"Label_{secrets.randbelow(10**15)}"
        self._store.change("INSERT INTO label VALUES (?, ?, ?)", (email, label_id, name))
        return {"id": label_id, "name": name, "type": "user"}

    def remove_label(self, email: str, name: str) -> None:
        """Delete a label, as its owner does in Gmail."""
        self._store.change("DELETE FROM label WHERE email = ? AND name = ?", (email, name))

    def search(self, email: str, query: str) -> list[dict[str, str]]:
        """Return the mail that a query finds; the only one known is rfc822msgid:."""
        match = re.fullmatch(r"\s*rfc822msgid:(\S+)\s*", query)
        if match is None:
            return []
        wanted = match[1].strip("<>")
        sql = "SELECT id FROM mail WHERE email = ? AND rfc822_message_id IN (?, ?) ORDER BY number"
        rows = self._store.rows(sql, (email, wanted, f"<{wanted}>"))
        return [{"id": row["id"], "threadId": row["id"]} for row in rows]

    def listed(self, email: str = "", *, limit: int = 200) -> list[sqlite3.Row]:
        """Return the newest mail without its bytes."""
        columns = "number, id, email, rfc822_message_id, subject, sender, labels, sha256, size_bytes, at_s"
        where = "WHERE email = ?" if email else ""
        values = (email, limit) if email else (limit,)
        return self._store.rows(f"SELECT {columns} FROM mail {where} ORDER BY number DESC LIMIT ?", values)

    def mail(self, gmail_id: str) -> sqlite3.Row | None:
        """Return one mail with its bytes."""
        return self._store.row("SELECT * FROM mail WHERE id = ?", (gmail_id,))

    def clear(self) -> None:
        """Empty all mailboxes and the log."""
        self._store.change("DELETE FROM mail")
        self._store.change("DELETE FROM label")
        with self._lock:
            self._log.truncate(0)

    def log_text(self, *, after: int = 0) -> str:
        """Return the lines of the log after the first `after` of them."""
        with self._log_path.open(encoding="utf-8") as log:
            return "".join(line for number, line in enumerate(log) if number >= after)

    def close(self) -> None:
        """Close the log."""
        self._log.close()

    def _same(self, email: str, message_id: str) -> sqlite3.Row | None:
        if not message_id or not self.merges_same_message_id:
            return None
        sql = "SELECT id, labels FROM mail WHERE email = ? AND rfc822_message_id = ?"
        return self._store.row(sql, (email, message_id))

    def _insert(self, gmail_id: str, email: str, raw: bytes, shown: tuple[str, str, str], labels: list[str]) -> None:
        sql = (
            "INSERT INTO mail (id, email, rfc822_message_id, subject, sender, labels, sha256, size_bytes, at_s, raw) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        digest = hashlib.sha256(raw).hexdigest()
        self._store.change(sql, (gmail_id, email, *shown, json.dumps(labels), digest, len(raw), self._clock.now(), raw))

    def check_labels(self, email: str, labels: list[str]) -> None:
        """Raise GoogleError for a label that is not there."""
        known = {label["id"] for label in self.labels_of(email)}
        for label in labels:
            if label not in known:
                raise GoogleError("invalidArgument", f"Invalid label: {label}")


def _text(headers: object, name: str) -> str:
    value = str(getattr(headers, "get", lambda *_: "")(name, ""))
    return value.encode("utf-8", "replace").decode("utf-8", "replace")[:500]
