"""The sending quotas of an SES account: recipients a second, and in 24 hours.

The rate is a virtual scheduling bucket (GCRA): `tolerance_s` seconds of quota may be
used at once. AWS does not publish its own tolerance; 0.25 s is a careful guess.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace

from sandbox.ses_double.clock import Clock

DAY_S = 86_400.0
UNLIMITED = -1.0


@dataclass(frozen=True, slots=True)
class QuotaSettings:
    """What GetAccount tells about the account, and how strictly it is kept."""

    max_send_rate: float = 14.0
    max_24_hour_send: float = 50_000.0  # -1 = unlimited
    tolerance_s: float = 0.25
    sending_enabled: bool = True
    production_access: bool = True
    enforcement_status: str = "HEALTHY"


class SendQuota:
    """Counts recipients against both quotas. Safe for use by several threads."""

    def __init__(self, clock: Clock, settings: QuotaSettings) -> None:
        self.settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._next_free_at = 0.0
        self._sent: deque[tuple[float, int]] = deque()
        self._sent_count = 0

    def change(self, **changes: float | bool | str) -> QuotaSettings:
        """Replace the named settings and return them all. Raises TypeError."""
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        return self.settings

    def take(self, recipients_count: int) -> str | None:
        """Reserve recipients; return None, or the bulk status of the refusal."""
        with self._lock:
            now = self._clock.now()
            if not self._has_day_room(now, recipients_count):
                return "ACCOUNT_DAILY_QUOTA_EXCEEDED"
            if self._next_free_at > now + self.settings.tolerance_s:
                return "ACCOUNT_THROTTLED"
            start = max(self._next_free_at, now)
            self._next_free_at = start + recipients_count / self.settings.max_send_rate
            self._note(now, recipients_count)
            return None

    def restore(self, at_s: float, recipients_count: int) -> None:
        """Count what was accepted earlier, before the double was restarted."""
        with self._lock:
            self._note(at_s, recipients_count)

    def sent_last_24_hours(self) -> int:
        """Return how many recipients were accepted in the rolling window."""
        with self._lock:
            self._forget_before(self._clock.now() - DAY_S)
            return self._sent_count

    def reset(self) -> None:
        """Forget everything that was sent."""
        with self._lock:
            self._sent.clear()
            self._sent_count = 0
            self._next_free_at = 0.0

    def _has_day_room(self, now: float, recipients_count: int) -> bool:
        limit = self.settings.max_24_hour_send
        if limit == UNLIMITED:
            return True
        self._forget_before(now - DAY_S)
        return self._sent_count + recipients_count <= limit

    def _note(self, at_s: float, recipients_count: int) -> None:
        self._sent_count += recipients_count
        if self._sent and at_s - self._sent[-1][0] < 1.0:
            since, count = self._sent[-1]
            self._sent[-1] = (since, count + recipients_count)
            return
        self._sent.append((at_s, recipients_count))

    def _forget_before(self, at_s: float) -> None:
        while self._sent and self._sent[0][0] <= at_s:
            self._sent_count -= self._sent.popleft()[1]
