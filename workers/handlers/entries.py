"""What Lambda calls: `workers.handlers.entries.<function>`, one entry for each row of the table of functions.

Imports only what the named function needs: that is most of a cold start.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.db import close_old_connections  # noqa: E402

from portal.logs import log_context  # noqa: E402
from portal.queues import QUEUES, Feed  # noqa: E402
from workers.handlers.batches import take_batch  # noqa: E402
from workers.handlers.functions import DEPLOY_SOURCE, FUNCTIONS, FunctionName  # noqa: E402
from workers.handlers.incoming import read_records, read_tick  # noqa: E402
from workers.handlers.operating import operate  # noqa: E402
from workers.handlers.ticks import run_tick, watch_schedule  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from workers.handlers.functions import Function
    from workers.handlers.incoming import Answer, Context
    from workers.handlers.operating import Told

    Entry: TypeAlias = Callable[[Mapping[str, Any], Context], Answer | Told | None]


def __getattr__(name: str) -> Entry:
    """The entry of a function. Raises AttributeError when the table has none of this name."""
    function = FUNCTIONS.get(name)  # type: ignore[call-overload]  # a name is its member of the enum
    if function is None:
        raise AttributeError(name)
    return entry_of(function)


def entry_of(function: Function) -> Entry:
    """Import what the function's tasks need, and return what Lambda calls for each event."""
    for module in function.modules:
        import_module(f"workers.tasks.{module}")
    if any(QUEUES[queue].feed is not Feed.TASKS for queue in function.queues):
        import_module("workers.feeds")

    def entry(event: Mapping[str, Any], context: Context) -> Answer | Told | None:
        with log_context(correlation_id=context.aws_request_id, function=function.name):
            return _take(function, event, context)

    return entry


def _take(function: Function, event: Mapping[str, Any], context: Context) -> Answer | Told | None:
    """Raises UnknownEvent, and what a task of the schedule raises: the invocation then counts as failed."""
    if event.get("source") == DEPLOY_SOURCE and function.name is FunctionName.MAINTENANCE:
        return operate(event)
    task = read_tick(event)
    if task:
        run_tick(function, task, context)
        return None
    close_old_connections()  # one that the database ended while this runtime was frozen
    answer = take_batch(function, read_records(event), context)
    if function.name is FunctionName.EVENTS:
        watch_schedule()
    return answer
