"""Which character separates the cells: the one that gives most rows the same width. Pure."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import islice

COMMON = (",", ";", "\t", "|")
RARE = ("^", "~", "\x1f", ":")  # tried only when no common one splits anything
_SCORED_ROWS = 200
_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?[\s,;]*", re.IGNORECASE)


def delimiter_of_sep_line(line: str) -> str | None:
    """The delimiter that Excel's own first line `sep=;` names, or None when the line is not one."""
    found = _SEP_LINE.fullmatch(line.rstrip("\r\n")) or _SEP_LINE.fullmatch(line.rstrip("\n"))
    return found[1] if found else None


def find_delimiter(lines: list[str]) -> str:
    """The best delimiter for the first lines of a file (with their line ends); a comma where nothing splits them."""
    for candidates in (COMMON, RARE):
        best = max(candidates, key=lambda delimiter: score(lines, delimiter))
        if score(lines, best) > (0, 0):
            return best
    return ","


def score(lines: list[str], delimiter: str) -> tuple[float, int]:
    """(share of the rows that have the commonest width, that width); (0, 0) when it splits hardly anything."""
    try:
        rows = islice(csv.reader(lines, delimiter=delimiter), _SCORED_ROWS)
        widths = Counter(len(row) for row in rows if row)
    except csv.Error:
        return (0.0, 0)
    if not widths:
        return (0.0, 0)
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return (round(count / widths.total(), 2), width) if width > 1 else (0.0, 0)
