"""Celery's SQS transport on boto3 alone, without kombu's asynchronous client.

The stock transport needs pycurl and dies, or stays connected and idle, when SQS answers an error
(kombu/transport/SQS/__init__.py `_on_list_ready`). This one reconnects, and boto3 brings timeouts and retries.
"""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError
from kombu.transport import SQS, TRANSPORT_ALIASES


class Transport(SQS.Transport):
    """Kombu's SQS transport, always in its synchronous form."""

    implements = SQS.Transport.implements.extend(asynchronous=False)
    connection_errors = (*SQS.Transport.connection_errors, ClientError, BotoCoreError)
    recoverable_connection_errors = connection_errors


def register_transport() -> None:
    """Make `sqs://` broker URLs use this transport."""
    TRANSPORT_ALIASES["sqs"] = "portal.aws.sync_sqs:Transport"
