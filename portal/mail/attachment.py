"""Attachments and inline images, the same for everybody: encoded once, put into each message as they are."""

from __future__ import annotations

import re
from base64 import encodebytes
from dataclasses import dataclass
from urllib.parse import quote

from portal.mail.encoded_words import UnsafeHeader, require_one_line

_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_PLAIN_FILENAME = re.compile(r"[A-Za-z0-9 ._()+,=@-]{1,60}")
_MAX_FILENAME_CHARS = 255
_CONTENT_ID = re.compile(r"[A-Za-z0-9._+-]{1,60}@[A-Za-z0-9.-]{1,60}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message. `content_type` is a plain `type/subtype`.

    One with a `content_id` (without brackets) is shown by the HTML part as `cid:<content_id>`. Source: RFC 2392, 2387.
    """

    filename: str
    content_type: str
    content: bytes
    content_id: str = ""


def encode_attachment(attachment: Attachment) -> bytes:
    """Write one attachment as a MIME part without its boundary. Raises UnsafeHeader."""
    if not _CONTENT_TYPE.fullmatch(attachment.content_type) or attachment.content_type.startswith("multipart/"):
        message = "The type of the attachment must look like application/pdf."
        raise UnsafeHeader(message)
    head = (
        f"Content-Type: {attachment.content_type}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"{_place(attachment)};\r\n {_filename(attachment.filename)}\r\n\r\n"
    )
    return head.encode("ascii") + encodebytes(attachment.content).replace(b"\n", b"\r\n")


def _place(attachment: Attachment) -> str:
    if not attachment.content_id:
        return "Content-Disposition: attachment"
    if not _CONTENT_ID.fullmatch(attachment.content_id):
        message = "The Content-ID of an inline image must look like name@host."
        raise UnsafeHeader(message)
    return f"Content-ID: <{attachment.content_id}>\r\nContent-Disposition: inline"


def _filename(name: str) -> str:
    """Write the file name by RFC 2231, cut into pieces that fit a line."""
    require_one_line(name, name="file name")
    if not name or len(name) > _MAX_FILENAME_CHARS:
        message = "An attachment needs a file name of at most 255 characters."
        raise UnsafeHeader(message)
    if _PLAIN_FILENAME.fullmatch(name):
        return f'filename="{name}"'
    encoded = [quote(character, safe="") for character in f"{name}"]
    lines = ["utf-8''"]
    for character in encoded:
        if len(lines[-1]) + len(character) > 55:  # noqa: PLR2004 - with its key, within a line
            lines.append("")
        lines[-1] += character
    return ";\r\n ".join(f"filename*{number}*={line}" for number, line in enumerate(lines))
