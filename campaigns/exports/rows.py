"""What every source of rows gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows in order, and the cursor behind them ("" = that was all)."""

    rows: list[list[str]]
    cursor: str
