"""What a client writes: commands that cannot become two, and messages in which no line ends them early; pure.

Source: RFC 5321, sections 4.1.1 and 4.5.2; RFC 1870 (SIZE), 6152 (8BITMIME), 6531 (SMTPUTF8), 4954 (AUTH), 4616 (PLAIN).
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

END_OF_MESSAGE = b".\r\n"
_PATH = re.compile(r"[!#-;=?-\[\]-~\x80-\U0010ffff]{1,320}")  # no control character, space, quote, backslash, <>
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")
_JOINED_BYTES = 65_536
_ODD_LINE_END = re.compile(rb"\r\n|\r|\n")


class UnsafeCommand(InvalidInput):
    """A value that could not stand in a command without becoming another one."""


def ehlo(own_name: str) -> bytes:
    """Say who we are. Raises UnsafeCommand."""
    if not _HOST.fullmatch(own_name):
        raise UnsafeCommand("The name that this machine gives itself is no host name.")
    return f"EHLO {own_name}\r\n".encode("ascii")


def mail_from(address: str, *, parameters: str = "") -> bytes:
    """Begin a mail; `parameters` come from `Features.mail_parameters`. Raises UnsafeCommand."""
    return f"MAIL FROM:<{_path(address)}>{parameters}\r\n".encode()


def rcpt_to(address: str) -> bytes:
    """Name a recipient. Raises UnsafeCommand."""
    return f"RCPT TO:<{_path(address)}>\r\n".encode()


def auth_plain(username: str, password: str) -> bytes:
    """Log in by PLAIN, in one line. Raises UnsafeCommand."""
    if "\0" in username + password:
        raise UnsafeCommand("The user name or the password has a character in it that no server takes.")
    return b"AUTH PLAIN " + b64encode(f"\0{username}\0{password}".encode()) + b"\r\n"


def auth_login_answer(text: str) -> bytes:
    """One answer within AUTH LOGIN."""
    return b64encode(text.encode()) + b"\r\n"


def _path(address: str) -> str:
    local_part, at, domain = address.rpartition("@")
    if not (at and local_part and domain and "@" not in local_part and _PATH.fullmatch(address)):
        raise UnsafeCommand("The address has a character in it that could end the command.")
    return address


def dot_stuffed(pieces: Sequence[bytes]) -> list[bytes]:
    """The message as it stands after DATA, ending a line: dots at line starts doubled, every line end a CRLF.

    Without a bare CR or LF no server can see the end of the message anywhere else (SMTP smuggling). Large pieces that
    need no change are given back as they are, so that mails can share them.
    """
    if not all(map(_is_plain, pieces)):
        return [_rewritten(b"".join(pieces))]
    if sum(map(len, pieces)) <= _JOINED_BYTES:
        whole = b"".join(pieces)
        return [whole if whole.endswith(b"\r\n") else whole + b"\r\n"]
    last = next(piece for piece in reversed(pieces) if piece)
    return [*pieces] if last.endswith(b"\r\n") else [*pieces, b"\r\n"]


def _rewritten(text: bytes) -> bytes:
    if not _has_whole_line_ends(text):
        text = _ODD_LINE_END.sub(b"\r\n", text)
    stuffed = (b"\n" + text).replace(b"\n.", b"\n..")[1:]
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


@lru_cache(maxsize=256)
def _is_plain(piece: bytes) -> bool:
    """Whether it needs no change wherever it stands between other plain pieces.

    Mails of a campaign share most of their pieces, so each of these is looked through once.
    """
    if piece.startswith((b".", b"\n")):
        return False
    end = piece.find(b"\n")
    if end < 0:
        return b"\r" not in piece
    if end == len(piece) - 1:
        return piece.find(b"\r") == end - 1
    return not piece.endswith(b"\r") and _has_whole_line_ends(piece) and b"\n." not in piece


def _has_whole_line_ends(piece: bytes) -> bool:
    return piece.count(b"\n") == piece.count(b"\r") == piece.count(b"\r\n")
