"""Takes a mail in as SES does: headers of its own in front, the object in S3, the notification to SNS.

Source: SES Developer Guide, "Contents of notifications for Amazon SES email receiving" and its examples; header names
as SES writes them to stored mail.
"""

from __future__ import annotations

import json
import os
import secrets
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses
from typing import Any

import boto3

from portal.queues import QueueName, full_name

VERDICTS = ("spam", "virus", "spf", "dkim", "dmarc")
STATUSES = ("PASS", "FAIL", "GRAY", "PROCESSING_FAILED", "DISABLED")
MOST_HEADER_BYTES = 10 * 1024  # SES cuts the headers of a notification off here
MOST_MAIL_BYTES = 40 * 1024 * 1024
ANSWER_S = 10


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail at the door. `sender` "" is the null sender."""

    raw: bytes
    sender: str
    recipients: Sequence[str]
    verdicts: Mapping[str, str] = field(default_factory=dict)  # those that are not PASS


@dataclass(frozen=True, slots=True)
class InboundNames:
    """Where things go; the same variables that the portal reads."""

    region: str
    bucket: str
    prefix: str
    topic_arn: str
    control_url: str  # of the double of SES, which must know the mail to bounce it; "" tells it nothing

    @classmethod
    def from_environment(cls) -> InboundNames:
        """Read what the stack has set."""
        region = os.environ.get("AWS_REGION") or "us-east-1"
        topic = full_name(os.environ.get("QUEUE_PREFIX") or "postroom", QueueName.INBOUND)
        return cls(
            region=region,
            bucket=os.environ.get("INBOUND_BUCKET") or "postroom-inbound",
            prefix=os.environ.get("INBOUND_PREFIX") or "",
            topic_arn=f"arn:aws:sns:{region}:123456789012:{topic}",
            control_url=os.environ.get("AWS_ENDPOINT_URL_SESV2") or "",
        )


def receive_mail(incoming: Incoming, names: InboundNames) -> str:
    """Store the mail and tell of it; returns SES's message id. Raises ValueError, botocore's errors."""
    if len(incoming.raw) > MOST_MAIL_BYTES:
        raise ValueError("SES takes mail of at most 40 MB.")
    message_id = secrets.token_hex(20)
    now = datetime.now(UTC)
    key = names.prefix + message_id
    stored = ses_headers(incoming, message_id, now) + incoming.raw
    boto3.client("s3", region_name=names.region).put_object(Bucket=names.bucket, Key=key, Body=stored)
    event = notification(incoming, stored, message_id=message_id, now=now, bucket=names.bucket, key=key)
    _tell_double(incoming, event, names)
    boto3.client("sns", region_name=names.region).publish(
        TopicArn=names.topic_arn, Subject="Amazon SES Email Receipt Notification", Message=json.dumps(event)
    )
    return message_id


def ses_headers(incoming: Incoming, message_id: str, now: datetime) -> bytes:
    """Return what SES puts in front of a stored mail."""
    said = {name: verdict(incoming, name) for name in VERDICTS}
    words = {"PASS": "pass", "FAIL": "fail", "GRAY": "none"}
    spf, dkim, dmarc = (words.get(said[name], "temperror") for name in ("spf", "dkim", "dmarc"))
    domain = incoming.sender.rpartition("@")[2] or "unknown"
    lines = [
        f"Return-Path: <{incoming.sender}>",
        f"Received: from {domain} ({domain} [192.0.2.1])",
        f" by inbound-smtp.sandbox.amazonaws.com with SMTP id {message_id}",
        f" for {incoming.recipients[0]}; {format_datetime(now)}",
        f"X-SES-Spam-Verdict: {said['spam']}",
        f"X-SES-Virus-Verdict: {said['virus']}",
        f"Received-SPF: {spf} (spfCheck) client-ip=192.0.2.1; envelope-from={incoming.sender}; helo={domain};",
        "Authentication-Results: amazonses.com;",
        f" spf={spf} smtp.mailfrom={incoming.sender};",
        f" dkim={dkim} header.i=@{domain};",
        f" dmarc={dmarc} header.from={domain};",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace")


def verdict(incoming: Incoming, name: str) -> str:
    """Return one verdict's status."""
    return incoming.verdicts.get(name, "PASS")


