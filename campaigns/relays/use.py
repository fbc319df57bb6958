"""Counting what happens at a relay while a chunk is sent; pure."""

from __future__ import annotations

import threading
from bisect import bisect_left
from dataclasses import dataclass, field

# Upper bounds of the classes that answer times are counted in; one more class for all that took longer.
BOUNDS_MS = (10, 25, 50, 75, 100, 150, 250, 400, 650, 1_000, 1_600, 2_500, 4_000, 6_500, 10_000, 30_000)
_ERROR_CHARS = 300


def no_answers() -> list[int]:
    """A count for each class of answer times."""
    return [0] * (len(BOUNDS_MS) + 1)


@dataclass(slots=True)
class UseCounter:
    """What one worker met at one relay; several connections may count at once. Handed to `note_relay_use`."""

    connection_count: int = 0
    failed_connection_count: int = 0
    failed_login_count: int = 0
    login_count: int = 0
    message_count: int = 0
    answer_ms_sum: int = 0
    answer_counts: list[int] = field(default_factory=no_answers)
    attachment_bytes_sum: int = 0
    attachment_bytes_max: int = 0
    error: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def connected(self) -> None:
        """A connection was made, as far as its greeting."""
        with self._lock:
            self.connection_count += 1

    def logged_in(self) -> None:
        with self._lock:
            self.login_count += 1

    def connection_failed(self, error: str) -> None:
        """No connection came about, or TLS did not; `error` in plain words."""
        with self._lock:
            self.failed_connection_count += 1
            self.error = error[:_ERROR_CHARS]

    def login_failed(self, error: str) -> None:
        with self._lock:
            self.failed_login_count += 1
            self.error = error[:_ERROR_CHARS]

    def failed(self, error: str) -> None:
        """Anything else went wrong: a refused sender, an answer that never came."""
        with self._lock:
            self.error = error[:_ERROR_CHARS]

    def answered(self, took_ms: float, *, attachment_bytes: int = 0) -> None:
        """A message got its answer, so long after its final dot."""
        with self._lock:
            self.message_count += 1
            self.answer_ms_sum += round(took_ms)
            self.answer_counts[bisect_left(BOUNDS_MS, took_ms)] += 1
            self.attachment_bytes_sum += attachment_bytes
            self.attachment_bytes_max = max(self.attachment_bytes_max, attachment_bytes)

    @property
    def is_empty(self) -> bool:
        return not (
            self.connection_count or self.failed_connection_count or self.failed_login_count
            or self.message_count or self.error
        )  # fmt: skip


def share_ms(answer_counts: list[int], share: float) -> int:
    """The time within which this share (0 to 1) of all answers came, at most; 0 where there were none."""
    total = sum(answer_counts)
    if not total:
        return 0
    reached = 0
    for bound, count in zip((*BOUNDS_MS, BOUNDS_MS[-1] * 2), answer_counts, strict=False):
        reached += count
        if reached >= share * total:
            return bound
    return BOUNDS_MS[-1] * 2
