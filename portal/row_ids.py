"""Ids of rows in what people and programs send. Pure."""

from __future__ import annotations

from typing import Final

_MOST_DIGITS: Final = 18  # fits the databases' integers


def row_id(text: str | None) -> int | None:
    """The id that the text names; None for what can be none, however odd or long."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None