def notification(
    incoming: Incoming, stored: bytes, *, message_id: str, now: datetime, bucket: str, key: str
) -> dict[str, Any]:
    """Return what SES publishes."""
    parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(stored[: 1024 * 1024])
    headers, is_cut = _listed(parsed)
    at = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    receipt: dict[str, Any] = {
        "timestamp": at,
        "processingTimeMillis": 42,
        "recipients": list(incoming.recipients),
        **{f"{name}Verdict": {"status": verdict(incoming, name)} for name in VERDICTS},
        "action": {
            "type": "S3",
            "topicArn": "arn:aws:sns:sandbox",
            "bucketName": bucket,
            "objectKeyPrefix": key.removesuffix(message_id),
            "objectKey": key,
        },
    }
    if verdict(incoming, "dmarc") == "FAIL":
        receipt["dmarcPolicy"] = "none"
    mail = {
        "timestamp": at,
        "source": incoming.sender,
        "messageId": message_id,
        "destination": _addresses(parsed, "To") or list(incoming.recipients),
        "headersTruncated": is_cut,
        "headers": headers,
        "commonHeaders": _common(parsed, incoming),
    }
    return {"notificationType": "Received", "receipt": receipt, "mail": mail}


def _listed(parsed: Message) -> tuple[list[dict[str, str]], bool]:
    listed: list[dict[str, str]] = []
    room = MOST_HEADER_BYTES
    for name, value in parsed.items():
        text = " ".join(_text(value).split())
        room -= len(name) + len(text)
        if room < 0:
            return listed, True
        listed.append({"name": name, "value": text})
    return listed, False


def _common(parsed: Message, incoming: Incoming) -> dict[str, Any]:
    found: dict[str, Any] = {"returnPath": incoming.sender}
    for name in ("from", "to", "cc", "replyTo"):
        value = parsed.get({"replyTo": "reply-to"}.get(name, name))
        if value is not None:
            found[name] = [" ".join(_text(value).split())]
    for name, header in (("subject", "subject"), ("messageId", "message-id"), ("date", "date")):
        value = parsed.get(header)
        if value is not None:
            found[name] = " ".join(_text(value).split())
    return found


def _addresses(parsed: Message, name: str) -> list[str]:
    values = [_text(value) for value in parsed.get_all(name, [])]
    return [address for _name, address in getaddresses(values) if address]


def _text(value: object) -> str:
    """A header may hold bytes that are no text; SES shows them replaced."""
    return str(value).encode("utf-8", "replace").decode("utf-8", "replace")


def _tell_double(incoming: Incoming, event: Mapping[str, Any], names: InboundNames) -> None:
    if not names.control_url:
        return
    told = {
        "message_id": event["mail"]["messageId"],
        "sender": incoming.sender,
        "recipients": list(incoming.recipients),
        "subject": event["mail"]["commonHeaders"].get("subject", ""),
    }
    request = urllib.request.Request(f"{names.control_url}/_sandbox/received", json.dumps(told).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=ANSWER_S):
        return


def read_verdicts(words: Sequence[str]) -> dict[str, str]:
    """Read `spam=FAIL` and the like. Raises ValueError, which says what there is."""
    found: dict[str, str] = {}
    for word in words:
        name, _, status = word.partition("=")
        if name.lower() not in VERDICTS or status.upper() not in STATUSES:
            raise ValueError(f"{word!r} is no verdict: {', '.join(VERDICTS)} = {', '.join(STATUSES)}.")
        found[name.lower()] = status.upper()
    return found
