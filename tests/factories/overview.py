"""An installation at work, for the overview."""

from __future__ import annotations


def a_busy_installation() -> None:
    pass
