"""What SES's events tell of mail that somebody sent with a login of their own; pure.

Source: SES Developer Guide, "Event data that Amazon SES publishes to Amazon SNS"; the tag `ses:caller-identity` holds the name
of the IAM user.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from credentials.smtp_users.simulate import address_in

MARK: Final = '"ses-smtp-user-'  # in the text of events about those whose IAM user Postroom has named
_CALLER_TAG = "ses:caller-identity"
_IP_TAG = "ses:source-ip"
_MAX_SENDERS = 50
_MAX_ADDRESS = 320
_MAX_ID = 100
# Event, the object that says more of it, and what lists the people in it.
_PEOPLE = {
    "Send": ("mail", "destination"),
    "Delivery": ("delivery", "recipients"),
    "Bounce": ("bounce", "bouncedRecipients"),
    "Complaint": ("complaint", "complainedRecipients"),
    "Reject": ("mail", "destination"),
}


@dataclass(frozen=True, slots=True)
class MailNews:
    """One event. `people` is how many recipients it speaks of, `senders` every address in From."""

    caller: str
    kind: str  # as SES writes it, e.g. Send
    ses_message_id: str
    senders: tuple[str, ...]
    source_ip: str | None
    sent_at: datetime  # aware UTC
    people: int
    event_key: str


def read_mail_news(event: Mapping[str, Any]) -> MailNews | None:
    """Read one event, without any envelope; None when it does not tell who sent, or nothing that is counted."""
    mail = event.get("mail")
    kind = event.get("eventType")
    if not isinstance(mail, dict) or kind not in _PEOPLE:
        return None
    caller, sent_at = _first_tag(mail, _CALLER_TAG), _moment(mail.get("timestamp"))
    message_id = _text(mail.get("messageId"))[:_MAX_ID]
    if not (caller and sent_at and message_id):
        return None
    part, listing = _PEOPLE[kind]
    detail = event.get(part)
    detail = detail if isinstance(detail, dict) else {}
    people = detail.get(listing)
    people = people if isinstance(people, list) else []
    return MailNews(
        caller=caller,
        kind=kind,
        ses_message_id=message_id,
        senders=_senders(mail),
        source_ip=_address_of(_first_tag(mail, _IP_TAG)),
        sent_at=sent_at,
        people=max(1, len(people)),
        event_key=_key(kind, message_id, detail, people),
    )


def _senders(mail: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the addresses of From, or the envelope's where SES does not tell From."""
    headers = mail.get("commonHeaders")
    listed = headers.get("from") if isinstance(headers, dict) else None
    texts = [_text(each) for each in listed[:_MAX_SENDERS]] if isinstance(listed, list) else [_text(mail.get("source"))]
    found = (address_in(text)[:_MAX_ADDRESS] for text in texts)
    return tuple(dict.fromkeys(address for address in found if address))


def _key(kind: str, message_id: str, detail: Mapping[str, Any], people: list[Any]) -> str:
    """Return what makes the event itself: SES may tell of the people of one mail in one event or in several."""
    fact = (kind, message_id, _text(detail.get("timestamp")), _text(detail.get("feedbackId")), repr(people))
    return hashlib.sha256("|".join(fact).encode(errors="replace")).hexdigest()


def _first_tag(mail: Mapping[str, Any], name: str) -> str:
    tags = mail.get("tags")
    values = tags.get(name) if isinstance(tags, dict) else None
    return _text(values[0]) if isinstance(values, list) and values else ""


def _text(value: Any) -> str:
    return value.replace("\0", "") if isinstance(value, str) else ""


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _address_of(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
