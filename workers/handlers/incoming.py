"""What Lambda hands to a function, read strictly: a batch of one queue or a tick of the schedule, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from portal.aws.sqs import Message
from workers.handlers.functions import SCHEDULE_SOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping

SQS_SOURCE = "aws:sqs"


class Context(Protocol):
    """The part of Lambda's context that is used here."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int: ...


class Failure(TypedDict):
    """One record that SQS is to hand out again."""

    itemIdentifier: str


class Answer(TypedDict):
    """What an event-source mapping with ReportBatchItemFailures expects; everything else is deleted."""

    batchItemFailures: list[Failure]


class UnknownEvent(ValueError):
    """Nothing that this function is for: the invocation fails, so that SQS keeps what it may have carried."""


@dataclass(frozen=True, slots=True)
class Record:
    """One message and the full name of the queue that it came from."""

    queue_name: str
    message: Message


def read_records(event: Mapping[str, Any]) -> list[Record]:
    """The messages of a batch. Raises UnknownEvent."""
    records = event.get("Records")
    if not isinstance(records, list) or not records:
        raise UnknownEvent("neither a batch of a queue nor a tick of the schedule")
    return [_read_record(record) for record in records]


def read_tick(event: Mapping[str, Any]) -> str:
    """The name of the task that the schedule asks for; "" when it is not the schedule. Raises UnknownEvent."""
    if event.get("source") != SCHEDULE_SOURCE:
        return ""
    task = event.get("task")
    if not isinstance(task, str) or not task:
        raise UnknownEvent("the schedule names no task")
    return task


def _read_record(record: Any) -> Record:
    try:
        if record["eventSource"] != SQS_SOURCE:
            raise UnknownEvent("a record that is no message of SQS")
        attributes = record.get("attributes", {})
        message = Message(
            str(record["body"]),
            str(record["receiptHandle"]),
            str(record["messageId"]),
            int(attributes.get("ApproximateReceiveCount", 1)),
            int(attributes.get("SentTimestamp", 0)),
        )
        return Record(str(record["eventSourceARN"]).rpartition(":")[2], message)
    except (KeyError, TypeError, AttributeError) as error:
        raise UnknownEvent("a record that is no message of SQS") from error
