"""Keeps spreadsheets from running a cell as a formula: an apostrophe in front, taken off again on the way back. Pure.

Source: OWASP, CSV Injection. `unguard(guard(cell)) == cell` for every cell.
"""

from __future__ import annotations

import re

_FIRST = r"[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]"  # the last four are the full-width ones of = + - @
_DANGEROUS = re.compile(f"'*{_FIRST}")
_GUARDED = re.compile(f"'+{_FIRST}")


def guard(cell: str) -> str:
    """The cell as it may stand in a file that people open in a spreadsheet."""
    return f"'{cell}" if _DANGEROUS.match(cell) else cell


def unguard(cell: str) -> str:
    """The cell as it was before `guard`."""
    return cell[1:] if _GUARDED.match(cell) else cell
