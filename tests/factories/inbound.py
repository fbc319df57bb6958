"""Inbound mail, rules and notifications with usual values."""

from __future__ import annotations

import itertools
import json
from typing import Any

from django.utils import timezone

from routing.inbound.models import InboundDelivery, InboundMessage
from routing.rules.models import RoutingRule
from routing.rules.services import save_rule

BUCKET = "postroom-inbound"
RAW = (
    b"Received: from mail.sender.example by inbound-smtp\r\n"
    b"From: Ada <ada@sender.example>\r\nTo: a@in.example\r\nSubject: Hello\r\n"
    b"Message-ID: <1@sender.example>\r\n\r\nBody\r\n"
)
_numbers = itertools.count(1)


def make_rule(pattern: str, *actions: dict[str, Any], conditions: list[Any] | None = None, **more: Any) -> RoutingRule:
    """A saved rule of one choice; it stores where no action is given."""
    choices = [{"conditions": conditions or [], "actions": list(actions) or [{"kind": "store"}]}]
    wanted: Any = {"pattern": pattern, "name": "", "notes": "", "is_on": True, "choices": choices, **more}
    return save_rule(wanted, actor=None)


def notification(
    *recipients: str, message_id: str = "", verdicts: dict[str, str] | None = None, **mail: Any
) -> dict[str, Any]:
    """What SES tells of one mail, as it reaches a queue with raw delivery."""
    message_id = message_id or f"ses-{next(_numbers)}"
    statuses = dict.fromkeys(("spam", "virus", "spf", "dkim", "dmarc"), "PASS") | (verdicts or {})
    now = timezone.now().isoformat()
    headers = mail.pop("headers", [["From", "Ada <ada@sender.example>"], ["Subject", "Hello"]])
    return {
        "notificationType": "Received",
        "receipt": {
            "timestamp": mail.pop("timestamp", now),
            "recipients": list(recipients) or ["a@in.example"],
            **{f"{name}Verdict": {"status": status} for name, status in statuses.items()},
            "action": {"type": "S3", "bucketName": BUCKET, "objectKey": f"mail/{message_id}"},
        },
        "mail": {
            "timestamp": now,
            "source": "ada@sender.example",
            "messageId": message_id,
            "destination": ["somebody@else.example"],
            "headersTruncated": False,
            "headers": [{"name": name, "value": value} for name, value in headers],
            "commonHeaders": {
                "from": ["Ada <ada@sender.example>"],
                "subject": "Hello",
                "messageId": "<1@sender.example>",
            },
            **mail,
        },
    }


def enveloped(event: dict[str, Any]) -> str:
    """The same in an SNS envelope."""
    return json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": json.dumps(event)})


def make_message(**fields: Any) -> InboundMessage:
    """A stored, routed message from a sender who proved who they are."""
    message_id = f"ses-{next(_numbers)}"
    usual = {
        "ses_message_id": message_id,
        "bucket": BUCKET,
        "object_key": f"mail/{message_id}",
        "received_at": timezone.now(),
        "status": InboundMessage.Status.ROUTED,
        "envelope_from": "ada@sender.example",
        "recipients": ["a@in.example"],
        "header_from": "Ada <ada@sender.example>",
        "sender_key": "ada@sender.example",
        "subject": "Hello",
        "size_bytes": len(RAW),
        "headers": [["From", "Ada <ada@sender.example>"], ["Subject", "Hello"]],
        **dict.fromkeys(("spam", "virus", "spf", "dkim", "dmarc"), "PASS"),
    }
    return InboundMessage.objects.create(**usual | fields)


def make_inbound_delivery(
    action: dict[str, Any], *, message: InboundMessage | None = None, **fields: Any
) -> InboundDelivery:
    """A delivery of a message, waiting."""
    destination = str(action.get("account_id") or action.get("address") or action.get("url") or "")
    return InboundDelivery.objects.create(
        message=message or make_message(),
        recipient=fields.pop("recipient", "a@in.example"),
        action=action["kind"],
        destination=destination,
        options=action,
        **fields,
    )
