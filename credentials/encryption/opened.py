"""Data keys that were opened lately, kept in memory for a short while; pure.

Sending thereby asks KMS rarely, and goes on while KMS is down.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

FRESH_S = 300.0  # no question within
KEPT_S = 4 * 3600.0  # and while KMS does not answer, this long
MAX_KEYS = 1_000

KeyName = tuple[bytes, str, str]  # the wrapped key, table, row


class OpenedKeys:
    """A few opened data keys by their wrapped form and what they were opened for; for all threads of a process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._keys: OrderedDict[KeyName, tuple[float, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, name: KeyName, key: bytes) -> None:
        with self._lock:
            self._keys[name] = (self._clock(), key)
            self._keys.move_to_end(name)
            while len(self._keys) > MAX_KEYS:
                self._keys.popitem(last=False)

    def fresh(self, name: KeyName) -> bytes | None:
        """The key when it was opened within FRESH_S."""
        return self._younger_than(FRESH_S, name)

    def kept(self, name: KeyName) -> bytes | None:
        """The key when it was opened within KEPT_S: for when KMS cannot be asked."""
        return self._younger_than(KEPT_S, name)

    def drop(self, name: KeyName) -> None:
        with self._lock:
            self._keys.pop(name, None)

    def clear(self) -> None:
        with self._lock:
            self._keys.clear()

    def _younger_than(self, span_s: float, name: KeyName) -> bytes | None:
        with self._lock:
            opened_at_s, key = self._keys.get(name, (float("-inf"), b""))
            return key if self._clock() - opened_at_s < span_s else None
