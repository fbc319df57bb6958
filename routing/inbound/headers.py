"""Reads the headers of a raw mail, whatever it is made of: never raises, never changes a byte. Pure.

Python's own parsers raise on some real mail (`email.policy.default`) or take minutes; nothing here looks behind the
first empty line. Source: RFC 5322, 2.2; RFC 2047; what real mail does instead.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from collections.abc import Iterable
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses
from typing import Final

MAX_HEADER_BYTES: Final = 1024 * 1024  # what is behind that is not read
MAX_HEADERS: Final = 1_000
MAX_VALUE_CHARS: Final = 8_000
MAX_DECODED_CHARS: Final = 4_000  # encoded words of longer values stay as they are
MAX_ADDRESSES: Final = 50
MAX_KEPT_CHARS: Final = 32_000
MAX_COMMENTS: Final = 20
_BLANK_BRACKETS: Final = str.maketrans("()", "  ")
_END = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")
_LINE_END = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[!-9;-~]{1,200}")

Header = tuple[str, str]


def header_block(raw: bytes) -> bytes:
    """The bytes up to the first empty line; at most MAX_HEADER_BYTES."""
    head = raw[:MAX_HEADER_BYTES]
    if head[:1] in {b"\r", b"\n"}:
        return b""
    end = _END.search(head)
    return head[: end.start()] if end else head


def body_of(raw: bytes) -> bytes:
    """What stands behind the first empty line; all of it where there are no headers."""
    if raw[:1] in {b"\r", b"\n"}:
        return raw
    end = _END.search(raw[:MAX_HEADER_BYTES])
    return raw[end.end() :] if end else b""


def kept_headers(headers: Iterable[Header]) -> list[list[str]]:
    """As rows keep them: up to MAX_KEPT_CHARS, whole headers only."""
    kept: list[list[str]] = []
    room = MAX_KEPT_CHARS
    for name, value in headers:
        room -= len(name) + len(value)
        if room < 0:
            break
        kept.append([name, value])
    return kept


def read_headers(raw: bytes) -> tuple[Header, ...]:
    """Names and unfolded values in order, not decoded further. Lines that are no header are passed over."""
    text = header_block(raw).decode("utf-8", "replace").replace("\0", "")
    found: list[list[str]] = []
    for line in _LINE_END.split(text):
        if line[:1] in {" ", "\t"}:
            if found:
                found[-1].append(line.strip())
            continue
        name, colon, value = line.partition(":")
        if colon and _NAME.fullmatch(name.rstrip()):
            found.append([name.rstrip(), value.strip()])
        if len(found) > MAX_HEADERS:
            break
    return tuple((name, " ".join(values)[:MAX_VALUE_CHARS].strip()) for name, *values in found[:MAX_HEADERS])


def values_of(headers: tuple[Header, ...], name: str) -> list[str]:
    """All values of one header, `name` in lower case."""
    return [value for each, value in headers if each.lower() == name]


def first_of(headers: tuple[Header, ...], name: str) -> str:
    """The first value of a header; "" where there is none."""
    return next(iter(values_of(headers, name)), "")


def decoded(text: str) -> str:
    """With RFC 2047 words read, on one line; as it is where they cannot be read."""
    flat = " ".join(text.split())
    if "=?" not in flat or len(flat) > MAX_DECODED_CHARS:
        return storable(flat)
    try:
        parts = decode_header(flat)
        words = [
            part if isinstance(part, str) else part.decode(charset or "ascii", "replace") for part, charset in parts
        ]
    except (HeaderParseError, Base64Error, LookupError, ValueError, AssertionError):
        return storable(flat)
    return storable(" ".join("".join(words).split()))


def addresses_in(text: str) -> tuple[str, ...]:
    """The addresses of a From, Sender or Reply-To header, in order."""
    return tuple(address for _name, address in mailboxes_in(text))


def mailboxes_in(text: str) -> tuple[tuple[str, str], ...]:
    """Names (not decoded) and addresses of a From, Sender or Reply-To header, in order."""
    try:
        found = getaddresses([_without_nests(text[:MAX_VALUE_CHARS])])
    except (ValueError, IndexError, TypeError, AttributeError, RecursionError):
        return ()
    return tuple((storable(name), storable(address)) for name, address in found[:MAX_ADDRESSES] if "@" in address)


def _without_nests(text: str) -> str:
    """Comments in comments cost the reader a call each; nobody means hundreds of them."""
    return text.translate(_BLANK_BRACKETS) if text.count("(") > MAX_COMMENTS else text


def storable(text: str) -> str:
    """Without what databases refuse: NUL, half a surrogate pair."""
    return text.replace("\0", "").encode(errors="replace").decode()
