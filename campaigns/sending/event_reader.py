"""Reads SES's feedback as it arrives on the queue: event publishing and identity notifications; pure.

Source: SES Developer Guide, "Event data that Amazon SES publishes to Amazon SNS" and "Amazon SNS notification contents
for Amazon SES"; SNS message formats.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from campaigns.feedback.causes import Cause
from campaigns.feedback.machines import sign_of_agent
from campaigns.sending.event_meaning import KNOWN_TYPES, meaning_of, text_of, words_of
from campaigns.sending.states import DeliveryState, Reason

DELIVERY_TAG = "postroom_delivery"
ATTEMPT_TAG = "postroom_attempt"
TRACE_TAG = "postroom_trace"
CANARY_TAG = "postroom_canary"
MAX_ID_DIGITS = 18
MAX_ADDRESSES = 50  # SES's own limit of recipients per mail
_MESSAGE_ID_LENGTH = 100
_TRACE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class UnreadableEvent(ValueError):
    """The body is no feedback about our mail; `cause` says why, `event_type` what it called itself."""

    def __init__(self, cause: Cause, event_type: str = "") -> None:
        super().__init__(cause.value)
        self.cause = cause
        self.event_type = event_type


@dataclass(frozen=True, slots=True)
class Believed:
    """Whose feedback is believed; "" believes everybody's."""

    topic_arn: str = ""
    account_id: str = ""


EVERYBODY = Believed()


@dataclass(frozen=True, slots=True)
class SesEvent:
    """One event about one mail. `state` None means that it moves nothing (a delay, an open, a click)."""

    delivery_id: int  # 0: an identity notification, to be matched by ses_message_id; or a canary's event
    event_key: str
    event_type: str  # lower snake, e.g. rendering_failure
    sub_type: str
    diagnostic: str  # the mail server's words; of a click, its link
    happened_at: datetime  # aware UTC
    ses_message_id: str
    state: DeliveryState | None = None
    reason: Reason = Reason.NONE
    suppresses: str = ""  # a Suppression.Reason: the person gets no more mail
    sent_at: datetime | None = None  # when SES took the mail; aware UTC
    attempt_id: int = 0  # 0: not told
    canary_id: int = 0  # of a heartbeat mail
    addresses: tuple[str, ...] = ()  # recipients of the mail, lower-cased; empty: not told
    machine_sign: str = ""
    trace: str = ""  # correlation id of the deed that sent the mail; "": not told
    is_known_type: bool = True
    fact: str = ""  # what makes the event itself, whoever it is about
    body: str = field(default="", repr=False)  # the event's own JSON, without an envelope


def read_content(body: str, believed: Believed = EVERYBODY) -> dict[str, Any]:
    """The event's own JSON, raw or out of an SNS envelope. Raises UnreadableEvent."""
    return _unwrapped(body, believed)[0]


def read_event(body: str, believed: Believed = EVERYBODY) -> SesEvent:
    """One queue body, raw or in an SNS envelope. Raises UnreadableEvent."""
    event, text = _unwrapped(body, believed)
    is_notification = "eventType" not in event
    event_type = _snake(text_of(event, "notificationType" if is_notification else "eventType")[:40])
    mail = event.get("mail")
    if not event_type or not isinstance(mail, dict):
        raise UnreadableEvent(Cause.UNREADABLE, event_type)
    if believed.account_id and mail.get("sendingAccountId") != believed.account_id:
        raise UnreadableEvent(Cause.FOREIGN_ACCOUNT, event_type)
    delivery_id, canary_id = _ids(mail, event_type, is_notification=is_notification)
    detail = event.get(_DETAIL_KEYS.get(event_type, event_type))
    return _event(
        event_type, mail, detail if isinstance(detail, dict) else {}, (delivery_id, canary_id), storable(text)
    )


_DETAIL_KEYS = {"rendering_failure": "failure", "delivery_delay": "deliveryDelay"}


