"""The one table of Lambda functions: which queues and schedules each serves, and within which limits; pure.

Terraform reads it as JSON (`python -m workers.handlers.functions`); the handlers and the tests read it here.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from enum import StrEnum

from portal.queues import QUEUES, SCHEDULE, TASK_QUEUES, QueueName, TaskName, Tick

MODULE = "workers.handlers.entries"
SCHEDULE_SOURCE = "postroom.schedule"  # of the constant input that EventBridge's rules send
DEPLOY_SOURCE = "postroom.deploy"  # of what the deploy command asks of the maintenance function
WEB_CONCURRENCY = {
    "web": 14,
    "api": 6,
}  # of the functions that Zappa deploys: what they may take of the database's connections


class FunctionName(StrEnum):
    """Functions by purpose; on AWS `{QUEUE_PREFIX}-{name}`."""

    SENDING = "sending"
    PRIORITY = "priority"
    IMPORTS = "imports"
    MAINTENANCE = "maintenance"
    WEBHOOKS = "webhooks"
    EVENTS = "events"
    UPLOADS = "uploads"
    INBOUND = "inbound"
    GMAIL = "gmail"
    OUTGOING = "outgoing"
    CREDENTIALS = "credentials"


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one queue feeds a function. More than ten messages a batch need a window of at least a second."""

    queue: QueueName
    batch_size: int = 1
    window_s: int = 0
    max_concurrency: int = 2  # of this mapping; SQS takes 2 to 1000


@dataclass(frozen=True, slots=True)
class Function:
    """One Lambda function. `timeout_s` stays below the visibility of each of its queues."""

    name: FunctionName
    mappings: tuple[Mapping, ...]
    timeout_s: int
    memory_mb: int
    modules: tuple[
        str, ...
    ] = ()  # of workers.tasks: all that its tasks need; what else there is, a cold start leaves out
    stops_before_s: int = (
        20  # work that can be given back ends so long before the timeout: longer than its longest step
    )

    @property
    def handler(self) -> str:
        """What Lambda calls, e.g. `workers.handlers.entries.sending`."""
        return f"{MODULE}.{self.name}"

    @property
    def queues(self) -> tuple[QueueName, ...]:
        return tuple(mapping.queue for mapping in self.mappings)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """The part of the schedule that runs here: that of the tasks of its queues."""
        return tuple(tick for tick in SCHEDULE if TASK_QUEUES[tick.task] in self.queues)

    @property
    def tasks(self) -> frozenset[TaskName]:
        """The tasks that it carries out."""
        return frozenset(task for task, queue in TASK_QUEUES.items() if queue in self.queues)

    @property
    def max_connections(self) -> int:
        """The most that it opens to the database: one per run at the same time."""
        return sum(mapping.max_concurrency for mapping in self.mappings) + len(self.ticks)


# What takes minutes comes one by one: a message that waits in somebody's batch uses up its visibility.
FUNCTIONS: dict[FunctionName, Function] = {
    function.name: function
    for function in (
        Function(
            FunctionName.SENDING,
            (Mapping(QueueName.SENDING, max_concurrency=5),),
            timeout_s=600,
            memory_mb=512,
            modules=("campaigns",),
            stops_before_s=110,
        ),
        Function(
            FunctionName.PRIORITY,
            (Mapping(QueueName.PRIORITY, max_concurrency=5),),
            timeout_s=600,
            memory_mb=512,
            modules=("accounts", "campaigns", "forms"),
            stops_before_s=110,
        ),
        Function(
            FunctionName.IMPORTS,
            (Mapping(QueueName.IMPORTS, max_concurrency=3),),
            timeout_s=900,
            memory_mb=1024,
            modules=("bulk", "campaigns", "fields", "importing", "privacy", "reports"),
        ),
        Function(
            FunctionName.MAINTENANCE,
            (Mapping(QueueName.MAINTENANCE, max_concurrency=3),),
            timeout_s=900,
            memory_mb=512,
            modules=(
                "alerts",
                "campaigns",
                "domains",
                "failures",
                "gmail",
                "maintenance",
                "restored",
                "routing",
                "sending_domains",
            ),
        ),
        Function(
            FunctionName.WEBHOOKS,
            (Mapping(QueueName.WEBHOOKS, max_concurrency=3),),
            timeout_s=180,
            memory_mb=512,
            modules=("webhooks",),
        ),
        Function(
            FunctionName.EVENTS,
            (Mapping(QueueName.SES_EVENTS, batch_size=1_000, window_s=2),),
            timeout_s=180,
            memory_mb=1024,
        ),
        Function(FunctionName.UPLOADS, (Mapping(QueueName.UPLOADS, batch_size=10),), timeout_s=60, memory_mb=512),
        Function(
            FunctionName.INBOUND,
            (
                Mapping(QueueName.INBOUND, batch_size=10, max_concurrency=3),
                Mapping(QueueName.ROUTING, batch_size=10, max_concurrency=3),
            ),
            timeout_s=180,
            memory_mb=512,
            modules=("routing",),
        ),
        Function(
            FunctionName.GMAIL,
            (Mapping(QueueName.GMAIL, max_concurrency=5),),
            timeout_s=900,
            memory_mb=1024,
            modules=("gmail",),
        ),
        Function(
            FunctionName.OUTGOING,
            (Mapping(QueueName.BOUNCES), Mapping(QueueName.FORWARDS, max_concurrency=3)),
            timeout_s=180,
            memory_mb=1024,
            modules=("routing",),
        ),
        Function(
            FunctionName.CREDENTIALS,
            (Mapping(QueueName.CREDENTIALS),),
            timeout_s=300,
            memory_mb=512,
            modules=("credentials",),
        ),
    )
}


def as_json() -> str:
    """The table for Terraform, with the queues and the schedule, always in the same order."""
    table = {
        "queues": {
            queue.name: {
                "feed": queue.feed,
                "visibility_timeout_s": queue.visibility_timeout_s,
                "max_receives": queue.max_receives,
                "dlq_name": queue.dlq_name,
            }
            for queue in QUEUES.values()
        },
        "functions": {
            function.name: {
                "handler": function.handler,
                "timeout_s": function.timeout_s,
                "memory_mb": function.memory_mb,
                "mappings": {
                    mapping.queue: {
                        "batch_size": mapping.batch_size,
                        "window_s": mapping.window_s,
                        "max_concurrency": mapping.max_concurrency,
                    }
                    for mapping in function.mappings
                },
                "schedules": {
                    tick.task: {"every_s": tick.every_s, "input": {"source": SCHEDULE_SOURCE, "task": tick.task}}
                    for tick in function.ticks
                },
                "max_connections": function.max_connections,
            }
            for function in FUNCTIONS.values()
        },
        "max_connections": sum(WEB_CONCURRENCY.values())
        + sum(function.max_connections for function in FUNCTIONS.values()),
        "web_concurrency": WEB_CONCURRENCY,
    }
    return json.dumps(table, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_json())
