"""Reads SES events as they arrive on the queue; pure.

Source: SES Developer Guide, "Event data that Amazon SES publishes to Amazon SNS"; SNS message formats.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from campaigns.sending.states import DeliveryState, Reason

DELIVERY_TAG = "postroom_delivery"
MAX_ID_DIGITS = 18

_PERMANENT_REASON = {
    "General": Reason.MAILBOX_UNKNOWN,
    "NoEmail": Reason.MAILBOX_UNKNOWN,
    "Suppressed": Reason.SES_SUPPRESSED,
    "OnAccountSuppressionList": Reason.SES_SUPPRESSED,
}
_TRANSIENT_REASON = {
    "MailboxFull": Reason.MAILBOX_FULL,
    "MessageTooLarge": Reason.MESSAGE_TOO_LARGE,
    "ContentRejected": Reason.CONTENT_REJECTED,
    "AttachmentRejected": Reason.CONTENT_REJECTED,
}


class UnreadableEvent(ValueError):
    """The body is no SES event of ours; the text says what it is instead."""


@dataclass(frozen=True, slots=True)
class SesEvent:
    """One event about one delivery. `state` None means that it changes nothing (a delay, an open, a click)."""

    delivery_id: int
    event_key: str
    event_type: str  # lower snake, e.g. rendering_failure
    sub_type: str
    diagnostic: str
    happened_at: datetime  # aware UTC
    ses_message_id: str
    state: DeliveryState | None = None
    reason: Reason = Reason.NONE
    suppresses: str = ""  # "bounce" or "complaint": the person gets no more mail


def read_event(body: str) -> SesEvent:
    """One queue body, raw or in an SNS envelope. Raises UnreadableEvent."""
    event = _unwrapped(body)
    event_type = _snake(str(event.get("eventType") or event.get("notificationType") or ""))
    mail = event.get("mail")
    if not event_type or not isinstance(mail, dict):
        raise UnreadableEvent("not an SES event")
    detail = event.get(_DETAIL_KEYS.get(event_type, event_type))
    detail = detail if isinstance(detail, dict) else {}
    state, reason, suppresses = _meaning(event_type, detail)
    sub_type, diagnostic = _words(event_type, detail)
    happened_at = _moment(detail.get("timestamp") or mail.get("timestamp"))
    message_id = str(mail.get("messageId", ""))
    delivery_id = _delivery_id(mail)
    return SesEvent(
        delivery_id=delivery_id,
        event_key=_key(event_type, message_id, delivery_id, happened_at, detail),
        event_type=_storable(event_type, 20),
        sub_type=_storable(sub_type, 40),
        diagnostic=_storable(diagnostic, 500),
        happened_at=happened_at,
        ses_message_id=message_id,
        state=state,
        reason=reason,
        suppresses=suppresses,
    )


_DETAIL_KEYS = {"rendering_failure": "failure", "delivery_delay": "deliveryDelay"}


def _unwrapped(body: str) -> dict[str, Any]:
    try:
        content = json.loads(body)
        if isinstance(content, dict) and content.get("Type") == "Notification":
            content = json.loads(content["Message"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableEvent("not JSON") from error
    if not isinstance(content, dict):
        raise UnreadableEvent("not an object")
    return content


def _delivery_id(mail: dict[str, Any]) -> int:
    tags = mail.get("tags")
    values = tags.get(DELIVERY_TAG) if isinstance(tags, dict) else None
    text = str(values[0]) if isinstance(values, list) and values else ""
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_ID_DIGITS):
        raise UnreadableEvent("no delivery tag of ours")
    return int(text)


def _meaning(event_type: str, detail: dict[str, Any]) -> tuple[DeliveryState | None, Reason, str]:
    if event_type == "bounce":
        return _bounce(detail)
    return _MEANINGS.get(event_type, (None, Reason.NONE, ""))


_MEANINGS: dict[str, tuple[DeliveryState | None, Reason, str]] = {
    "send": (DeliveryState.ACCEPTED, Reason.NONE, ""),
    "delivery": (DeliveryState.DELIVERED, Reason.NONE, ""),
    "complaint": (DeliveryState.COMPLAINED, Reason.COMPLAINED, "complaint"),
    "reject": (DeliveryState.REFUSED, Reason.MESSAGE_REJECTED, ""),
    "rendering_failure": (DeliveryState.REFUSED, Reason.RENDERING_FAILED, ""),
}


def _bounce(detail: dict[str, Any]) -> tuple[DeliveryState, Reason, str]:
    sub_type = str(detail.get("bounceSubType", ""))
    if detail.get("bounceType") == "Permanent":
        return DeliveryState.BOUNCED, _PERMANENT_REASON.get(sub_type, Reason.BOUNCED_OTHER), "bounce"
    return DeliveryState.BOUNCED, _TRANSIENT_REASON.get(sub_type, Reason.BOUNCED_TRANSIENT), ""


def _words(event_type: str, detail: dict[str, Any]) -> tuple[str, str]:
    if event_type == "bounce":
        recipients = detail.get("bouncedRecipients") or [{}]
        first = recipients[0] if isinstance(recipients, list) and isinstance(recipients[0], dict) else {}
        return f"{detail.get('bounceType', '')}/{detail.get('bounceSubType', '')}".lower(), str(
            first.get("diagnosticCode", "")
        )
    if event_type == "complaint":
        return str(detail.get("complaintFeedbackType") or detail.get("complaintSubType") or ""), ""
    words = detail.get("smtpResponse") or detail.get("reason") or detail.get("errorMessage") or detail.get("link") or ""
    return str(detail.get("delayType", "")), str(words)


def _moment(text: Any) -> datetime:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableEvent("no time in it") from error


def _storable(text: str, length: int) -> str:
    """Without what databases refuse: NUL, half a surrogate pair; a mail server writes what it likes."""
    return text.replace("\0", "").encode(errors="replace").decode()[:length]


def _key(event_type: str, message_id: str, delivery_id: int, at: datetime, detail: dict[str, Any]) -> str:
    parts = (event_type, message_id, str(delivery_id), at.isoformat(), str(detail.get("feedbackId", "")))
    return hashlib.sha256("|".join(parts).encode(errors="replace")).hexdigest()


def _snake(name: str) -> str:
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    return "_".join(words.lower().split())
