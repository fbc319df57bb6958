"""RFC 2047 encoded words and header values that cannot break out of their header.

The standard library's Header class costs about 50 us a value; this is the small part of it that mail needs.
"""

from __future__ import annotations

import re
from binascii import b2a_base64

from portal.errors import InvalidInput

MAX_HEADER_CHARS = 10_000
_FOLD = "\r\n "
_LINE_CHARS = 76
_WORD_BYTES = 42  # 56 characters of base64 and 12 around them: within the 75 of RFC 2047, section 2
_FORBIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u2028\u2029]")


class UnsafeHeader(InvalidInput):
    """A header name or value that could forge further headers or lines."""


def require_one_line(value: str, *, name: str) -> str:
    """Give `value` back. Raises UnsafeHeader for a line break or another control character in it."""
    if _FORBIDDEN.search(value):
        message = f"The header {name} has a line break or a control character in it."
        raise UnsafeHeader(message)
    if len(value) > MAX_HEADER_CHARS:
        message = f"The header {name} is longer than {MAX_HEADER_CHARS:,} characters."
        raise UnsafeHeader(message)
    return value


def unstructured(value: str, *, name: str) -> str:
    """Write free text as the value of the header `name`, folded. Raises UnsafeHeader."""
    if value.isascii() and value.isprintable() and len(value) + len(name) < _LINE_CHARS and "=?" not in value:
        if not value or (value[0] != " " and value[-1] != " "):
            return value
        return _FOLD.join(encoded_words(value))
    require_one_line(value, name=name)
    if value.isascii() and "=?" not in value and "\t" not in value:
        folded = _folded(value, len(name) + 2)
        if folded:
            return folded
    return _FOLD.join(encoded_words(value))


def encoded_words(value: str) -> list[str]:
    """Write text as base64 encoded words; a reader joins them without the space between."""
    whole = value.encode("utf-8", "replace")
    if len(whole) <= _WORD_BYTES:
        return [f"=?utf-8?b?{b2a_base64(whole, newline=False).decode('ascii')}?="]
    return [f"=?utf-8?b?{b2a_base64(chunk, newline=False).decode('ascii')}?=" for chunk in _chunks(value)]


def _chunks(value: str) -> list[bytes]:
    """Cut text between characters into pieces that fit one encoded word."""
    chunks = []
    chunk = b""
    for character in value:
        encoded = character.encode("utf-8", "replace")
        if len(chunk) + len(encoded) > _WORD_BYTES:
            chunks.append(chunk)
            chunk = b""
        chunk += encoded
    return [*chunks, chunk]


def _folded(value: str, first_line_used: int) -> str:
    """Fold at single spaces; empty when a line would not fit or a space could get lost."""
    words = value.split(" ")
    if "" in words or any(len(word) > _LINE_CHARS - 2 for word in words):
        return ""
    lines = [""]
    room = _LINE_CHARS - first_line_used
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
            room = _LINE_CHARS - 1
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return _FOLD.join(lines)
