"""Counters and timings as log lines; the unit stands in each name (`_count`, `_ms`)."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)


def count(name: str, value: float = 1, **dimensions: str) -> None:
    """Record `value` under `name`, e.g. `count("sending.accepted_count", 50, account="ses")`."""
    logger.info("metric", extra={"metric": name, "value": value, **dimensions})


@contextmanager
def timed(name: str, **dimensions: str) -> Iterator[None]:
    """Record how many milliseconds the block took under `name` (which ends in `_ms`)."""
    started_s = time.monotonic()
    try:
        yield
    finally:
        count(name, round((time.monotonic() - started_s) * 1000, 1), **dimensions)
