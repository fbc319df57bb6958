"""Amazon SES v1's SendBounce, which v2 lacks: answers a mail that SES received within the last 24 hours.

Asked exactly once: SES would send a second bounce for a repeated call. Source: SES API v1 Reference, SendBounce.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)

from portal.aws.session import session, translated
from portal.errors import AnswerLost, Unavailable

SERVICE = "ses"
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Bounce:
    """One bounce for one recipient of a received mail; `bounce_type` in SES's words, `status` as RFC 3463."""

    original_message_id: str
    sender: str  # a verified identity
    recipient: str
    bounce_type: str
    status: str
    reply: str  # SMTP reply code
    explanation: str


@cache
def _client() -> Any:
    config = Config(connect_timeout=3, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 1})
    return session().client("ses", config=config)


def send_bounce(bounce: Bounce) -> str:
    """Send it; returns SES's message id. Raises OutsideError; AnswerLost when it may have been sent."""
    diagnostic = f"smtp; {bounce.reply} {bounce.status} {bounce.explanation}".strip()
    with _translated():
        answer = _client().send_bounce(
            OriginalMessageId=bounce.original_message_id,
            BounceSender=bounce.sender,
            Explanation=bounce.explanation,
            BouncedRecipientInfoList=[
                {
                    "Recipient": bounce.recipient,
                    "RecipientDsnFields": {
                        "Action": "failed",
                        "Status": bounce.status,
                        "FinalRecipient": bounce.recipient,
                        "DiagnosticCode": diagnostic[:500],
                    },
                }
            ],
        )
    return str(answer["MessageId"])


@contextmanager
def _translated() -> Iterator[None]:
    """As `translated`, but whatever happened after the request left is an answer that was lost."""
    try:
        yield
    except ClientError as error:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if status >= _SERVER_ERROR:
            raise AnswerLost(str(error), service=SERVICE) from error
        with translated(SERVICE):
            raise
    except (ConnectTimeoutError, EndpointConnectionError) as error:
        raise Unavailable(str(error), service=SERVICE) from error
    except HTTPClientError as error:
        raise AnswerLost(str(error), service=SERVICE) from error
    except BotoCoreError:
        with translated(SERVICE):
            raise
