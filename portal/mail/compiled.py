"""Whole messages on the wire from compiled segments: all that is the same for everybody is encoded once.

Lines end with CRLF and stay within 76 characters of body; dots at the start of a line are left to SMTP, but none occur.
Source: RFC 5322, 2045 to 2047, 8058.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from portal.mail.attachment import Attachment, EncodedFile, encode_all
from portal.mail.headers import (
    date_header,
    extra_header,
    mailbox_header,
    message_id_header,
    subject_header,
    unsubscribe_headers,
)
from portal.mail.quoted_printable import closed, encode_literals, encode_value
from portal.mail.segments import NO_TEXT, Segments

_SHARED_FROM_BYTES = 60_000  # pieces of this size are never joined: all messages share them
_PART_HEADERS = b'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'


class Mailbox(NamedTuple):
    """A name (which may be empty) and an address."""

    name: str
    address: str


class RecipientHeaders(NamedTuple):
    """What the headers of one message need to know. `message_id` has no brackets; `sent_at` is aware."""

    to: Mailbox
    message_id: str
    sent_at: datetime
    unsubscribe_url: str = ""
    extra: Mapping[str, str] = MappingProxyType({})


class MimeSkeleton:
    """One message for any number of people, encoded but for its holes.

    `subject`, `text` and `html` are compiled segments (text or html may be empty); `extra` headers and attachments are
    the same for everybody. Attachments with a Content-ID belong to the HTML part, which shows them. With
    `has_own_file` there is a place for one file more that each message gets of its own. Raises UnsafeHeader or
    InvalidAddress for headers that could not be sent.
    """

    def __init__(
        self,
        *,
        sender: Mailbox,
        subject: Segments,
        text: Segments = NO_TEXT,
        html: Segments = NO_TEXT,
        reply_to: Mailbox | None = None,
        extra: Mapping[str, str] | None = None,
        attachments: Sequence[Attachment | EncodedFile] = (),
        has_own_file: bool = False,
    ) -> None:
        self._subject = subject
        head = mailbox_header("From", sender.name, sender.address)
        if reply_to is not None:
            head += mailbox_header("Reply-To", reply_to.name, reply_to.address)
        for name, value in (extra or {}).items():
            head += extra_header(name, value)
        self._head = head + "MIME-Version: 1.0\r\n"
        self._dated: tuple[datetime | None, str] = (None, "")
        body = _body(text, html, encode_all(attachments), own_file=[_OWN_FILE] if has_own_file else [])
        self._parts, places = _merged(body)
        self._own_place = places.pop(_OWN_FILE, [0])[0]
        self._slots = [(place, key) for key, found in places.items() for place in found]
        self._fixed_subject = None if subject.keys else subject_header(subject.literals[0])

    def build(
        self, holes: Mapping[str, str], recipient: RecipientHeaders, own_file: EncodedFile | None = None
    ) -> bytes:
        """Write the message of one person, ready for SMTP's DATA but for its final dot.

        Raises KeyError for a hole without a value, UnsafeHeader or InvalidAddress for a header that cannot be sent.
        """
        return b"".join(self.pieces(holes, recipient, own_file))

    def pieces(
        self, holes: Mapping[str, str], recipient: RecipientHeaders, own_file: EncodedFile | None = None
    ) -> list[bytes]:
        """As `build`, in pieces to be written one after the other; large ones are shared by all messages.

        `own_file`: what goes into the place for it; needed where there is one.
        """
        body = self._parts.copy()
        for place, key in self._slots:
            body[place] = encode_value(holes[key])
        body[0] = self._headers(holes, recipient)
        if self._own_place and own_file is not None:
            body[self._own_place : self._own_place + 1] = [own_file.head, *own_file.blocks]
        return body

    def _headers(self, holes: Mapping[str, str], recipient: RecipientHeaders) -> bytes:
        headers = [
            self._head,
            mailbox_header("To", recipient.to.name, recipient.to.address),
            self._fixed_subject or subject_header(self._subject.fill(holes)),
            self._date_of(recipient.sent_at),
            message_id_header(recipient.message_id),
            unsubscribe_headers(recipient.unsubscribe_url),
        ]
        headers.extend(extra_header(name, value) for name, value in recipient.extra.items())
        return "".join(headers).encode("ascii")

    def _date_of(self, sent_at: datetime) -> str:
        """Write the date once for all messages of a group, which share one `sent_at`."""
        known, header = self._dated
        if known is not sent_at:
            header = date_header(sent_at)
            self._dated = sent_at, header
        return header


_Piece = bytes | str  # bytes are ready, a text is the key of a hole
_OWN_FILE = "\0own-file"  # no key of a hole


def _merged(pieces: list[_Piece]) -> tuple[list[bytes], dict[str, list[int]]]:
    """Join what is small and next to each other; place 0 is kept for the headers. Gives the parts, and the places of
    each hole.
    """
    parts: list[bytes] = [b""]
    places: dict[str, list[int]] = {}
    ready: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes) and len(piece) < _SHARED_FROM_BYTES:
            ready.append(piece)
            continue
        parts += [b"".join(ready), b"" if isinstance(piece, str) else piece]
        ready = []
        if isinstance(piece, str):
            places.setdefault(piece, []).append(len(parts) - 1)
    return [*parts, b"".join(ready)], places


def _body(
    text: Segments, html: Segments, attachments: Sequence[EncodedFile], *, own_file: list[_Piece]
) -> list[_Piece]:
    is_shown = not html.is_empty
    shown = [attachment for attachment in attachments if attachment.content_id and is_shown]
    files = [attachment for attachment in attachments if not (attachment.content_id and is_shown)]
    alternatives = [] if text.is_empty else [_part(b"plain", text)]
    if is_shown:
        alternatives.append(_with_files(b"related", _part(b"html", html), _file_parts(shown)))
    alternatives = alternatives or [_part(b"plain", text)]
    content = alternatives[0] if len(alternatives) == 1 else _multipart(b"alternative", alternatives)
    return _with_files(b"mixed", content, [*_file_parts(files), *([own_file] if own_file else [])])


def _file_parts(files: Sequence[EncodedFile]) -> list[list[_Piece]]:
    return [[file.head, *file.blocks] for file in files]


def _with_files(subtype: bytes, content: list[_Piece], files: Sequence[list[_Piece]]) -> list[_Piece]:
    return _multipart(subtype, [content, *files]) if files else content


def _part(subtype: bytes, segments: Segments) -> list[_Piece]:
    literals = encode_literals(segments.literals)
    pieces: list[_Piece] = [_PART_HEADERS % subtype, literals[0] if segments.keys else closed(literals[0])]
    for number, key in enumerate(segments.keys, start=1):
        is_last = number == len(segments.keys)
        pieces += [key, closed(literals[number]) if is_last else literals[number]]
    return pieces


def _multipart(subtype: bytes, parts: Sequence[list[_Piece]]) -> list[_Piece]:
    """Put parts between boundaries. Quoted-printable and base64 can never hold the `=_` that each starts with."""
    boundary = b"=_%s" % secrets.token_hex(12).encode("ascii")
    pieces: list[_Piece] = [b'Content-Type: multipart/%s;\r\n boundary="%s"\r\n\r\n' % (subtype, boundary)]
    for part in parts:
        pieces += [b"--%s\r\n" % boundary, *part, b"\r\n"]
    return [*pieces, b"--%s--\r\n" % boundary]