def _event(event_type: str, mail: dict[str, Any], detail: dict[str, Any], ids: tuple[int, int], body: str) -> SesEvent:
    delivery_id, canary_id = ids
    state, reason, suppresses = meaning_of(event_type, detail)
    sub_type, diagnostic = words_of(event_type, detail)
    happened_at = _moment(detail.get("timestamp") or mail.get("timestamp"), event_type)
    message_id = storable(text_of(mail, "messageId"))[:_MESSAGE_ID_LENGTH]
    is_tracking = event_type in {"open", "click"}
    further = text_of(detail, "feedbackId"), text_of(detail, "link")
    fact = "|".join((event_type, message_id, happened_at.isoformat(), *further))
    return SesEvent(
        delivery_id=delivery_id,
        event_key=_key(delivery_id, fact),
        event_type=storable(event_type)[:20],
        sub_type=storable(sub_type[:40]),
        diagnostic=storable(diagnostic[:500]),
        happened_at=happened_at,
        ses_message_id=message_id,
        state=state,
        reason=reason,
        suppresses=suppresses,
        sent_at=_moment(mail["timestamp"], event_type) if mail.get("timestamp") else None,
        attempt_id=_tag_id(mail, ATTEMPT_TAG),
        canary_id=canary_id,
        addresses=_addresses(mail.get("destination")),
        machine_sign=sign_of_agent(event_type, text_of(detail, "userAgent")) if is_tracking else "",
        trace=_trace(mail),
        is_known_type=event_type in KNOWN_TYPES,
        fact=fact,
        body=body,
    )


def _unwrapped(body: str, believed: Believed) -> tuple[dict[str, Any], str]:
    """The event and its own text. Raises UnreadableEvent."""
    content, text = _loaded(body), body
    if "Type" in content and "Message" in content:
        if believed.topic_arn and content.get("TopicArn") != believed.topic_arn:
            raise UnreadableEvent(Cause.FOREIGN_TOPIC)
        text = text_of(content, "Message") if content["Type"] == "Notification" else ""
        content = _loaded(text)
    return content, text


def _loaded(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableEvent(Cause.TRUNCATED if _is_cut(text, error) else Cause.UNREADABLE) from error
    if not isinstance(content, dict):
        raise UnreadableEvent(Cause.UNREADABLE)
    return content


def _is_cut(text: str, error: Exception) -> bool:
    """An object whose text ends before it does."""
    if not isinstance(error, json.JSONDecodeError) or not text.startswith("{"):
        return False
    return error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip()) - 1


def _ids(mail: dict[str, Any], event_type: str, *, is_notification: bool) -> tuple[int, int]:
    """The delivery's id and the canary's, one of them 0; both 0 for a notification, which has no tags."""
    tags = mail.get("tags")
    if isinstance(tags, dict) and (DELIVERY_TAG in tags or CANARY_TAG in tags):
        found = _tag_id(mail, DELIVERY_TAG), _tag_id(mail, CANARY_TAG)
        if not any(found):
            raise UnreadableEvent(Cause.FORGED_TAG, event_type)
        return found
    if is_notification and text_of(mail, "messageId"):
        return 0, 0
    raise UnreadableEvent(Cause.NOT_OURS, event_type)


def _tag_id(mail: dict[str, Any], name: str) -> int:
    """The number in a tag of ours; 0 for what is none."""
    text = _tag_text(mail, name)
    is_number = text.isascii() and text.isdigit() and len(text) <= MAX_ID_DIGITS
    return int(text) if is_number else 0


def _trace(mail: dict[str, Any]) -> str:
    text = _tag_text(mail, TRACE_TAG)
    return text if _TRACE.fullmatch(text) else ""


def _tag_text(mail: dict[str, Any], name: str) -> str:
    tags = mail.get("tags")
    values = tags.get(name) if isinstance(tags, dict) else None
    text = values[0] if isinstance(values, list) and len(values) == 1 else ""
    return text if isinstance(text, str) else ""


def _addresses(destination: Any) -> tuple[str, ...]:
    if not isinstance(destination, list):
        return ()
    texts = [text for text in destination[:MAX_ADDRESSES] if isinstance(text, str)]
    return tuple([storable(text).rpartition("<")[2].rstrip("> ").lower() for text in texts])


def _moment(text: Any, event_type: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError) as error:
        raise UnreadableEvent(Cause.UNREADABLE, event_type) from error


def storable(text: str) -> str:
    """Without what databases refuse: NUL, half a surrogate pair; a mail server writes what it likes."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _key(delivery_id: int, fact: str) -> str:
    return hashlib.sha256(f"{delivery_id}|{fact}".encode(errors="replace")).hexdigest()


def matched(event: SesEvent, delivery_id: int) -> SesEvent:
    """The notification, now that its delivery is known."""
    return replace(event, delivery_id=delivery_id, event_key=_key(delivery_id, event.fact))


def _snake(name: str) -> str:
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    return "_".join(words.lower().split())
