"""Whether this worker was asked to stop (SIGTERM), or has to end soon (Lambda): long tasks look between two calls and
give their work back.

One byte of memory shared with the processes that the worker forks: only the worker's main process hears the signal.
"""

from __future__ import annotations

import math
import mmap
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from celery.signals import worker_shutting_down

if TYPE_CHECKING:
    from collections.abc import Iterator

_flag = mmap.mmap(-1, 1)
_deadlines_s: list[float] = []  # on the monotonic clock of this process


@worker_shutting_down.connect
def note_stop(**_signal: Any) -> None:
    """Celery's word for the first SIGTERM or SIGINT."""
    _flag[0] = 1


def is_stopping() -> bool:
    """True from then on, in every process of this worker."""
    return _flag[0] == 1 or time.monotonic() >= min(_deadlines_s, default=math.inf)


@contextmanager
def stopping_in(seconds: float) -> Iterator[None]:
    """What runs within the block is to stop after so many seconds; for a runtime that ends it a little later."""
    deadline_s = time.monotonic() + seconds
    _deadlines_s.append(deadline_s)
    try:
        yield
    finally:
        _deadlines_s.remove(deadline_s)


def forget_stop() -> None:
    """As at the start; for tests."""
    _flag[0] = 0
