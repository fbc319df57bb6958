"""Replies of an SMTP server, read from bytes however they were split; pure.

Source: RFC 5321, section 4.2 (replies) and 4.5.3.1.5 (lengths); RFC 3463 (enhanced status codes).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

MAX_LINE_BYTES = 4_096  # RFC 5321 asks for 512; some servers write essays
MAX_LINES = 200
_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?: |$)")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]")


class ProtocolFault(Exception):
    """The server does not speak SMTP, or not in step; nothing it says on this connection can be believed any more."""


class Reply(NamedTuple):
    """One whole reply: its code, and the text of each line without control characters."""

    code: int
    lines: tuple[str, ...]

    @property
    def is_positive(self) -> bool:
        return 200 <= self.code < 300  # noqa: PLR2004

    @property
    def is_transient(self) -> bool:
        return 400 <= self.code < 500  # noqa: PLR2004

    @property
    def is_permanent(self) -> bool:
        return self.code >= 500  # noqa: PLR2004

    @property
    def enhanced(self) -> str:
        """The enhanced status code, such as `5.1.1`; "" where there is none."""
        found = _ENHANCED.match(self.lines[0])
        return found[1] if found else ""

    @property
    def text(self) -> str:
        """All in one line, with the code: what people are shown."""
        return " ".join([str(self.code), *(line for line in self.lines if line)])


class ReplyReader:
    """Takes the server's bytes as they come and gives whole replies, in order."""

    __slots__ = ("_code", "_lines", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._code = 0  # of the reply that is not complete yet
        self._lines: list[str] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing was received beyond the replies given so far."""
        return not self._rest and not self._lines

    def feed(self, received: bytes) -> list[Reply]:
        """The replies that are complete now. Raises ProtocolFault."""
        *lines, self._rest = (self._rest + received).split(b"\n")
        if len(self._rest) > MAX_LINE_BYTES:
            raise ProtocolFault("The server sent a line without end.")
        replies = []
        for line in lines:
            reply = self._take(line.removesuffix(b"\r"))
            if reply is not None:
                replies.append(reply)
        return replies

    def _take(self, line: bytes) -> Reply | None:
        alone, is_last = _read_line(line)
        if is_last and not self._lines:
            return alone
        if alone.code != (self._code or alone.code) or len(self._lines) >= MAX_LINES:
            raise ProtocolFault("The server's answer has lines of two answers, or has no end.")
        self._lines += alone.lines
        if not is_last:
            self._code = alone.code
            return None
        reply = Reply(alone.code, tuple(self._lines))
        self._code, self._lines = 0, []
        return reply


@lru_cache(maxsize=256)
def _read_line(line: bytes) -> tuple[Reply, bool]:
    """The line as a reply of its own, and whether it is the last; most come again and again. Raises ProtocolFault."""
    found = _LINE.fullmatch(line) if len(line) <= MAX_LINE_BYTES else None
    if found is None:
        shown = line[:60].decode("ascii", "backslashreplace")
        raise ProtocolFault(f"The server's answer is none of SMTP: {shown!r}")
    text = _UNPRINTABLE.sub(" ", (found[3] or b"").decode("utf-8", "replace")).strip()
    return Reply(int(found[1]), (text,)), found[2] != b"-"
