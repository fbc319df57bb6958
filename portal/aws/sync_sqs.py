"""Celery's SQS transport on boto3 alone, without kombu's asynchronous client.

The stock transport needs pycurl and dies, or stays connected and idle, when SQS answers an error
(kombu/transport/SQS/__init__.py `_on_list_ready`). This one reconnects, and boto3 brings timeouts and retries. A message
that fails is received again within seconds, and one that no worker can read is never handed to Celery, which would
acknowledge or crash on it: both end in the dead-letter queue.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from kombu.transport import SQS, TRANSPORT_ALIASES

from portal.aws.sqs import retry_delay_s

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

# Told of each message: full name of its queue, body, receives. False keeps it from Celery; set by the workers.
INSPECTORS: list[Callable[[str, str, int], bool]] = []


def receives_of(sqs_message: dict[str, Any]) -> int:
    """How often SQS has handed out the message, this time included."""
    return int(sqs_message.get("Attributes", {}).get("ApproximateReceiveCount", 1))


class QoS(SQS.QoS):
    """Gives what was rejected back to the queue, to be received again soon."""

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # kombu's signature
        delivered: dict[str, Any] = self._delivered or {}
        if not requeue and delivery_tag in delivered:
            delivery = delivered[delivery_tag].delivery_info
            channel: Any = self.channel
            if "sqs_message" in delivery:
                channel.postpone(delivery["sqs_queue"], delivery["sqs_message"])
        super().reject(delivery_tag, requeue=requeue)


class Channel(SQS.Channel):
    """Looks at each message before Celery does."""

    QoS = QoS

    def postpone(self, queue_url: str, sqs_message: dict[str, Any]) -> None:
        """Let a message that failed rest for seconds instead of its visibility timeout."""
        try:
            self.sqs().change_message_visibility(
                QueueUrl=queue_url,
                ReceiptHandle=sqs_message["ReceiptHandle"],
                VisibilityTimeout=retry_delay_s(receives_of(sqs_message)),
            )
        except (ClientError, BotoCoreError) as error:
            logger.warning("queue.not_postponed", extra={"error": str(error)})  # it comes again, later

    def _receive_message(self, queue: str, *arguments: Any, **options: Any) -> dict[str, Any]:
        answer: dict[str, Any] = super()._receive_message(queue, *arguments, **options)  # type: ignore[misc]  # not in the stubs
        found = answer.get("Messages", [])
        return {**answer, "Messages": [message for message in found if self._is_fit(queue, message)]}

    def _is_fit(self, queue: str, message: dict[str, Any]) -> bool:
        count = receives_of(message)
        if all(inspect(queue, message["Body"], count) for inspect in INSPECTORS):
            return True
        url: str = self._new_queue(queue)  # type: ignore[func-returns-value]  # the stubs know the base alone
        self.postpone(url, message)
        return False

    def _message_to_python(self, message: dict[str, Any], *arguments: Any) -> dict[str, Any]:
        payload: dict[str, Any] = super()._message_to_python(message, *arguments)  # type: ignore[misc]
        payload.setdefault("headers", {})["receive_count"] = receives_of(message)  # tasks find it in their request
        return payload


class Transport(SQS.Transport):
    """Kombu's SQS transport, always in its synchronous form."""

    Channel = Channel
    implements = SQS.Transport.implements.extend(asynchronous=False)
    connection_errors = (*SQS.Transport.connection_errors, ClientError, BotoCoreError)
    recoverable_connection_errors = connection_errors


def register_transport() -> None:
    """Make `sqs://` broker URLs use this transport."""
    TRANSPORT_ALIASES["sqs"] = "portal.aws.sync_sqs:Transport"
