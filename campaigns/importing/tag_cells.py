"""Several names in one cell, so that they come back as they were, whatever they hold. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPECIAL = re.compile(r"[\\;,|]")
_PART = re.compile(r"(?:\\.|[^\\;,|\n])+", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def join_tags(names: Iterable[str]) -> str:
    """`a; b`, with a backslash before what would part a name in two."""
    return "; ".join(_SPECIAL.sub(lambda match: f"\\{match[0]}", name) for name in names)


def split_tags(cell: str) -> list[str]:
    """The names of a cell that `join_tags` wrote, perhaps with names added by hand."""
    return [_ESCAPED.sub(r"\1", part).strip() for part in _PART.findall(cell)]
