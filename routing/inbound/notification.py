"""Reads SES's notifications of mail received, as SNS and Lambda deliver them. Pure.

Source: SES Developer Guide, "Contents of notifications for Amazon SES email receiving", "Event data for AWS Lambda";
SNS message formats. The envelope recipients (`receipt.recipients`) alone say for whom a mail is; `mail.destination` is
what its headers claim.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from routing.inbound.headers import Header, addresses_in, decoded, storable
from routing.recipients import MAX_KEY_CHARS
from routing.rules.definition import Status, VerdictName

SETUP_MESSAGE_ID: Final = "AMAZON_SES_SETUP_NOTIFICATION"
MAX_RECIPIENTS: Final = 1_000  # SES takes 50 at a time and 100 a rule
MAX_HEADERS: Final = 1_000
MAX_HEADER_CHARS: Final = 8_000
MAX_ID_CHARS: Final = 200
MAX_OBJECT_KEY_CHARS: Final = 1_024
MAX_SUBJECT_CHARS: Final = 998
MAX_BODY_CHARS: Final = 1024 * 1024  # SQS: 256 KB


class UnreadableNotification(ValueError):
    """No notification of a mail that we can use; the text says why and names nobody."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where mail lies whose notification does not say it (a Lambda action knows no bucket); and the only bucket believed."""

    bucket: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Notification:
    """One mail that SES received."""

    ses_message_id: str
    bucket: str
    object_key: str
    received_at: datetime  # aware UTC
    envelope_from: str  # "" = the null sender
    recipients: tuple[str, ...]  # of the envelope, as SES gave them
    verdicts: dict[VerdictName, Status]
    dmarc_policy: str = ""
    header_from: str = ""
    sender_key: str = ""
    subject: str = ""
    rfc_message_id: str = ""
    headers: tuple[Header, ...] = field(default=(), repr=False)
    headers_truncated: bool = False


def read_notifications(body: str, place: Place) -> list[Notification]:
    """The mails that one queue body tells of; none for SES's own test of a new rule. Raises UnreadableNotification."""
    if len(body) > MAX_BODY_CHARS:
        raise UnreadableNotification("The notification is longer than SQS allows.")
    try:
        found = [_read(event, place) for event in _events(_loaded(body))]
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise UnreadableNotification(f"The notification has not the shape of one: {type(error).__name__}.") from error
    return [notification for notification in found if notification is not None]


