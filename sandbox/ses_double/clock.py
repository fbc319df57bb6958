"""The double's clock, which tests may move forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch, plus what was added by `advance`."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def now(self) -> float:
        """Return seconds since the epoch, UTC."""
        return time.time() + self.ahead_s

    def advance(self, seconds: float) -> None:
        """Move the clock forward (quota windows and time stamps, not delays)."""
        self.ahead_s += seconds


def iso_from_epoch(at_s: float) -> str:
    """Return the form SES writes in events: 2026-11-22T10:00:00.123Z."""
    moment = datetime.fromtimestamp(at_s, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
