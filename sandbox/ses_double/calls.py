"""Every API call the double was asked for, in the order they arrived."""

from __future__ import annotations

import threading
from collections import deque
from typing import TypedDict

KEPT_CALLS = 200_000


class Call(TypedDict):
    """One API request, as GET /_sandbox/calls tells it."""

    number: int  # 1, 2, 3 ... since the start or the last reset
    operation: str
    started_at_s: float  # seconds since the epoch, the double's clock
    ended_at_s: float  # 0.0 while it is still being answered
    outcome: str  # "ok", an error code, or "fault:<kind>"
    recipients_count: int
    accepted_count: int
    throttled_count: int


class CallBook:
    """The newest calls; older ones are forgotten."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        self._count = 0
        self._lock = threading.Lock()

    def open(self, operation: str, started_at_s: float) -> Call:
        """Note a call that has just come in and return it, to be completed."""
        with self._lock:
            self._count += 1
            call: Call = {
                "number": self._count,
                "operation": operation,
                "started_at_s": started_at_s,
                "ended_at_s": 0.0,
                "outcome": "",
                "recipients_count": 0,
                "accepted_count": 0,
                "throttled_count": 0,
            }
            self._calls.append(call)
        return call

    def all(self) -> list[Call]:
        """Return the calls, oldest first."""
        with self._lock:
            return list(self._calls)

    def clear(self) -> None:
        """Forget them and count from one again."""
        with self._lock:
            self._calls.clear()
            self._count = 0
