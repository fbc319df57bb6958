"""Amazon SQS for the queues whose bodies AWS services write."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from portal.aws.session import client, translated

MAX_BATCH = 10  # SQS's own limit of ReceiveMessage and DeleteMessageBatch


@dataclass(frozen=True, slots=True)
class Message:
    """One received message; it comes again after the visibility timeout unless deleted."""

    body: str
    receipt_handle: str
    message_id: str


@cache
def queue_url(name: str) -> str:
    """URL of the queue. Raises Refused when it does not exist."""
    with translated("sqs"):
        return str(client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def receive(name: str, *, wait_s: int) -> list[Message]:
    """Up to ten messages, waiting at most `wait_s` (20) seconds for the first. Raises OutsideError."""
    url = queue_url(name)
    with translated("sqs"):
        answer = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=MAX_BATCH, WaitTimeSeconds=wait_s)
    return [Message(found["Body"], found["ReceiptHandle"], found["MessageId"]) for found in answer.get("Messages", [])]


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
    """About how many messages wait in the queue. Raises OutsideError."""
    url = queue_url(name)
    with translated("sqs"):
        answer = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer.get("Attributes", {}).get("ApproximateNumberOfMessages", 0))


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
