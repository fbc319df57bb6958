"""Which encoding a file of text is in: byte order mark, strict UTF-8, UTF-16 by its NULs, then statistics. Pure.

A guess from a sample may be wrong further down; the reader decodes strictly and then the person is asked.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from enum import StrEnum

from charset_normalizer import CharsetMatch, from_bytes

# Longest first: the mark of UTF-32-LE begins with that of UTF-16-LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What spreadsheets of the last thirty years wrote; everything else charset-normalizer knows only brings false finds.
CODE_PAGES = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "mac_roman",
              "iso8859_2", "koi8_r", "cp850", "cp437", "cp932", "euc_jp", "gb18030", "big5", "cp949")  # fmt: skip
UNICODE = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
READABLE = frozenset({*UNICODE, *CODE_PAGES})  # the codecs that a person may choose
_NUL_SHARE = 0.2  # Latin text in UTF-16 has about half NULs, all on one side
_STATISTICS_BYTES = 32 * 1024


class Certainty(StrEnum):
    """How far a guess can be trusted."""

    CERTAIN = "certain"  # a byte order mark, or non-ASCII bytes that are valid UTF-8
    LIKELY = "likely"  # statistics
    ASSUMED = "assumed"  # only ASCII was seen, so UTF-8 until a byte says otherwise


@dataclass(frozen=True, slots=True)
class EncodingGuess:
    """`encoding` is a Python codec name that does not touch byte order marks; `mark_bytes` is the mark's length."""

    encoding: str
    certainty: Certainty
    mark_bytes: int = 0


def detect_encoding(sample: bytes) -> EncodingGuess:
    """Guess the encoding from the first bytes of a file; the sample may end inside a character."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return EncodingGuess(encoding, Certainty.CERTAIN, len(mark))
    if b"\0" in sample and (wide := _utf16_by_nuls(sample)):
        return EncodingGuess(wide, Certainty.LIKELY)
    if sample.isascii():
        return EncodingGuess("utf-8", Certainty.ASSUMED)
    if _decodes(sample, "utf-8"):
        return EncodingGuess("utf-8", Certainty.CERTAIN)
    return EncodingGuess(guess_code_page(sample), Certainty.LIKELY)


def mark_length(sample: bytes, encoding: str) -> int:
    """Length of the byte order mark at the start of `sample` if it is one of `encoding`, else 0."""
    return next((len(mark) for mark, name in _MARKS if name == encoding and sample.startswith(mark)), 0)


def guess_code_page(sample: bytes) -> str:
    """The likeliest code page of text that is not UTF-8; cp1252 where statistics say nothing."""
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    telling = b"\n".join(lines)[:_STATISTICS_BYTES]  # the ASCII lines say nothing about a code page
    matches = list(from_bytes(telling, cp_isolation=list(CODE_PAGES)))
    if not matches:
        return next((page for page in CODE_PAGES if _decodes(telling, page)), "cp1252")
    best = min(matches, key=lambda match: (match.percent_chaos + _symbol_percent(match), _commonest(match)))
    return CODE_PAGES[_commonest(best)]


def _commonest(match: CharsetMatch) -> int:
    """Index of the commonest code page among those that read the bytes as this very text."""
    pages = {match.encoding, *match.could_be_from_charset}
    return min((i for i, page in enumerate(CODE_PAGES) if page in pages), default=0)


def _symbol_percent(match: CharsetMatch) -> float:
    """How many of the characters beyond ASCII are no letters: names and cities have few ("Dąbrowski", not "D¹browski")."""
    beyond = [char for char in str(match) if not char.isascii()]
    return 100 * sum(not char.isalpha() for char in beyond) / max(1, len(beyond))


def _utf16_by_nuls(sample: bytes) -> str | None:
    half = max(1, len(sample) // 2)
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > _NUL_SHARE and even < odd / 10:
        return "utf-16-le"
    if even > _NUL_SHARE and odd < even / 10:
        return "utf-16-be"
    return None


def _decodes(sample: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        decoder.decode(sample, final=False)
    except UnicodeDecodeError:
        return False
    return True
