"""Telling of alerts: the rows of the outbox, one call each, outside of any transaction.

At least once: a row is claimed, told and then marked. A worker killed in between leaves a lease that runs out, and the
place is told again under the same notice number, by which readers see the repetition.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from portal.alerts.models import AlertNotice
from portal.alerts.wording import absolute_url, words_of
from portal.aws import ses, sns
from portal.errors import ConfigurationError, PortalError
from portal.leases import claim, is_due, release
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

LEASE_S = 120
RETRY_S = (60, 300, 900, 3600)  # then every hour
TRIED_FOR = timedelta(days=2)


def send_notices() -> int:
    """Tell all that is due; returns how many were told."""
    told = 0
    for notice_id in list(_waiting().values_list("pk", flat=True)):
        token = claim(AlertNotice.objects.filter(pk=notice_id, state=AlertNotice.State.WAITING), lease_s=LEASE_S)
        if token is not None:
            told += _send(AlertNotice.objects.select_related("alert").get(pk=notice_id), token)
    return told


def publish_waiting() -> int:
    """A hint when something is due; called by the sweep. Returns how many places wait."""
    count = _waiting().count()
    if count:
        publish(TaskName.SEND_ALERTS)
    return count


def _waiting() -> QuerySet[AlertNotice]:
    return AlertNotice.objects.filter(is_due(), state=AlertNotice.State.WAITING).order_by("pk")


def _send(notice: AlertNotice, token: str) -> bool:
    try:
        _tell(notice)
    except PortalError as error:
        _put_off(notice, token, str(error))
        return False
    mine = AlertNotice.objects.filter(pk=notice.pk, lease_token=token)
    mine.update(
        state=AlertNotice.State.SENT, sent_at=timezone.now(), try_count=F("try_count") + 1, error="", lease_token="",
        lease_until=None,
    )  # fmt: skip
    logger.info("alert.told", extra={"notice": notice.pk, "alert": notice.alert_id, "channel": notice.channel})
    return True


def _put_off(notice: AlertNotice, token: str, error: str) -> None:
    logger.warning("alert.not_told", extra={"notice": notice.pk, "channel": notice.channel, "error": error})
    rows = AlertNotice.objects.filter(pk=notice.pk, lease_token=token)
    rows.update(error=error[:300], try_count=F("try_count") + 1)
    if timezone.now() - notice.created_at > TRIED_FOR:
        rows.update(state=AlertNotice.State.FAILED)
    release(rows, token, retry_in_s=RETRY_S[min(notice.try_count, len(RETRY_S) - 1)])


def _tell(notice: AlertNotice) -> None:
    """One call. Raises PortalError; after AnswerLost the place may have been told, and is told again."""
    if notice.channel == AlertNotice.Channel.TOPIC:
        _tell_topic(notice)
    else:
        _tell_mailbox(notice)


def _tell_topic(notice: AlertNotice) -> None:
    told, alert = words_of(notice), notice.alert
    attributes = {
        "notice": str(notice.pk), "kind": notice.kind, "code": alert.code, "subject": alert.subject_key,
        "severity": alert.severity, "url": absolute_url(alert),
    }  # fmt: skip
    sns.publish_message(notice.recipient, subject=told.subject, text=told.text, attributes=attributes)


def _tell_mailbox(notice: AlertNotice) -> None:
    """One mail of SES without a configuration set: no events, no tracking, no part in any campaign's figures."""
    told = words_of(notice)
    simple = {
        "Subject": {"Data": told.subject[:200], "Charset": "UTF-8"},
        "Body": {"Text": {"Data": told.text, "Charset": "UTF-8"}},
        "Headers": [
            {"Name": "Auto-Submitted", "Value": "auto-generated"},
            {"Name": "X-Postroom-Notice", "Value": str(notice.pk)},
        ],
    }
    sender = settings.ALERTS_FROM_ADDRESS or settings.DEFAULT_FROM_ADDRESS
    if not sender:
        raise ConfigurationError("ALERTS_FROM_ADDRESS and DEFAULT_FROM_ADDRESS are both empty")
    ses.send_raw_email(
        {"FromEmailAddress": sender, "Destination": {"ToAddresses": [notice.recipient]}, "Content": {"Simple": simple}}
    )