def _loaded(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableNotification("The notification is not JSON, or cut off.") from error
    if not isinstance(content, dict):
        raise UnreadableNotification("The notification is no object of JSON.")
    return content


def _events(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The notifications themselves, out of SNS envelopes and Lambda records."""
    records = content.get("Records")
    if isinstance(records, list):
        return [event for record in records for event in _events_of_record(record)]
    if "Message" in content and "Type" in content:
        return [_loaded(_text(content, "Message"))] if content["Type"] == "Notification" else []
    return [content]


def _events_of_record(record: dict[str, Any]) -> list[dict[str, Any]]:
    if isinstance(record.get("ses"), dict):
        return [{"notificationType": "Received", **record["ses"]}]
    if isinstance(record.get("Sns"), dict):
        return [_loaded(_text(record["Sns"], "Message"))]
    raise UnreadableNotification("A record is neither of SES nor of SNS.")


def _read(event: dict[str, Any], place: Place) -> Notification | None:
    if event.get("notificationType") != "Received":
        kind = str(event.get("notificationType") or event.get("eventType") or "")[:40]
        raise UnreadableNotification(f"It does not tell of mail received, but of “{storable(kind)}”.")
    mail, receipt = event["mail"], event["receipt"]
    message_id = _text(mail, "messageId")
    if message_id == SETUP_MESSAGE_ID:
        return None
    if not message_id or len(message_id) > MAX_ID_CHARS:
        raise UnreadableNotification("The notification has no message id.")
    bucket, key = _object(receipt.get("action") or {}, message_id, place)
    headers = _headers(mail.get("headers"))
    common = mail.get("commonHeaders") if isinstance(mail.get("commonHeaders"), dict) else {}
    header_from = _header_from(common, headers)
    return Notification(
        ses_message_id=message_id,
        bucket=bucket,
        object_key=key,
        received_at=_moment(_text(receipt, "timestamp") or _text(mail, "timestamp")),
        envelope_from=_envelope_from(mail),
        recipients=_recipients(receipt),
        verdicts=_verdicts(receipt),
        dmarc_policy=_text(receipt, "dmarcPolicy")[:10].lower(),
        header_from=header_from[:MAX_KEY_CHARS],
        sender_key=(addresses_in(header_from)[:1] or ("",))[0].lower()[:MAX_KEY_CHARS],
        subject=decoded(_text(common, "subject") or _header(headers, "subject"))[:MAX_SUBJECT_CHARS],
        rfc_message_id=(_text(common, "messageId") or _header(headers, "message-id"))[:MAX_SUBJECT_CHARS],
        headers=headers,
        headers_truncated=mail.get("headersTruncated") is True,
    )


def _object(action: dict[str, Any], message_id: str, place: Place) -> tuple[str, str]:
    """Bucket and key; the key has its prefix already and is never made anew where SES tells it."""
    bucket, key = _text(action, "bucketName"), _text(action, "objectKey")
    if not key and place.bucket:
        bucket, key = place.bucket, place.prefix + message_id
    if not bucket or not key or len(key) > MAX_OBJECT_KEY_CHARS:
        raise UnreadableNotification("It does not say where in S3 the mail is: the receipt rule needs an S3 action.")
    if place.bucket and bucket != place.bucket:  # a notification must not make us read what its sender may not
        raise UnreadableNotification("It tells of another bucket than INBOUND_BUCKET.")
    return bucket[:63], key


def _envelope_from(mail: dict[str, Any]) -> str:
    source = _text(mail, "source").strip()
    return (
        "" if source in {"", "<>"} or source.lower().startswith("mailer-daemon@amazonses") else source[:MAX_KEY_CHARS]
    )


def _recipients(receipt: dict[str, Any]) -> tuple[str, ...]:
    listed = receipt["recipients"]
    if not isinstance(listed, list) or not listed or len(listed) > MAX_RECIPIENTS:
        raise UnreadableNotification("It names no envelope recipients.")
    found = tuple(storable(text)[:MAX_KEY_CHARS] for text in listed if isinstance(text, str) and text.strip())
    if len(found) < len(listed):
        raise UnreadableNotification("An envelope recipient of it is no text.")
    return found


def _verdicts(receipt: dict[str, Any]) -> dict[VerdictName, Status]:
    found: dict[VerdictName, Status] = {}
    for name in VerdictName:
        verdict = receipt.get(f"{name.value}Verdict")
        status = _text(verdict, "status") if isinstance(verdict, dict) else ""
        found[name] = Status(status) if status in _STATUSES else Status.DISABLED
    return found


_STATUSES = frozenset(status.value for status in Status)


def _headers(raw: object) -> tuple[Header, ...]:
    listed = raw if isinstance(raw, list) else []
    pairs = ((each.get("name"), each.get("value")) for each in listed[:MAX_HEADERS] if isinstance(each, dict))
    return tuple(
        (storable(name)[:200], storable(value)[:MAX_HEADER_CHARS])
        for name, value in pairs
        if isinstance(name, str) and isinstance(value, str)
    )


def _header(headers: tuple[Header, ...], name: str) -> str:
    return next((value for each, value in headers if each.lower() == name), "")


def _header_from(common: dict[str, Any], headers: tuple[Header, ...]) -> str:
    listed = common.get("from")
    text = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], str) else _header(headers, "from")
    return decoded(text)


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    return storable(value) if isinstance(value, str) else ""


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableNotification("It does not say when the mail came.") from error
