"""Uploads to messages/import: in one request, or resumable in as many as it takes.

Source: Gmail API, "Uploading attachments"; the resumable protocol with 308 and Range as Google documents it.
"""

from __future__ import annotations

import re
import secrets
import threading
from dataclasses import dataclass, field

from sandbox.gmail_double.errors import GoogleError
from sandbox.gmail_double.mailboxes import Mailboxes
from sandbox.ses_double.clock import Clock
from sandbox.ses_double.reply import Reply, json_reply

MOST_BYTES = 157_286_400
STEP_BYTES = 256 * 1024
SESSION_S = 7 * 24 * 3_600
RESUME = 308


@dataclass(slots=True)
class Upload:
    """One resumable upload; `result` once the mail was taken in."""

    email: str
    labels: list[str]
    query: dict[str, str]
    begun_at_s: float
    content: bytearray = field(default_factory=bytearray)
    result: dict[str, object] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Uploads:
    """All uploads of the double; they live a week, and in memory only."""

    def __init__(self, mailboxes: Mailboxes, clock: Clock) -> None:
        self._mailboxes = mailboxes
        self._clock = clock
        self._uploads: dict[str, Upload] = {}

    def begin(self, email: str, *, labels: list[str], query: dict[str, str], length: int | None) -> str:
        """Begin an upload; returns its id."""
        if length is not None and length > MOST_BYTES:
            raise GoogleError("uploadTooLarge")
        upload_id = secrets.token_urlsafe(24)
        self._uploads[upload_id] = Upload(email, labels, query, self._clock.now())
        return upload_id

    def email_of(self, upload_id: str) -> str:
        """Return whose mailbox an upload is for; "" for one that is not there."""
        upload = self._uploads.get(upload_id)
        return upload.email if upload else ""

    def put(self, upload_id: str, body: bytes, content_range: str) -> Reply:
        """Take a part, or tell how far the upload is. Raises GoogleError."""
        upload = self._found(upload_id)
        with upload.lock:
            if upload.result is not None:
                return json_reply(upload.result)
            return self._add(upload, body, content_range)

    def keep_part(self, upload_id: str, body: bytes) -> None:
        """Take what came of a request that broke off: whole steps only, as Google does."""
        upload = self._found(upload_id)
        with upload.lock:
            upload.content += body[: len(body) // STEP_BYTES * STEP_BYTES]

    def forget(self, upload_id: str) -> None:
        """Lose an upload, so that asking for it finds nothing."""
        self._uploads.pop(upload_id, None)

    def clear(self) -> None:
        """Lose all uploads."""
        self._uploads.clear()

    def _found(self, upload_id: str) -> Upload:
        upload = self._uploads.get(upload_id)
        if upload is None or upload.begun_at_s + SESSION_S < self._clock.now():
            raise GoogleError("notFound", "Upload session not found")
        return upload

    def _add(self, upload: Upload, body: bytes, content_range: str) -> Reply:
        start, total = _read_range(content_range, len(body))
        if start is None:
            return self._finished(upload, total) if total == len(upload.content) and total else progress(upload)
        if start != len(upload.content):
            return progress(upload)
        upload.content += body
        if total is None or len(upload.content) < total:
            if len(body) % STEP_BYTES:
                raise GoogleError("badRequest", "Parts must be multiples of 256 KiB")
            return progress(upload)
        return self._finished(upload, total)

    def _finished(self, upload: Upload, total: int | None) -> Reply:
        if total != len(upload.content):
            raise GoogleError("badRequest", "More bytes than announced")
        upload.result = self._mailboxes.take(
            upload.email, bytes(upload.content), labels=upload.labels, query=upload.query
        )
        upload.content = bytearray()
        return json_reply(upload.result)


def progress(upload: Upload) -> Reply:
    """Return "go on", with how many bytes have come."""
    headers = {"Range": f"bytes=0-{len(upload.content) - 1}"} if upload.content else {}
    return Reply(RESUME, headers=headers)


def _read_range(text: str, length: int) -> tuple[int | None, int | None]:
    """Return where the body starts (None: it only asks) and the whole length (None: not known yet)."""
    if not text:
        return 0, length
    match = re.fullmatch(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)", text.strip())
    if match is None:
        raise GoogleError("badRequest", "Content-Range cannot be read")
    total = None if match[3] == "*" else int(match[3])
    if match[1] is None:
        return None, total
    if int(match[2]) - int(match[1]) + 1 != length:
        raise GoogleError("badRequest", "Content-Range does not fit the body")
    return int(match[1]), total
