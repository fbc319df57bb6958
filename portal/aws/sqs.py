"""Amazon SQS for the queues whose bodies AWS services write."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from portal.aws.session import client, translated

if TYPE_CHECKING:
    from types_boto3_sqs.type_defs import MessageTypeDef

MAX_BATCH = 10  # SQS's own limit of ReceiveMessage and DeleteMessageBatch
FIRST_RETRY_S = 2  # five receives within about a minute: no hint waits for its visibility timeout of many minutes
LONGEST_RETRY_S = 900


@dataclass(frozen=True, slots=True)
class Message:
    """One received message; it comes again after the visibility timeout unless deleted."""

    body: str
    receipt_handle: str
    message_id: str
    receive_count: int = 1
    sent_at_ms: int = 0  # milliseconds since 1970; SQS keeps the first sending when it moves a message to its DLQ


@cache
def queue_url(name: str) -> str:
    """URL of the queue. Raises Refused when it does not exist."""
    with translated("sqs"):
        return str(client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def receive(name: str, *, wait_s: int, hidden_s: int | None = None) -> list[Message]:
    """Up to ten messages, waiting at most `wait_s` (20) seconds for the first. Raises OutsideError.

    `hidden_s`: seconds until they come again unless deleted; None takes the queue's own.
    """
    url = queue_url(name)
    visibility = {} if hidden_s is None else {"VisibilityTimeout": hidden_s}
    with translated("sqs"):
        answer = client("sqs").receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=MAX_BATCH,
            WaitTimeSeconds=wait_s,
            MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            **visibility,
        )
    return [_message(found) for found in answer.get("Messages", [])]


def _message(found: MessageTypeDef) -> Message:
    attributes = found.get("Attributes", {})
    return Message(
        found["Body"],
        found["ReceiptHandle"],
        found["MessageId"],
        int(attributes.get("ApproximateReceiveCount", 1)),
        int(attributes.get("SentTimestamp", 0)),
    )


def delete(name: str, messages: list[Message]) -> None:
    """Acknowledge the messages. Raises OutsideError; what could not be deleted comes again."""
    url = queue_url(name)
    for start in range(0, len(messages), MAX_BATCH):
        entries = [
            {"Id": str(number), "ReceiptHandle": message.receipt_handle}
            for number, message in enumerate(messages[start : start + MAX_BATCH])
        ]
        with translated("sqs"):
            client("sqs").delete_message_batch(QueueUrl=url, Entries=entries)


def waiting_count(name: str) -> int:
    """About how many messages lie in the queue, those included that somebody is looking at. Raises OutsideError."""
    url = queue_url(name)
    with translated("sqs"):
        answer = client("sqs").get_queue_attributes(
            QueueUrl=url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
    return sum(int(count) for count in answer.get("Attributes", {}).values())


def read_tag(name: str, tag: str) -> str:
    """The value of one tag of the queue; "" where it has none. Raises OutsideError."""
    url = queue_url(name)
    with translated("sqs"):
        return str(client("sqs").list_queue_tags(QueueUrl=url).get("Tags", {}).get(tag, ""))


def write_tag(name: str, tag: str, value: str) -> None:
    """Set one tag of the queue; `value`: at most 256 letters, digits, spaces and + - = . _ : / @. Raises OutsideError."""
    url = queue_url(name)
    with translated("sqs"):
        client("sqs").tag_queue(QueueUrl=url, Tags={tag: value})


def forget_urls() -> None:
    """Ask for queue URLs anew; for when the queues were made again."""
    queue_url.cache_clear()


def retry_delay_s(receive_count: int) -> int:
    """How long a message that failed rests before it is received again: 2, 4, 8 ... seconds, by its receives."""
    return int(min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** (max(1, receive_count) - 1)))


def hide(name: str, messages: list[Message], *, for_s: int) -> None:
    """Let received messages be received again in `for_s` seconds from now (0 = at once). Raises OutsideError."""
    url = queue_url(name)
    for start in range(0, len(messages), MAX_BATCH):
        entries = [
            {"Id": str(number), "ReceiptHandle": message.receipt_handle, "VisibilityTimeout": for_s}
            for number, message in enumerate(messages[start : start + MAX_BATCH])
        ]
        with translated("sqs"):
            client("sqs").change_message_visibility_batch(QueueUrl=url, Entries=entries)


def send(name: str, body: str, *, delay_s: int = 0) -> None:
    """Put a message into the queue, to be received in `delay_s` seconds or later.

    Raises OutsideError; AnswerLost may mean that it is there.
    """
    url = queue_url(name)
    delay = {"DelaySeconds": delay_s} if delay_s else {}
    with translated("sqs"):
        client("sqs").send_message(QueueUrl=url, MessageBody=body, **delay)
