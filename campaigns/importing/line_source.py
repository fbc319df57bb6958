"""Decoded lines of a binary stream, each with its length in bytes. Pure.

Lines end where the file's own line end says; the codec is strict, and a byte it cannot decode ends the reading with
its offset in the file.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, BinaryIO

from campaigns.importing.problems import FileProblem, ProblemCode

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINE_BYTES = 1024 * 1024
_BLOCK_BYTES = 64 * 1024

Line = tuple[str | None, int]  # text with its line end (None: longer than MAX_LINE_BYTES), length in bytes


def read_lines(stream: BinaryIO, *, encoding: str, newline: str, start: int) -> Iterator[Line]:
    """Yield every line of the stream, which stands `start` bytes into its file.

    `newline` is "\\n" (also for "\\r\\n") or "\\r". Raises FileProblem(UNDECODABLE) with the offset of the first bad byte.
    """
    if newline == "\n" and not encoding.startswith(("utf-16", "utf-32")):
        return _byte_lines(stream, encoding=encoding, start=start)
    return _text_lines(stream, encoding=encoding, newline=newline, start=start)


def _byte_lines(stream: BinaryIO, *, encoding: str, start: int) -> Iterator[Line]:
    """The fast way: in every encoding but UTF-16/32 the byte 0x0A is a line feed and nothing else."""
    readline = stream.readline
    offset = start
    while raw := readline(MAX_LINE_BYTES):
        size = len(raw)
        if size == MAX_LINE_BYTES and not raw.endswith(b"\n"):
            size += _skip_rest_of_line(stream)
            yield None, size
        else:
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError as error:
                raise _undecodable(encoding, offset + error.start) from error
            yield text, size
        offset += size


def _skip_rest_of_line(stream: BinaryIO) -> int:
    skipped = 0
    while raw := stream.readline(_BLOCK_BYTES):
        skipped += len(raw)
        if raw.endswith(b"\n"):
            break
    return skipped


def _text_lines(stream: BinaryIO, *, encoding: str, newline: str, start: int) -> Iterator[Line]:
    """Decode first, then split: for UTF-16/32 and for line ends of carriage returns alone."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    rest, offset = "", start
    while True:
        block = stream.read(_BLOCK_BYTES)
        held_bytes = len(decoder.getstate()[0])
        try:
            rest += decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise _undecodable(encoding, offset - held_bytes + error.start) from error
        offset += len(block)
        *lines, rest = rest.split(newline)
        for text in lines:
            yield _sized(text + newline, encoding)
        if not block:
            break
        if len(rest) > MAX_LINE_BYTES:
            raise FileProblem(ProblemCode.BINARY)  # no table has such lines
    if rest:
        yield _sized(rest, encoding)


def _sized(text: str, encoding: str) -> Line:
    size = len(text) if encoding == "utf-8" and text.isascii() else len(text.encode(encoding))
    return (text if size <= MAX_LINE_BYTES else None), size


def _undecodable(encoding: str, offset: int) -> FileProblem:
    return FileProblem(ProblemCode.UNDECODABLE, value=encoding, offset_bytes=offset)
