"""What SES's words about a mail mean for its delivery: state, reason, suppression; pure.

Source: SES Developer Guide, "Event data that Amazon SES publishes to Amazon SNS": bounce and complaint objects.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from campaigns.sending.states import DeliveryState, Reason

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
_ON_ACCOUNT_LIST = "OnAccountSuppressionList"


class Meaning(NamedTuple):
    """`state` None: it changes nothing. `suppresses`: the reason of a suppression, or "" for none."""

    state: DeliveryState | None
    reason: Reason = Reason.NONE
    suppresses: str = ""


NOTHING = Meaning(None)
_ALWAYS: dict[str, Meaning] = {
    "send": Meaning(DeliveryState.ACCEPTED),
    "delivery": Meaning(DeliveryState.DELIVERED),
    "reject": Meaning(DeliveryState.REFUSED, Reason.MESSAGE_REJECTED),
    "rendering_failure": Meaning(DeliveryState.REFUSED, Reason.RENDERING_FAILED),
    "delivery_delay": NOTHING,
    "open": NOTHING,
    "click": NOTHING,
}
KNOWN_TYPES = frozenset(_ALWAYS) | {"bounce", "complaint", "subscription"}


def meaning_of(event_type: str, detail: dict[str, Any]) -> Meaning:
    """The meaning of one event; a type that is unknown changes nothing."""
    if event_type == "bounce":
        return _bounce(detail)
    if event_type == "complaint":
        return _complaint(detail)
    if event_type == "subscription":
        return _subscription(detail)
    return _ALWAYS.get(event_type, NOTHING)


def _bounce(detail: dict[str, Any]) -> Meaning:
    sub_type = text_of(detail, "bounceSubType")
    if detail.get("bounceType") == "Permanent":
        return Meaning(DeliveryState.BOUNCED, _PERMANENT_REASON.get(sub_type, Reason.BOUNCED_OTHER), "bounce")
    return Meaning(DeliveryState.BOUNCED, _TRANSIENT_REASON.get(sub_type, Reason.BOUNCED_TRANSIENT))


def _complaint(detail: dict[str, Any]) -> Meaning:
    if detail.get("complaintFeedbackType") == "not-spam":
        return NOTHING  # the person took it out of the spam folder
    if detail.get("complaintSubType") == _ON_ACCOUNT_LIST:
        return Meaning(DeliveryState.BOUNCED, Reason.SES_SUPPRESSED, "complaint")
    return Meaning(DeliveryState.COMPLAINED, Reason.COMPLAINED, "complaint")


def _subscription(detail: dict[str, Any]) -> Meaning:
    """SES's own list management: whoever leaves everything there wants no more mail; topics are SES's affair."""
    wishes = detail.get("newTopicPreferences")
    leaves = isinstance(wishes, dict) and wishes.get("unsubscribeAll") is True
    return Meaning(None, suppresses="unsubscribe") if leaves else NOTHING


def words_of(event_type: str, detail: dict[str, Any]) -> tuple[str, str]:
    """Sub-type and diagnostic, as the time line shows them."""
    if event_type == "bounce":
        kind = f"{text_of(detail, 'bounceType')}/{text_of(detail, 'bounceSubType')}".lower()
        return kind, text_of(_first_of(detail.get("bouncedRecipients")), "diagnosticCode")
    if event_type == "complaint":
        return text_of(detail, "complaintFeedbackType") or text_of(detail, "complaintSubType"), ""
    if event_type == "delivery_delay":
        return text_of(detail, "delayType"), text_of(_first_of(detail.get("delayedRecipients")), "diagnosticCode")
    if event_type == "subscription":
        return text_of(detail, "contactList"), _wishes(detail)
    found = (text_of(detail, name) for name in ("smtpResponse", "reason", "errorMessage", "link"))
    return "", next((words for words in found if words), "")


def text_of(found: dict[str, Any], name: str) -> str:
    """The text under that name; "" for whatever is no text."""
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _first_of(found: Any) -> dict[str, Any]:
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, dict) else {}


def _wishes(detail: dict[str, Any]) -> str:
    wishes = detail.get("newTopicPreferences")
    if not isinstance(wishes, dict):
        return ""
    if wishes.get("unsubscribeAll") is True:
        return "unsubscribeAll"
    topics = wishes.get("topicSubscriptionStatus")
    rows = [row for row in topics[:20] if isinstance(row, dict)] if isinstance(topics, list) else []
    return ", ".join(f"{text_of(row, 'topicName')[:40]}: {text_of(row, 'subscriptionStatus')[:10]}" for row in rows)
