"""The schedule on Lambda: EventBridge names a task of the table, and it runs here at once, without a queue."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import close_old_connections

from portal.alerts.watch import watch_sweep
from workers.handlers.hints import run_task
from workers.handlers.incoming import UnknownEvent
from workers.stopping import stopping_in

if TYPE_CHECKING:
    from workers.handlers.functions import Function
    from workers.handlers.incoming import Context

logger = logging.getLogger(__name__)

WATCH_EVERY_S = 60.0


@dataclass(slots=True)
class _Watch:
    looked_at_s: float | None = None  # on the monotonic clock


_watch = _Watch()


def run_tick(function: Function, task: str, context: Context) -> None:
    """Carry out a task of the schedule. Raises UnknownEvent when it is none of the function's, and what it raises."""
    known = next((tick.task for tick in function.ticks if tick.task == task), None)
    if known is None:
        raise UnknownEvent(f"the schedule asks {function.name} for {task[:80]}")
    left_s = context.get_remaining_time_in_millis() / 1000 - function.stops_before_s
    with stopping_in(left_s):
        run_task(known, {}, key=f"schedule:{known}")


def watch_schedule() -> None:
    """Look once a minute whether the schedule runs: for a function that does not hang on it."""
    if _watch.looked_at_s is not None and time.monotonic() - _watch.looked_at_s < WATCH_EVERY_S:
        return
    _watch.looked_at_s = time.monotonic()
    try:
        watch_sweep()
    except Exception:
        logger.exception("lambda.watch_failed")
    finally:
        close_old_connections()
