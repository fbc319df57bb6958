"""Faults on demand, as both doubles know them: what should go wrong with which of the next calls.

A call meets at most one fault: the first in the list that applies and is not used up.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypedDict, TypeVar


class AnyFaultRequest(TypedDict, total=False):
    """What every fault may be asked for with, over the control API."""

    kind: str
    count: int | None  # how many times; None or absent = until cleared
    skip: int  # leave this many applicable calls alone first
    probability: float
    seed: int
    match: str  # regular expression, searched in each address
    operations: list[str]
    stall_s: float
    accepted: bool


@dataclass(slots=True)
class AnyFault:
    """One fault and how often it struck; a double adds what its own answers need."""

    kind: str
    count: int | None = None
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    match: str = ""
    operations: Sequence[str] = ()
    stall_s: float = 30.0
    accepted: bool = False
    hits: int = 0
    chance: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        re.compile(self.match)
        self.chance = random.Random(self.seed)

    def applies_to(self, operation: str, addresses: Sequence[str]) -> bool:
        """Tell whether this call could take the fault at all."""
        if operation not in self.operations or self.is_used_up:
            return False
        return not self.match or any(re.search(self.match, address) for address in addresses)

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


F = TypeVar("F", bound=AnyFault)


class FaultList(Generic[F]):
    """The faults in force. Safe for use by several threads."""

    def __init__(self) -> None:
        self._faults: list[F] = []
        self._lock = threading.Lock()

    def put(self, fault: F) -> None:
        """Put a fault in force."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._faults.clear()

    def first(self, operation: str, addresses: Sequence[str], is_wanted: Callable[[F], bool]) -> F | None:
        """Return the fault of those wanted that this call meets, if any."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if is_wanted(fault) and fault.applies_to(operation, addresses) and fault.strikes():
                    return fault
        return None

    def all(self) -> list[F]:
        """Return the faults in force, in their order."""
        with self._lock:
            return list(self._faults)
