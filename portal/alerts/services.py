"""Raising and clearing alerts: each change is told once, to the topic and to the chosen mailboxes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.activity import record_activity
from portal.alerts.models import Alert, AlertNotice, AlertRecipient, QuietAlert, Severity
from portal.publish import publish
from portal.queues import TaskName
from portal.whole_urls import without_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)


@transaction.atomic
def raise_alert(
    code: str, *, subject_key: str, text: str, url: str = "", severity: Severity | str = Severity.BAD
) -> Alert:
    """Say that something is wrong; may be called as often as it is noticed, also inside a transaction.

    While an alert of this `code` and `subject_key` is open only its text and the time are brought up to date. Otherwise
    this is a change: a new alert, told once. `text` is plain words that name the thing; `url` is a path (`reverse`)
    to the page that cures it; `code` is dotted and lower case ("campaign.breaker").
    """
    now = timezone.now()
    told = {"text": text[:500], "url": without_prefix(url), "severity": Severity(severity), "seen_at": now}
    alert, is_new = Alert.objects.get_or_create(code=code, subject_key=subject_key, cleared_at=None, defaults=told)
    if not is_new:
        Alert.objects.filter(pk=alert.pk).update(**told)
        return alert
    _write_notices(alert, AlertNotice.Kind.RAISED, _places_for(alert))
    logger.warning("alert.raised", extra={"alert": alert.pk, "code": code, "subject": subject_key})
    return alert


@transaction.atomic
def clear_alert(code: str, *, subject_key: str) -> bool:
    """Say that it is over; harmless when no such alert is open. True when one was.

    Whoever was told of it is told that it is over.
    """
    alert = Alert.objects.select_for_update().filter(code=code, subject_key=subject_key, cleared_at=None).first()
    if alert is None:
        return False
    Alert.objects.filter(pk=alert.pk).update(cleared_at=timezone.now())
    told = alert.notices.filter(kind=AlertNotice.Kind.RAISED).order_by("pk").values_list("channel", "recipient")
    _write_notices(alert, AlertNotice.Kind.CLEARED, list(told))
    logger.info("alert.cleared", extra={"alert": alert.pk, "code": code, "subject": subject_key})
    return True


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found wrong; the parameters of `raise_alert`."""

    text: str
    url: str = ""
    severity: Severity = Severity.BAD


def keep_alerts(code: str, found: Mapping[str, Finding]) -> int:
    """Make the open alerts of `code` those of one look, by subject; what was not found again is over. Returns how many.

    For whoever looks at all subjects at once.
    """
    for subject_key, finding in found.items():
        raise_alert(code, subject_key=subject_key, text=finding.text, url=finding.url, severity=finding.severity)
    gone = Alert.objects.filter(code=code, cleared_at=None).exclude(subject_key__in=list(found))
    for subject_key in list(gone.values_list("subject_key", flat=True)):
        clear_alert(code, subject_key=subject_key)
    return len(found)


@transaction.atomic
def quiet_for_me(alert_id: int, *, actor: User) -> None:
    """Take an alert out of this person's header; it stays on the list."""
    QuietAlert.objects.get_or_create(alert_id=alert_id, user=actor)


@transaction.atomic
def quiet_for_all(alert_id: int, *, actor: User) -> None:
    """Take an open alert out of everybody's header, under the name of who did it; it stays on the list."""
    rows = Alert.objects.filter(pk=alert_id, cleared_at=None, quieted_at=None)
    if rows.update(quieted_at=timezone.now(), quieted_by_name=actor.get_username()):
        record_activity("alert.quieted", actor=actor, target=Alert.objects.get(pk=alert_id))


def _places_for(alert: Alert) -> list[tuple[str, str]]:
    places: list[tuple[str, str]] = []
    if settings.ALERTS_TOPIC_ARN:
        places.append((AlertNotice.Channel.TOPIC, settings.ALERTS_TOPIC_ARN))
    recipients = AlertRecipient.objects.all()
    if alert.severity != Severity.BAD:
        recipients = recipients.filter(is_told_warnings=True)
    return places + [(AlertNotice.Channel.MAIL, address) for address in recipients.values_list("address", flat=True)]


def _write_notices(alert: Alert, kind: AlertNotice.Kind, places: list[tuple[str, str]]) -> None:
    """Into the outbox, with the change itself; sent after the commit."""
    AlertNotice.objects.bulk_create(
        [AlertNotice(alert=alert, kind=kind, channel=channel, recipient=recipient) for channel, recipient in places]
    )
    if places:
        publish(TaskName.SEND_ALERTS)
