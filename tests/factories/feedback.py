"""Feedback as SES sends it: events with our tags, identity notifications without, and envelopes of SNS."""

from __future__ import annotations

import json
from typing import Any

AT = "2026-11-22T10:00:00.000Z"
_DETAIL_KEYS = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}


def ses_event(
    delivery_id: int | str, kind: str, *, at: str = AT, message_id: str = "m-1", to: str = "", **detail: object
) -> str:
    """One event of event publishing about a delivery; `to` is the mail's recipient."""
    mail = {
        "timestamp": AT,
        "messageId": message_id,
        "sendingAccountId": "123456789012",
        "tags": {"postroom_delivery": [str(delivery_id)], "postroom_attempt": ["7"]},
        **({"destination": [to]} if to else {}),
    }
    key = _DETAIL_KEYS.get(kind, kind[:1].lower() + kind[1:])
    return json.dumps({"eventType": kind, "mail": mail, key: {"timestamp": at, **detail}})


def hard_bounce(delivery_id: int, **fields: Any) -> str:
    recipients = [{"emailAddress": "x@y.example", "diagnosticCode": "550 5.1.1 user unknown"}]
    detail: dict[str, Any] = {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": recipients,
        "feedbackId": "h",
    }
    return ses_event(delivery_id, "Bounce", **{**detail, **fields})


def soft_bounce(delivery_id: int, **fields: Any) -> str:
    return ses_event(
        delivery_id, "Bounce", bounceType="Transient", bounceSubType="MailboxFull", feedbackId="s", **fields
    )


def notification(kind: str, *, message_id: str, to: str, **detail: object) -> str:
    """An identity feedback notification: no tags, `notificationType`."""
    mail = {"timestamp": AT, "messageId": message_id, "sendingAccountId": "123456789012", "destination": [to]}
    return json.dumps({"notificationType": kind, "mail": mail, kind.lower(): {"timestamp": AT, **detail}})


def in_envelope(body: str, *, topic: str = "arn:aws:sns:us-east-1:123456789012:postroom") -> str:
    """The body as SNS delivers it without raw message delivery."""
    return json.dumps({"Type": "Notification", "MessageId": "e-1", "TopicArn": topic, "Message": body})
