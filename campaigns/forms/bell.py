"""The doorbell of the worker that mails form messages: at most two hints a second from one process.

A message that comes while hints are held back is covered by one that arrives after the pause, so no message waits for
the sweep; and a rush of messages costs no hint each.
"""

from __future__ import annotations

import threading
import time

from portal.publish import publish
from portal.queues import TaskName

PAUSE_S = 1.0


class Doorbell:
    """Rings at once, or once more after the pause; safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._quiet_until_s = 0.0
        self._has_late_ring = False

    def ring(self) -> None:
        """Call it after the message is committed."""
        delay_s = self._delay_s(time.monotonic())
        if delay_s is not None:
            publish(TaskName.MAIL_FORM_MESSAGES, delay_s=delay_s)

    def _delay_s(self, now_s: float) -> int | None:
        with self._lock:
            if now_s >= self._quiet_until_s:
                self._quiet_until_s, self._has_late_ring = now_s + PAUSE_S, False
                return 0
            if self._has_late_ring:
                return None
            self._has_late_ring = True
            return 1


doorbell = Doorbell()
