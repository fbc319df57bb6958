"""Attachments and inline images, the same for everybody: encoded once, put into each message as they are."""

from __future__ import annotations

import io
import re
from base64 import encodebytes
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from portal.mail.encoded_words import UnsafeHeader, require_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LINE_BYTES = 57  # make 76 characters
BLOCK_BYTES = LINE_BYTES * 8192
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


@dataclass(frozen=True, slots=True)
class EncodedFile:
    """A file as a MIME part without its boundary: its head, and its content as base64 in blocks of whole lines.

    The blocks are never joined, so that any number of messages shares them. No line of them begins with a dot.
    """

    filename: str
    content_type: str
    content_id: str
    head: bytes
    blocks: tuple[bytes, ...]

    @property
    def wire_bytes(self) -> int:
        """What it adds to a message."""
        return len(self.head) + sum(map(len, self.blocks))

    def base64_blocks(self) -> Iterator[bytes]:
        """The content as base64 without line breaks."""
        return (block.replace(b"\r\n", b"") for block in self.blocks)


def encode_file(stream: BinaryIO, *, filename: str, content_type: str, content_id: str = "") -> EncodedFile:
    """Encode what a stream holds, a block at a time. Raises UnsafeHeader, and what reading raises."""
    if not _CONTENT_TYPE.fullmatch(content_type) or content_type.startswith("multipart/"):
        message = "The type of the attachment must look like application/pdf."
        raise UnsafeHeader(message)
    head = (
        f"Content-Type: {content_type}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"{_place(content_id)};\r\n {_filename(filename)}\r\n\r\n"
    )
    blocks = tuple(encodebytes(block).replace(b"\n", b"\r\n") for block in _whole_blocks(stream))
    return EncodedFile(filename, content_type, content_id, head.encode("ascii"), blocks)


def encode_attachment(attachment: Attachment) -> EncodedFile:
    """Encode an attachment that is in memory. Raises UnsafeHeader."""
    return encode_file(
        io.BytesIO(attachment.content),
        filename=attachment.filename,
        content_type=attachment.content_type,
        content_id=attachment.content_id,
    )


def encode_all(files: Iterable[Attachment | EncodedFile]) -> tuple[EncodedFile, ...]:
    """Encode those that are not yet. Raises UnsafeHeader."""
    return tuple(file if isinstance(file, EncodedFile) else encode_attachment(file) for file in files)


def encoded_bytes(size_bytes: int) -> int:
    """How many bytes a content of this size makes in a message."""
    return 4 * -(-size_bytes // 3) + 2 * -(-size_bytes // LINE_BYTES)


def _whole_blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Blocks of whole lines, however little a read gives; only the last one is shorter."""
    rest = b""
    while read := stream.read(BLOCK_BYTES - len(rest)):
        rest += read
        if len(rest) == BLOCK_BYTES:
            yield rest
            rest = b""
    if rest:
        yield rest


def _place(content_id: str) -> str:
    if not content_id:
        return "Content-Disposition: attachment"
    if not _CONTENT_ID.fullmatch(content_id):
        message = "The Content-ID of an inline image must look like name@host."
        raise UnsafeHeader(message)
    return f"Content-ID: <{content_id}>\r\nContent-Disposition: inline"


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
