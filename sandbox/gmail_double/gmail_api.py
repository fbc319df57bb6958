"""The Gmail calls: import in one request or resumable, labels, and finding mail by its Message-ID.

Source: the discovery document of Gmail v1. Only what Postroom calls is here; the scopes are checked as Google does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from email.parser import BytesHeaderParser

from sandbox.gmail_double.double import Double
from sandbox.gmail_double.errors import GoogleError
from sandbox.gmail_double.request import Request
from sandbox.ses_double.reply import Reply, json_reply

SCOPE = "https://www.googleapis.com/auth/gmail."
FULL = "https://mail.google.com/"
LEAST_PIECES = 4  # before, JSON, mail, after
MAY_INSERT = {SCOPE + "insert", SCOPE + "modify", FULL}
MAY_LABEL = {SCOPE + "labels", SCOPE + "modify", FULL}
MAY_SEARCH = {SCOPE + "readonly", SCOPE + "modify", FULL}
IMPORT = re.compile(r"(?:/resumable)?/upload/gmail/v1/users/([^/]+)/messages/import")


def permitted(double: Double, request: Request, scopes: set[str], user: str = "me") -> str:
    """Return whose mailbox the call is for. Raises GoogleError when its token does not permit it."""
    email, granted = double.accounts.holder(request.bearer)
    if not granted & scopes:
        raise GoogleError("insufficientPermissions")
    if user not in {"me", email}:
        raise GoogleError("insufficientPermissions", f"Delegation denied for {email}")
    return email


def import_start(double: Double, request: Request) -> Reply:
    """Begin a resumable upload."""
    match = IMPORT.fullmatch(request.path)
    email = permitted(double, request, MAY_INSERT, match[1] if match else "me")
    labels = _labels(request.json())
    double.mailboxes.check_labels(email, labels)
    _check_type(request.headers.get("x-upload-content-type", "message/rfc822"))
    double.spend(email)
    length = request.headers.get("x-upload-content-length", "")
    upload_id = double.uploads.begin(
        email, labels=labels, query=_options(request.query), length=int(length) if length.isdigit() else None
    )
    host = request.headers.get("host", "127.0.0.1")
    location = f"http://{host}{request.path}?uploadType=resumable&upload_id={upload_id}"
    return Reply(200, headers={"Location": location, "X-GUploader-UploadID": upload_id})


def import_put(double: Double, request: Request) -> Reply:
    """Take a part of a resumable upload, or tell how far it is."""
    return double.uploads.put(
        request.query.get("upload_id", ""), request.body, request.headers.get("content-range", "")
    )


def import_media(double: Double, request: Request) -> Reply:
    """Take a mail in one request: the bytes alone, or with JSON before them (multipart/related)."""
    match = IMPORT.fullmatch(request.path)
    email = permitted(double, request, MAY_INSERT, match[1] if match else "me")
    double.spend(email)
    if request.query.get("uploadType") == "media":
        _check_type(request.headers.get("content-type", ""))
        labels: list[str] = []
        raw = request.body
    else:
        labels, raw = _related(request)
    return json_reply(double.mailboxes.take(email, raw, labels=labels, query=_options(request.query)))


def labels_list(double: Double, request: Request) -> Reply:
    """List the labels."""
    email = permitted(double, request, MAY_LABEL)
    return json_reply({"labels": double.mailboxes.labels_of(email)})


def labels_create(double: Double, request: Request) -> Reply:
    """Make a label."""
    email = permitted(double, request, MAY_LABEL)
    return json_reply(double.mailboxes.add_label(email, str(request.json().get("name", ""))))


def messages_list(double: Double, request: Request) -> Reply:
    """Find mail; gmail.metadata does not permit a query, and gmail.insert none of it."""
    email = permitted(double, request, MAY_SEARCH)
    found = double.mailboxes.search(email, request.query.get("q", ""))
    return json_reply({"messages": found, "resultSizeEstimate": len(found)} if found else {"resultSizeEstimate": 0})


def _labels(body: dict[str, object]) -> list[str]:
    labels = body.get("labelIds", [])
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise GoogleError("badRequest", "Invalid value for labelIds")
    return labels


def _options(query: dict[str, str]) -> dict[str, str]:
    known = ("internalDateSource", "neverMarkSpam", "processForCalendar", "deleted")
    return {name: query[name] for name in known if name in query}


def _check_type(content_type: str) -> None:
    if not content_type.startswith("message/"):
        raise GoogleError("badRequest", f"Media type '{content_type}' is not supported. Valid media types: [message/*]")


def _related(request: Request) -> tuple[list[str], bytes]:
    boundary = re.search(r'boundary="?([^";]+)"?', request.headers.get("content-type", ""))
    if boundary is None:
        raise GoogleError("badRequest", "Missing boundary")
    mark = b"--" + boundary[1].encode()
    pieces = request.body.split(mark)
    if len(pieces) < LEAST_PIECES:
        raise GoogleError("badRequest", "Two parts are needed")
    about, media = (_without_headers(piece) for piece in pieces[1:3])
    return _labels(json.loads(about or b"{}")), media


def _without_headers(piece: bytes) -> bytes:
    head, _, content = piece.lstrip(b"\r\n").partition(b"\r\n\r\n")
    BytesHeaderParser().parsebytes(head)
    return content.removesuffix(b"\r\n")


# (method, path) -> operation and what answers it
ROUTES: list[tuple[str, re.Pattern[str], str, Callable[[Double, Request], Reply]]] = [
    ("GET", re.compile(r"/gmail/v1/users/[^/]+/labels"), "labels_list", labels_list),
    ("POST", re.compile(r"/gmail/v1/users/[^/]+/labels"), "labels_create", labels_create),
    ("GET", re.compile(r"/gmail/v1/users/[^/]+/messages"), "messages_list", messages_list),
]
