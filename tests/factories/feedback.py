"""Feedback as SES sends it: events with our tags, identity notifications without, and envelopes of SNS."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from typing import Any

from django.utils import timezone

from campaigns.feedback.causes import Cause
from campaigns.feedback.models import FeedbackCount, RawEvent
from campaigns.sending.events import apply_events
from campaigns.sending.models import Campaign, Delivery, DeliveryEvent
from campaigns.sending.states import CampaignStatus, DeliveryState
from tests.factories.sending import make_campaign, plan_people

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


def a_raw_event() -> RawEvent:
    """A bounce of a finished campaign, as it came."""
    campaign = make_campaign("May letter", status=CampaignStatus.COMPLETED, planned_at=timezone.now())
    [row, *_others] = plan_people(campaign, [DeliveryState.ACCEPTED] * 3, prefix="reader")
    apply_events([hard_bounce(row.pk, to=row.address)])
    return RawEvent.objects.get()


def weeks_of_feedback() -> None:
    """Events that came, and what could not be used on several days."""
    a_raw_event()
    DeliveryEvent.objects.update(happened_at=timezone.now() - timedelta(seconds=3))
    for back in range(9):
        day = timezone.now() - timedelta(days=back)
        for cause, count in (
            (Cause.REPEATED, 120 - 9 * back),
            (Cause.NOT_OURS, back % 4),
            (Cause.OTHER_ADDRESS, back % 3),
        ):
            FeedbackCount.objects.create(
                day=day.astimezone(UTC).date(),
                cause=cause,
                count=count,
                last_at=day,
                example="" if cause == Cause.REPEATED else "bounce 4711",
            )
    apply_events([notification("Delivery", message_id="of-others", to="x@y.example"), ses_event("x", "Send")])


def a_read_campaign() -> Campaign:
    """A finished campaign that counts opens and clicks; machines were there, too."""
    campaign = make_campaign("Read letter", status=CampaignStatus.COMPLETED, planned_at=timezone.now(), is_tracked=True)
    rows = plan_people(campaign, [DeliveryState.ACCEPTED] * 8, prefix="reader")
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    said = [ses_event(row.pk, "Delivery") for row in rows]
    said += [ses_event(row.pk, "Open", at="2026-11-22T10:05:00Z", userAgent=firefox) for row in rows[:4]]
    said.append(
        ses_event(rows[0].pk, "Click", at="2026-11-22T10:06:00Z", userAgent=firefox, link="https://club.example/")
    )
    said.append(ses_event(rows[5].pk, "Open", userAgent="Mozilla/5.0"))
    said.append(
        ses_event(rows[6].pk, "Click", at="2026-11-22T10:00:02Z", userAgent=firefox, link="https://club.example/")
    )
    apply_events(said)
    return campaign


def a_read_delivery() -> Delivery:
    """One that a machine clicked in."""
    return a_read_campaign().deliveries.order_by("pk")[6]
