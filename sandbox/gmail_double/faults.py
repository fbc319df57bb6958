"""Faults on demand: what should go wrong with which of the next calls.

Each call meets at most one fault: the first in the list that applies and is not used up.
"""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field
from typing import Any, TypedDict

OPERATIONS = (
    "token", "revoke", "userinfo", "import_start", "import_put", "import_status", "import_media", "labels_list",
    "labels_create", "messages_list",
)  # fmt: skip
KINDS = {
    "answer",  # the error named by `error`; nothing is done
    "drop_request",  # close without a reply, nothing done
    "drop_reply",  # do it, then close without a reply
    "stall",  # hold the reply back for stall_s; does it first unless accepted is false
    "cut",  # take after_bytes of a body, then close
}


class FaultRequest(TypedDict, total=False):
    """One fault as asked for over the control API."""

    kind: str
    error: str  # a name of `sandbox.gmail_double.errors`
    count: int | None  # how many times; None or absent = until cleared
    skip: int  # leave this many applicable calls alone first
    probability: float
    seed: int
    match: str  # regular expression, searched in the account's address
    operations: list[str]
    stall_s: float
    accepted: bool
    after_bytes: int
    retry_after_s: int


@dataclass(slots=True)
class Fault:
    """One fault and how often it struck."""

    kind: str
    error: str = "backendError"
    count: int | None = None
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    match: str = ""
    operations: list[str] = field(default_factory=lambda: ["import_start", "import_put"])
    stall_s: float = 30.0
    accepted: bool = True
    after_bytes: int = 0
    retry_after_s: int = 0
    hits: int = 0
    chance: random.Random = field(default_factory=random.Random, repr=False)

    def applies_to(self, operation: str, account: str) -> bool:
        """Tell whether this call could take the fault at all."""
        if operation not in self.operations or self.is_used_up:
            return False
        return not self.match or re.search(self.match, account) is not None

    @property
    def is_used_up(self) -> bool:
        """Tell whether it struck as often as was asked for."""
        return self.count is not None and self.hits >= self.count

    def strikes(self) -> bool:
        """Decide for one applicable call, and count it."""
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
        if kind not in KINDS:
            raise ValueError(f"Unknown fault {kind!r}; known: {', '.join(sorted(KINDS))}.")
        unknown = set(request.get("operations", [])) - set(OPERATIONS)
        if unknown:
            raise ValueError(f"Unknown operations {sorted(unknown)}; known: {', '.join(OPERATIONS)}.")
        re.compile(request.get("match", ""))
        asked: Any = dict(request)
        fault = Fault(**asked)
        fault.chance = random.Random(fault.seed)
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._faults.clear()

    def take(self, operation: str, account: str) -> Fault | None:
        """Return the fault that this call meets, if any."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if fault.applies_to(operation, account) and fault.strikes():
                    return fault
        return None

    def describe(self) -> list[dict[str, object]]:
        """Return the faults in force and how often each struck."""
        return [
            {"kind": fault.kind, "error": fault.error, "operations": fault.operations, "hits": fault.hits,
             "count": fault.count, "match": fault.match, "is_used_up": fault.is_used_up}
            for fault in self._faults
        ]  # fmt: skip
