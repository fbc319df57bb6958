"""What moto needs to stand in for busy queues: speed, no lost messages, bounded memory.

moto 5.2 walks the whole queue with slow date arithmetic for every call, deletes without the lock that sending takes
(a message sent meanwhile is lost), and keeps every SNS message for ever. The semantics stay: visibility, delay, DLQ.
"""

# ruff: noqa: SLF001 - a patch works on the inside
from __future__ import annotations

import time
from collections import deque

from moto.sns.models import SNSBackend, Topic
from moto.sqs.models import Message, Queue, SQSBackend

KEPT_NOTIFICATIONS = 1_000  # per topic; only moto's own inspection pages read them


def apply_patches() -> None:
    """Change moto's queues and topics in this process."""
    for name, value in QUEUE_PATCHES.items():
        setattr(Queue, name, value)
    for name, value in BACKEND_PATCHES.items():
        setattr(SQSBackend, name, value)
    for name, value in TOPIC_PATCHES.items():
        setattr(Topic, name, value)


def visible_messages(queue: Queue) -> list[Message]:
    """Return the messages that a receive may take now."""
    now_ms = time.time() * 1000
    return [m for m in list(queue._messages) if now_ms > m.visible_at and now_ms >= m.delayed_until]


def delete_message(queue: Queue, receipt_handle: str) -> None:
    """Delete the message that was received under the handle; an unknown handle is one deleted before."""
    with queue._messages_lock:
        for index, message in enumerate(queue._messages):
            if receipt_handle == message.receipt_handle or receipt_handle in message._old_receipt_handles:
                queue.pending_messages.discard(message)
                del queue._messages[index]
                return


def is_retained(backend: SQSBackend, queue_name: str, message: Message) -> bool:
    """Tell whether the message is younger than the queue keeps messages."""
    kept_s: float = getattr(backend.get_queue(queue_name), "message_retention_period", 0)
    sent_at_ms: float = message.sent_timestamp or 0  # type: ignore[redundant-expr]  # moto: None until sent
    return kept_s + sent_at_ms / 1000 > time.time()


def _later_count(queue: Queue, field: str) -> int:
    now_ms = time.time() * 1000
    return sum(now_ms < getattr(message, field) for message in list(queue._messages))


def bounded_topic(topic: Topic, name: str, sns_backend: SNSBackend) -> None:
    """Make a topic as moto does, but one that keeps only its newest messages."""
    STOCK_TOPIC_INIT(topic, name, sns_backend)
    topic.sent_notifications = deque(maxlen=KEPT_NOTIFICATIONS)  # type: ignore[assignment]


STOCK_TOPIC_INIT = Topic.__init__
QUEUE_PATCHES: dict[str, object] = {
    "messages": property(visible_messages),
    "approximate_number_of_messages": property(lambda queue: len(visible_messages(queue))),
    "approximate_number_of_messages_not_visible": property(lambda queue: _later_count(queue, "visible_at")),
    "approximate_number_of_messages_delayed": property(lambda queue: _later_count(queue, "delayed_until")),
    "delete_message": delete_message,
}
BACKEND_PATCHES: dict[str, object] = {"is_message_valid_based_on_retention_period": is_retained}
TOPIC_PATCHES: dict[str, object] = {"__init__": bounded_topic}
