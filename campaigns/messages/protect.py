"""Takes Liquid out of a text before another parser sees it, and puts it back afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from campaigns.messages.scan import Piece, PieceKind, scan

_OPENERS = re.compile(r"\{[{%]")
_BLOCK_KINDS = (PieceKind.TAG, PieceKind.COMMENT)


@dataclass(frozen=True, slots=True)
class Protected:
    """A text with a stand-in word for each Liquid piece, such as `lqz3z`, which no parser alters."""

    text: str
    mark: str
    originals: tuple[str, ...]
    blocks: frozenset[int]

    @property
    def stand_in(self) -> re.Pattern[str]:
        """Matches one stand-in; group 1 is its number."""
        return re.compile(rf"{self.mark}(\d+)z")

    @property
    def block_stand_ins(self) -> str:
        """A pattern for a run of stand-ins that print nothing themselves (tags and comments)."""
        numbers = "|".join(str(number) for number in sorted(self.blocks, reverse=True))
        return rf"(?:{self.mark}(?:{numbers})z\s*)+" if numbers else r"(?!)"

    def restore(self, text: str) -> str:
        """Put the Liquid back; what looks like Liquid only since the text was parsed (`&#123;&#123;`) stays text."""
        return self.stand_in.sub(lambda match: self.originals[int(match.group(1))], as_verbatim(text))


def as_verbatim(text: str) -> str:
    """Keep a text from being read as Liquid."""
    return _OPENERS.sub(lambda match: f"{{% raw %}}{match.group()}{{% endraw %}}", text)


def protect(source: str) -> Protected:
    """Replace each Liquid piece of `source` by a word. The source must scan without error."""
    pieces = scan(source)
    mark = unused_word(source)
    return _replaced(source, pieces, mark, lambda number, _piece: f"{mark}{number}z")


def protect_where(source: str, stand_in_for: Callable[[str, Piece], str]) -> Protected:
    """Like `protect`, but `stand_in_for(word, piece)` says how each word is written."""
    pieces = scan(source)
    mark = unused_word(source)
    return _replaced(source, pieces, mark, lambda number, piece: stand_in_for(f"{mark}{number}z", piece))


def _replaced(source: str, pieces: Sequence[Piece], mark: str, write: Callable[[int, Piece], str]) -> Protected:
    parts: list[str] = []
    originals: list[str] = []
    blocks: set[int] = set()
    for piece in pieces:
        original = source[piece.start : piece.end]
        if piece.kind is PieceKind.TEXT:
            parts.append(original)
            continue
        if piece.kind in _BLOCK_KINDS:
            blocks.add(len(originals))
        parts.append(write(len(originals), piece))
        originals.append(original)
    return Protected("".join(parts), mark, tuple(originals), frozenset(blocks))


def unused_word(source: str) -> str:
    """Find a short word that does not occur in `source`."""
    lowered = source.lower()
    mark = "lqz"
    while mark in lowered:
        mark += "q"
    return mark
