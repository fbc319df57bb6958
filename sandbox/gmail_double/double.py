"""The double as a whole: Google's accounts, their mailboxes, and what was asked of them."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from sandbox.gmail_double.accounts import Accounts, TokenSettings
from sandbox.gmail_double.errors import GoogleError
from sandbox.gmail_double.faults import FaultPlan
from sandbox.gmail_double.mailboxes import Mailboxes
from sandbox.gmail_double.store import Store
from sandbox.gmail_double.uploads import Uploads
from sandbox.ses_double.clock import Clock

STORE_FILE = "gmail.sqlite3"
LOG_FILE = "gmail-imports.jsonl"
IMPORT_UNITS = 25
MINUTE_S = 60
KEPT_CALLS = 50_000


class Call(TypedDict):
    """One call as the control API tells it."""

    at_s: float
    operation: str
    account: str
    status: int  # 0 = no reply


@dataclass(slots=True)
class Quota:
    """Units that each mailbox may use a minute; an import costs 25. 0 = no limit."""

    units_per_min: int = 15_000


class Double:
    """Holds the parts; the APIs, the control API and the pages use them."""

    def __init__(self, data_dir: Path) -> None:
        self.clock = Clock()
        self.faults = FaultPlan()
        self.quota = Quota()
        self.stopping = threading.Event()
        self._store = Store(data_dir / STORE_FILE)
        self.accounts = Accounts(self._store, self.clock)
        self.mailboxes = Mailboxes(self._store, self.clock, data_dir / LOG_FILE)
        self.uploads = Uploads(self.mailboxes, self.clock)
        self.calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        self._used: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def note(self, operation: str, account: str, status: int) -> None:
        """Remember a call."""
        self.calls.append({"at_s": self.clock.now(), "operation": operation, "account": account, "status": status})

    def spend(self, email: str) -> None:
        """Count one import against the mailbox's quota. Raises GoogleError when it is used up."""
        if not self.quota.units_per_min:
            return
        now_s = self.clock.now()
        with self._lock:
            used = self._used.setdefault(email, deque())
            while used and used[0] <= now_s - MINUTE_S:
                used.popleft()
            if (len(used) + 1) * IMPORT_UNITS > self.quota.units_per_min:
                raise GoogleError("tooManyRequests", retry_after_s=max(1, round(used[0] + MINUTE_S - now_s)))
            used.append(now_s)

    def reset(self) -> None:
        """Return to the state after the start; accounts and consents stay."""
        self.faults.clear()
        self.calls.clear()
        self.uploads.clear()
        self.mailboxes.clear()
        self.mailboxes.merges_same_message_id = True
        self.accounts.settings = TokenSettings()
        self.quota = Quota()
        self.clock.ahead_s = 0.0
        self._used.clear()

    def stop(self) -> None:
        """Let stalled calls go and close the files."""
        self.stopping.set()
        self.mailboxes.close()
        self._store.close()
