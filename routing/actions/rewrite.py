"""A mail that is sent on in our own name: headers exchanged line by line, the body's bytes untouched. Pure.

From becomes an address of ours (DMARC of the original would fail), the original author goes into Reply-To, and what
others signed or measured goes, since it is true no more. Where the headers are not such that lines can be exchanged
safely, the whole original travels as an attached file.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Final

from portal.mail.address import InvalidAddress, format_mailbox, parse_address
from portal.mail.encoded_words import UnsafeHeader, unstructured
from routing.inbound.headers import (
    MAX_HEADER_BYTES,
    addresses_in,
    body_of,
    decoded,
    first_of,
    header_block,
    mailboxes_in,
    read_headers,
)

MAX_LINE_BYTES: Final = 998  # RFC 5322, 2.1.1
_GOES: Final = frozenset(
    {
        b"from", b"sender", b"reply-to", b"return-path", b"bcc", b"resent-bcc",
        b"dkim-signature", b"domainkey-signature", b"authentication-results", b"received-spf",
        b"arc-seal", b"arc-message-signature", b"arc-authentication-results",
        b"disposition-notification-to", b"return-receipt-to", b"errors-to",
        b"list-unsubscribe", b"list-unsubscribe-post",
    }
)  # fmt: skip
_ONCE: Final = frozenset(
    {
        b"to",
        b"cc",
        b"subject",
        b"mime-version",
        b"content-type",
        b"content-transfer-encoding",
        b"in-reply-to",
        b"references",
    }
)
_GOING_PREFIXES: Final = (b"x-ses-", b"x-amz-")
_NAME = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
_BARE = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class Envelope:
    """In whose name the mail goes on. `trace` are whole header lines with their ends."""

    from_address: str  # ours, a verified identity
    reply_to: str  # where the original has no usable author: the envelope sender, or ""
    trace: bytes
    boundary: str


def send_on(raw: bytes, envelope: Envelope) -> bytes:
    """The mail to hand to SES, with line ends CRLF."""
    lines = _kept_lines(raw)
    if lines is None:
        return _attached(raw, envelope)
    return b"".join([*_own_headers(raw, envelope), *lines, b"\r\n", body_of(raw)])


def _own_headers(raw: bytes, envelope: Envelope) -> list[bytes]:
    headers = read_headers(raw)
    name, address = _author(first_of(headers, "from"))
    reply_to = first_of(headers, "reply-to")
    answer_to = (addresses_in(reply_to)[:1] or (address,))[0] or envelope.reply_to
    shown = f"{name or address or envelope.reply_to} via {envelope.from_address.rpartition('@')[2]}"
    found = [envelope.trace, f"From: {format_mailbox(shown, envelope.from_address)}\r\n".encode()]
    usable = _usable(answer_to)
    if usable:
        found.append(f"Reply-To: {usable}\r\n".encode())
    if _usable(address):
        found.append(f"X-Original-From: {_usable(address)}\r\n".encode())
    return found


def _author(text: str) -> tuple[str, str]:
    name, address = (mailboxes_in(text)[:1] or (("", ""),))[0]
    return "".join(char for char in decoded(name) if char not in '<>@,;:"')[:80].strip(), address


def _usable(address: str) -> str:
    try:
        return parse_address(address).address
    except InvalidAddress:
        return ""


def _kept_lines(raw: bytes) -> list[bytes] | None:
    """The header lines that stay, folded as they were; None when they are not such that this is safe."""
    block = header_block(raw)
    if not block or len(block) >= MAX_HEADER_BYTES or b"\0" in raw or _BARE.search(block):
        return None
    kept: list[bytes] = []
    seen: set[bytes] = set()
    is_kept = False
    for line in re.split(rb"\r?\n", block):
        if line[:1] in {b" ", b"\t"}:
            if not kept and not is_kept and not seen:
                return None
        else:
            match = _NAME.match(line)
            if match is None:
                return None
            name = match.group(1).lower()
            is_kept = (
                name not in _GOES and not name.startswith(_GOING_PREFIXES) and not (name in _ONCE and name in seen)
            )
            seen.add(name)
        if len(line) > MAX_LINE_BYTES or not line.isascii():
            return None
        if is_kept:
            kept.append(line + b"\r\n")
    return kept if has_lines_that_fit(body_of(raw)) else None


def has_lines_that_fit(body: bytes) -> bool:
    """Whether every line of a body is one that SMTP carries."""
    return not _BARE.search(body) and all(len(line) <= MAX_LINE_BYTES for line in body.split(b"\n"))


def _attached(raw: bytes, envelope: Envelope) -> bytes:
    subject = decoded(first_of(read_headers(raw), "subject")) or "Mail without a subject"
    try:
        subject_line = f"Subject: {unstructured(subject[:300], name='Subject')}\r\n"
    except UnsafeHeader:
        subject_line = "Subject: Mail sent on\r\n"
    boundary = envelope.boundary
    encoded = base64.encodebytes(raw).replace(b"\n", b"\r\n")
    return b"".join(
        [
            *_own_headers(raw, envelope),
            subject_line.encode(),
            b"MIME-Version: 1.0\r\n",
            f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode(),
            f"--{boundary}\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n".encode(),
            b"The original mail is attached: it could not be sent on as it is.\r\n",
            f"--{boundary}\r\nContent-Type: application/octet-stream\r\n".encode(),
            b"Content-Transfer-Encoding: base64\r\n",
            b'Content-Disposition: attachment; filename="original.eml"\r\n\r\n',
            encoded,
            f"--{boundary}--\r\n".encode(),
        ]
    )
