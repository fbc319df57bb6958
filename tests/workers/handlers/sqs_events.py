"""Events as an SQS event-source mapping hands them to a function."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass
from typing import Any

from portal.queues import QueueName, TaskName

ARN = "arn:aws:sqs:us-east-1:123456789012:"


@dataclass(slots=True)
class Clock:
    """Lambda's context: what time is left is a test's choice."""

    left_s: float = 600.0
    aws_request_id: str = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.left_s * 1000)


def hint_body(task: TaskName | str, *, key: str = "", correlation_id: str = "", **ids: int | str) -> str:
    """A task's message as kombu writes it."""
    content = base64.b64encode(json.dumps([[], ids, {}]).encode()).decode()
    headers = {"task": str(task), "id": key or uuid.uuid4().hex, "correlation_id": correlation_id}
    message = {"body": content, "headers": headers, "properties": {"body_encoding": "base64"}}
    return base64.b64encode(json.dumps(message).encode()).decode()


def record(queue: QueueName | str, body: str, *, message_id: str = "m-1", receives: int = 1) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "receiptHandle": f"handle-{message_id}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(receives), "SentTimestamp": "1700000000000"},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"{ARN}test-{queue}",
    }


def batch(queue: QueueName | str, *bodies: str) -> dict[str, Any]:
    """Messages m-1, m-2 and so on."""
    return {"Records": [record(queue, body, message_id=f"m-{number}") for number, body in enumerate(bodies, 1)]}


def failed(answer: dict[str, Any]) -> list[str]:
    """The messages that are to come again."""
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
