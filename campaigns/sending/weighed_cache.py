"""A few things kept that are dear to make and may be large: bounded by number and by weight."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Value = TypeVar("Value")


class WeighedCache(Generic[Value]):
    """Keeps the `most` that were used last, and of heavy ones as many as weigh `most_bytes` together; always the newest."""

    def __init__(self, *, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], tuple[Value, int]]) -> Value:
        """What is kept under the key, or what `make` gives, with its weight in bytes."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        value, weight_bytes = make()
        with self._lock:
            self._kept[key] = (value, weight_bytes)
            self._shed()
        return value

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def _shed(self) -> None:
        while len(self._kept) > 1 and (len(self._kept) > self._most or self._weight_bytes() > self._most_bytes):
            self._kept.popitem(last=False)

    def _weight_bytes(self) -> int:
        return sum(weight_bytes for _value, weight_bytes in self._kept.values())
