"""Gmail: putting a mail into a mailbox byte for byte, labels, and finding a mail by its Message-ID.

Only resumable uploads: their address tells later whether Gmail took the mail, even when the answer was lost.
Source: Gmail API reference (users.messages.import, users.labels); "Uploading attachments", resumable upload.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlencode

from django.conf import settings

from portal.errors import Unavailable
from portal.google.errors import SERVICE, Answer, api_error
from portal.google.wire import ask, bearer, checked_upload_url

INSERT = "https://www.googleapis.com/auth/gmail.insert"
LABELS = "https://www.googleapis.com/auth/gmail.labels"
READ = "https://www.googleapis.com/auth/gmail.readonly"
MAX_IMPORT_BYTES = 157_286_400
_OK, _CREATED, _RESUME = 200, 201, 308
_JSON = {"Content-Type": "application/json; charset=UTF-8"}


@dataclass(frozen=True, slots=True)
class Imported:
    """Gmail has the mail; `gmail_message_id` is "" where the answer did not say."""

    gmail_message_id: str


def begin_import(token: str, *, size_bytes: int, label_ids: list[str], never_spam: bool) -> str:
    """The address of a new upload; nothing is in the mailbox yet. Raises OutsideError."""
    options = {
        "uploadType": "resumable", "internalDateSource": "dateHeader", "neverMarkSpam": str(never_spam).lower(),
    }  # fmt: skip
    headers = {
        **bearer(token), **_JSON,
        "X-Upload-Content-Type": "message/rfc822", "X-Upload-Content-Length": str(size_bytes),
    }  # fmt: skip
    url = f"{settings.GOOGLE_API_URL}/upload/gmail/v1/users/me/messages/import?{urlencode(options)}"
    answer = ask("POST", url, headers=headers, body=json.dumps({"labelIds": label_ids}).encode())
    if answer.status != _OK:
        raise api_error(answer)
    return checked_upload_url(answer.headers.get("location", ""))


def put_import(token: str, upload_url: str, content: IO[bytes], *, offset: int, size_bytes: int) -> Imported | int:
    """Send the bytes from `offset` to the end; the number of bytes that Gmail has when it wants more.

    Raises OutsideError; after AnswerLost and Unavailable ask `ask_import` what became of it.
    """
    headers = {
        **bearer(token), "Content-Type": "message/rfc822", "Content-Length": str(size_bytes - offset),
        "Content-Range": f"bytes {offset}-{size_bytes - 1}/{size_bytes}",
    }  # fmt: skip
    return _outcome(ask("PUT", checked_upload_url(upload_url), headers=headers, body=content))


def ask_import(token: str, upload_url: str, *, size_bytes: int) -> Imported | int:
    """What became of an upload: the mail, or the number of bytes that Gmail has. Raises NotThere for one it forgot."""
    headers = {**bearer(token), "Content-Range": f"bytes */{size_bytes}", "Content-Length": "0"}
    return _outcome(ask("PUT", checked_upload_url(upload_url), headers=headers))


def list_labels(token: str) -> dict[str, str]:
    """Ids of the mailbox's labels by name. Raises OutsideError."""
    answer = ask("GET", f"{settings.GOOGLE_API_URL}/gmail/v1/users/me/labels", headers=bearer(token))
    if answer.status != _OK:
        raise api_error(answer)
    labels = answer.json().get("labels") or []
    return {str(label["name"]): str(label["id"]) for label in labels if "name" in label and "id" in label}


def create_label(token: str, name: str) -> str:
    """The id of a new label. Raises OutsideError; Refused also when there is one of that name."""
    wanted = {"name": name, "labelListVisibility": "labelShow", "messageListVisibility": "show"}
    url = f"{settings.GOOGLE_API_URL}/gmail/v1/users/me/labels"
    answer = ask("POST", url, headers={**bearer(token), **_JSON}, body=json.dumps(wanted).encode())
    if answer.status not in {_OK, _CREATED}:
        raise api_error(answer)
    return _id_of(answer) or _no_id()


def find_message(token: str, rfc_message_id: str) -> str:
    """The id of the mail with this Message-ID, "" when there is none; needs `READ`. Raises OutsideError."""
    query = urlencode({"q": f"rfc822msgid:{rfc_message_id.strip('<>')}", "maxResults": 1, "includeSpamTrash": "true"})
    answer = ask("GET", f"{settings.GOOGLE_API_URL}/gmail/v1/users/me/messages?{query}", headers=bearer(token))
    if answer.status != _OK:
        raise api_error(answer)
    found = answer.json().get("messages") or []
    return str(found[0].get("id", "")) if found else ""


def _outcome(answer: Answer) -> Imported | int:
    if answer.status in {_OK, _CREATED}:
        return Imported(_id_of(answer))
    if answer.status == _RESUME:
        match = re.fullmatch(r"(?:bytes=)?0-(\d+)", answer.headers.get("range", ""))
        return int(match[1]) + 1 if match else 0
    raise api_error(answer)


def _id_of(answer: Answer) -> str:
    return str(answer.json().get("id", ""))[:64]


def _no_id() -> str:
    raise Unavailable("Google's answer holds no id", service=SERVICE, code="no_id")
