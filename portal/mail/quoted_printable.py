"""Quoted-printable (RFC 2045, section 6.7) for texts that are joined from literals and values.

No encoded line starts with a dot, so an SMTP client need not look at the body for dots to double.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from functools import lru_cache

_LINE_BREAK = re.compile(r"\r\n|\r")
_DOT_LINE = re.compile(rb"^\.[^\n]*", re.MULTILINE)
_PLAIN_VALUE = re.compile(r"[!-\-/-<>-~](?:[ -<>-~]{0,70}[!-<>-~])?")  # needs no encoding and fits a line
_MAX_LINE_BYTES = 76
_SOFT_BREAK = b"=\r\n"


def encode_text(text: str) -> bytes:
    """Encode text that starts at the beginning of a line. Every line break (CRLF, CR, LF) becomes CRLF."""
    if "\r" in text:
        text = _LINE_BREAK.sub("\n", text)
    encoded: bytes = b2a_qp(text.encode("utf-8", "replace"), istext=True)
    if b"\n" not in encoded and not encoded.startswith(b"."):
        return encoded
    if encoded.startswith(b".") or b"\n." in encoded:
        encoded = _DOT_LINE.sub(_without_leading_dots, encoded)
    return encoded.replace(b"\n", b"\r\n")


def encode_value(text: str) -> bytes:
    """Encode a value for a hole: it starts a line and ends with a soft line break, or is nothing at all."""
    return _short_value(text) if len(text) <= _MAX_LINE_BYTES else _any_value(text)


def _any_value(text: str) -> bytes:
    if _PLAIN_VALUE.fullmatch(text):
        return text.encode("ascii") + _SOFT_BREAK
    return closed(encode_text(text)) if text else b""


_short_value = lru_cache(maxsize=512)(_any_value)  # most stand in both texts of a mail, names in many mails


def encode_literals(literals: tuple[str, ...]) -> list[bytes]:
    """Encode the literals around holes, each but the last closed so that a hole starts a line."""
    encoded = [encode_text(literal) for literal in literals]
    return [*map(closed, encoded[:-1]), encoded[-1]]


def closed(encoded: bytes) -> bytes:
    """End an encoded text with a line break that is none of its own, unless it ends a line anyway."""
    if not encoded or encoded.endswith(b"\r\n"):
        return encoded
    last_line_bytes = len(encoded) - encoded.rfind(b"\n") - 1
    if last_line_bytes < _MAX_LINE_BYTES:
        return encoded + _SOFT_BREAK
    cut = -3 if encoded[-3:-2] == b"=" else -1
    return encoded[:cut] + _SOFT_BREAK + encoded[cut:] + _SOFT_BREAK


def _without_leading_dots(line: re.Match[bytes]) -> bytes:
    encoded = line.group()
    rest = encoded.lstrip(b".")
    dots = len(encoded) - len(rest)
    head = b"=2E" * dots
    if len(head) + len(rest) <= _MAX_LINE_BYTES:
        return head + rest
    per_line = (_MAX_LINE_BYTES - 1) // 3
    lines = [b"=2E" * min(per_line, dots - start) for start in range(0, dots, per_line)]
    return b"=\n".join([*lines, rest])
