"""Sessions kept open between calls, per process: a new one costs four round trips and a handshake."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from portal.smtp.session import Session

IDLE_S = 45.0  # most servers hang up after one to five minutes


class SessionPool:
    """Idle sessions by whatever tells servers and logins apart. A forked process begins with none."""

    def __init__(self) -> None:
        self._idle: dict[Hashable, list[Session]] = {}
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._sweeper: threading.Timer | None = None

    def take(self, key: Hashable) -> Session | None:
        """An idle session as far as can be seen from here; None when a new one must be opened."""
        self._notice_fork()
        while (session := self._pop(key)) is not None:
            if not session.is_stale and time.monotonic() - session.used_s < IDLE_S:
                return session
            session.close()
        return None

    def _pop(self, key: Hashable) -> Session | None:
        with self._lock:
            kept = self._idle.get(key)
            return kept.pop() if kept else None

    def give_back(self, key: Hashable, session: Session) -> None:
        """Keep it for the next call, or close it when it is of no use any more."""
        if session.is_stale:
            session.close()
            return
        with self._lock:
            self._idle.setdefault(key, []).append(session)
            if self._sweeper is None:
                self._sweep_later()

    def close_all(self) -> None:
        """Say goodbye on every idle session."""
        with self._lock:
            kept, self._idle = self._idle, {}
            if self._sweeper is not None:
                self._sweeper.cancel()
                self._sweeper = None
        for sessions in kept.values():
            for session in sessions:
                session.close()

    def _sweep_later(self) -> None:
        self._sweeper = threading.Timer(IDLE_S, self._sweep)
        self._sweeper.daemon = True
        self._sweeper.start()

    def _sweep(self) -> None:
        since_s = time.monotonic() - IDLE_S
        with self._lock:
            old = [session for kept in self._idle.values() for session in kept if session.used_s <= since_s]
            self._idle = {
                key: left for key, kept in self._idle.items() if (left := [one for one in kept if one not in old])
            }
            self._sweeper = None
            if self._idle:
                self._sweep_later()
        for session in old:
            session.close()

    def _notice_fork(self) -> None:
        """The parent's connections are the parent's: two processes must not speak on one."""
        if self._pid != os.getpid():
            self.__init__()  # type: ignore[misc]
