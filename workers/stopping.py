"""Whether this worker was asked to stop (SIGTERM): long tasks look between two calls and give their work back.

One byte of memory shared with the processes that the worker forks: only the worker's main process hears the signal.
"""

from __future__ import annotations

import mmap
from typing import Any

from celery.signals import worker_shutting_down

_flag = mmap.mmap(-1, 1)


@worker_shutting_down.connect
def note_stop(**_signal: Any) -> None:
    """Celery's word for the first SIGTERM or SIGINT."""
    _flag[0] = 1


def is_stopping() -> bool:
    """True from then on, in every process of this worker."""
    return _flag[0] == 1


def forget_stop() -> None:
    """As at the start; for tests."""
    _flag[0] = 0
