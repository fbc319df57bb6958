"""Rows as CSV that spreadsheets cannot be tricked with, and that the import reads back. Pure."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from portal.formula_guard import guard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as bytes, each cell guarded, no header added."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def head_of_file(header: Sequence[str]) -> bytes:
    """How every file begins."""
    return BYTE_ORDER_MARK.encode() + as_csv([header])
