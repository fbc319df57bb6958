"""Cuts a template into text and Liquid tags, in one pass and linear time.

Stands in for python-liquid's own lexer, whose patterns take quadratic time on unclosed tags, and serves all who must
keep Liquid out of the way of another parser (Markdown, HTML).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

MAX_SOURCE_CHARS = 200_000  # with its styles in their elements
MAX_TAG_CHARS = 1_000
MAX_TAGS = 200

_TAG_NAME = re.compile(r"#|\w+")
_END_OF = {name: re.compile(rf"\{{%-?\s{{0,50}}end{name}\s{{0,50}}-?%\}}") for name in ("raw", "comment")}


class PieceKind(Enum):
    """What a piece of a template is."""

    TEXT = "text"
    OUTPUT = "output"
    TAG = "tag"
    RAW = "raw"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the source, `start` to `end`.

    `inner` is the expression of an output or tag, or the text of a raw block, found at `inner_start`.
    """

    kind: PieceKind
    start: int
    end: int
    inner: str
    inner_start: int
    name: str = ""
    trims_before: bool = False
    trims_after: bool = False


class ScanError(ValueError):
    """The tags of a template do not close, or there is too much of it."""

    def __init__(self, code: str, message: str, index: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.index = index


def scan(source: str) -> list[Piece]:
    """Cut `source` into pieces that, joined, are the source again.

    Raises ScanError when a tag is not closed, or the template or one of its tags is too long.
    """
    if len(source) > MAX_SOURCE_CHARS:
        message = f"The template is longer than {MAX_SOURCE_CHARS:,} characters."
        raise ScanError("too_long", message, 0)
    pieces: list[Piece] = []
    tag_count = 0
    for piece in _pieces(source):
        pieces.append(piece)
        tag_count += piece.kind is not PieceKind.TEXT
        if tag_count > MAX_TAGS:
            message = f"There are more than {MAX_TAGS:,} Liquid tags."
            raise ScanError("too_long", message, piece.start)
    return pieces


def _pieces(source: str) -> Iterator[Piece]:
    position = 0
    while position < len(source):
        opening = _next_opening(source, position)
        if opening > position:
            text = source[position:opening]
            yield Piece(PieceKind.TEXT, position, opening, text, position)
        if opening == len(source):
            return
        piece = _bracketed(source, opening)
        yield piece
        position = piece.end


def _next_opening(source: str, position: int) -> int:
    while True:
        brace = source.find("{", position)
        if brace < 0 or brace + 1 >= len(source):
            return len(source)
        if source[brace + 1] in "{%":
            return brace
        position = brace + 1


def _bracketed(source: str, start: int) -> Piece:
    opener = source[start : start + 2]
    closer = "}}" if opener == "{{" else "%}"
    close = source.find(closer, start + 2, start + 2 + MAX_TAG_CHARS)
    reopened = source.find(opener, start + 2, close if close >= 0 else start + 2)
    if close < 0 or reopened >= 0:
        raise ScanError("not_closed", f"“{opener}” is opened here but not closed with “{closer}”.", start)
    trims_before = source.startswith("-", start + 2)
    trims_after = close > start + 2 and source[close - 1] == "-"
    inner_start = start + 2 + trims_before
    inner_end = max(close - trims_after, inner_start)
    raw_inner = source[inner_start:inner_end]
    inner = raw_inner.strip()
    inner_start += len(raw_inner) - len(raw_inner.lstrip())
    piece = Piece(PieceKind.OUTPUT, start, close + 2, inner, inner_start, "", trims_before, trims_after)
    if not inner:
        raise ScanError("empty_tag", f"There is nothing between “{opener}” and “{closer}”.", start)
    return piece if opener == "{{" else _tag(source, piece)


def _tag(source: str, piece: Piece) -> Piece:
    match = _TAG_NAME.match(piece.inner)
    name = match.group() if match else ""
    if name in _END_OF:
        return _verbatim(source, piece, name)
    rest = piece.inner[len(name) :]
    expression = rest.strip()
    expression_start = piece.inner_start + len(name) + len(rest) - len(rest.lstrip())
    kind = PieceKind.COMMENT if name == "#" else PieceKind.TAG
    return Piece(
        kind,
        piece.start,
        piece.end,
        expression,
        expression_start,
        name,
        piece.trims_before,
        piece.trims_after,
    )


def _verbatim(source: str, piece: Piece, name: str) -> Piece:
    end = _END_OF[name].search(source, piece.end)
    if end is None:
        message = f"“{{% {name} %}}” is opened here but not closed with “{{% end{name} %}}”."
        raise ScanError("not_closed", message, piece.start)
    return Piece(
        PieceKind.RAW if name == "raw" else PieceKind.COMMENT,
        piece.start,
        end.end(),
        source[piece.end : end.start()],
        piece.end,
        name,
        piece.trims_before,
        end.group().endswith("-%}"),
    )
