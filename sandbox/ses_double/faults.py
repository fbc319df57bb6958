"""Faults on demand: what should go wrong with which of the next sends.

Each send takes at most one fault: the first in the list that applies and is not used
up. `accepted` says whether the messages are taken before the fault shows.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

SENDS = ("SendEmail", "SendBulkEmail")

ACCEPTED_BY_KIND = {
    "drop_reply": True,  # take the messages, then close without a reply
    "drop_request": False,  # close without a reply, nothing taken
    "stall": True,  # hold the reply back for stall_s
    "error_500": False,
    "throttle": False,  # 429 TooManyRequestsException
    "paused": False,  # SendingPausedException
    "suspended": False,  # AccountSuspendedException
    "truncated_json": True,  # a reply cut in half
    "login_refused": False,  # SMTP only: as for a key that IAM does not know everywhere yet
    "entry_status": True,  # `status` for the matching entries of bulk calls
}


class FaultRequest(TypedDict, total=False):
    """One fault as asked for over the control API."""

    kind: str
    count: int | None  # how many times; None or absent = until cleared
    skip: int  # leave this many applicable sends alone first
    probability: float
    seed: int
    match: str  # regular expression, searched in each recipient's address
    operations: list[str]
    stall_s: float
    accepted: bool
    status: str  # for entry_status


@dataclass(slots=True)
class Fault:
    """One fault and how often it struck."""

    kind: str
    count: int | None = None
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    match: str = ""
    operations: Sequence[str] = SENDS
    stall_s: float = 30.0
    accepted: bool = False
    status: str = "TRANSIENT_FAILURE"
    hits: int = 0
    chance: random.Random = field(default_factory=random.Random, repr=False)

    def applies_to(self, operation: str, addresses: Sequence[str]) -> bool:
        """Tell whether this send could take the fault at all."""
        if operation not in self.operations or self.is_used_up:
            return False
        if not self.match:
            return True
        return any(re.search(self.match, address) for address in addresses)

    @property
    def is_used_up(self) -> bool:
        """Tell whether it struck as often as was asked for."""
        return self.count is not None and self.hits >= self.count

    def strikes(self) -> bool:
        """Decide for one applicable send, and count it."""
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.probability < 1.0 and self.chance.random() >= self.probability:
            return False
        self.hits += 1
        return True


class FaultPlan:
    """The faults in force. Safe for use by several threads."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, request: FaultRequest) -> None:
        """Put a fault in force. Raises ValueError or TypeError for what is not known."""
        kind = request.get("kind", "")
        if kind not in ACCEPTED_BY_KIND:
            known = ", ".join(ACCEPTED_BY_KIND)
            message = f"Unknown fault {kind!r}; known: {known}."
            raise ValueError(message)
        re.compile(request.get("match", ""))
        asked: Any = {"accepted": ACCEPTED_BY_KIND[kind], **request}
        fault = Fault(**asked)
        fault.chance = random.Random(fault.seed)
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._faults.clear()

    def take(self, operation: str, addresses: Sequence[str]) -> Fault | None:
        """Return the fault that this send meets, if any."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if fault.kind == "entry_status":
                    continue
                if fault.applies_to(operation, addresses) and fault.strikes():
                    return fault
        return None

    def entry_status(self, addresses: Sequence[str]) -> str | None:
        """Return the status that one bulk entry is to be refused with, if any."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if fault.kind != "entry_status":
                    continue
                if fault.applies_to("SendBulkEmail", addresses) and fault.strikes():
                    return fault.status
        return None

    def describe(self) -> list[dict[str, object]]:
        """Return the faults in force and how often each struck."""
        return [
            {
                "kind": fault.kind,
                "hits": fault.hits,
                "count": fault.count,
                "match": fault.match,
                "is_used_up": fault.is_used_up,
            }
            for fault in self._faults
        ]
