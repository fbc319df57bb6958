"""Checks that Liquid blocks open and close in order, and that only the tags we offer are used.

Done before python-liquid parses, because a writer needs to hear which block on which line was left open.
"""

from __future__ import annotations

from collections.abc import Iterable

from campaigns.messages.scan import Piece, PieceKind

BLOCKS = {
    "if": ("elsif", "else"),
    "unless": ("elsif", "else"),
    "case": ("when", "else"),
    "for": ("else", "break", "continue"),
    "capture": (),
}
PLAIN_TAGS = frozenset({"assign", "break", "continue"})
TAGS_OFFERED = (*BLOCKS, "assign", "comment", "raw")
MAX_DEPTH = 20

_INNER = frozenset(name for names in BLOCKS.values() for name in names)
_OTHER_TEMPLATES = frozenset({"include", "render", "layout", "extends", "block", "load", "import"})


def structure_faults(pieces: Iterable[Piece]) -> list[tuple[str, int, str]]:
    """Find tags that do not exist or do not match: (code, character position, message) each."""
    faults: list[tuple[str, int, str]] = []
    open_blocks: list[Piece] = []
    for piece in pieces:
        if piece.kind is not PieceKind.TAG:
            continue
        fault = _fault_of(piece, open_blocks)
        if fault is not None:
            faults.append((fault[0], piece.start, fault[1]))
    for piece in open_blocks:
        message = f"“{{% {piece.name} %}}” is opened here but not closed with “{{% end{piece.name} %}}”."
        faults.append(("not_closed", piece.start, message))
    return faults


def _fault_of(piece: Piece, open_blocks: list[Piece]) -> tuple[str, str] | None:
    if piece.name in BLOCKS:
        open_blocks.append(piece)
        if len(open_blocks) > MAX_DEPTH:
            return "too_deep", f"Blocks may be nested {MAX_DEPTH} deep at most."
        return None
    if piece.name.startswith("end") and piece.name[3:] in BLOCKS:
        return _close(piece, open_blocks)
    if piece.name in _INNER:
        return _check_inner(piece, open_blocks)
    if piece.name in PLAIN_TAGS:
        return None
    return _unknown(piece.name)


def _close(piece: Piece, open_blocks: list[Piece]) -> tuple[str, str] | None:
    opened = piece.name[3:]
    if open_blocks and open_blocks[-1].name == opened:
        open_blocks.pop()
        return None
    if any(block.name == opened for block in open_blocks):
        inner = open_blocks[-1].name
        return "wrong_order", f"“{{% {piece.name} %}}” comes before “{{% end{inner} %}}”."
    return "not_opened", f"“{{% {piece.name} %}}” closes a “{{% {opened} %}}” that was never opened."


def _check_inner(piece: Piece, open_blocks: list[Piece]) -> tuple[str, str] | None:
    if piece.name in ("break", "continue"):
        if any(block.name == "for" for block in open_blocks):
            return None
        return "misplaced", f"“{{% {piece.name} %}}” only works inside “{{% for %}}”."
    if open_blocks and piece.name in BLOCKS[open_blocks[-1].name]:
        return None
    return "misplaced", f"“{{% {piece.name} %}}” stands outside the block it belongs to."


def _unknown(name: str) -> tuple[str, str]:
    if name in _OTHER_TEMPLATES:
        return "unknown_tag", f"“{{% {name} %}}” does not work here: a message cannot load other templates."
    known = ", ".join(TAGS_OFFERED)
    shown = f"There is no tag “{name[:40]}”." if name else "The tag has no name."
    return "unknown_tag", f"{shown} These tags work: {known}."
