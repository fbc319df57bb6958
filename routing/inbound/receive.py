"""From SES's notification to a row: what the consumer of the inbound queue calls.

A message is one row however often its notification comes. It is routed at once; what cannot be (the bucket does not
answer) keeps its row, and the sweep comes back to it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings

from portal import metrics
from routing.canary.recognition import mark_canaries
from routing.inbound.headers import kept_headers
from routing.inbound.models import InboundMessage
from routing.inbound.notification import Notification, Place, UnreadableNotification, read_notifications
from routing.inbound.router import route_messages
from routing.rules.definition import VerdictName

if TYPE_CHECKING:
    from collections.abc import Iterable

logger = logging.getLogger(__name__)


def receive_notifications(bodies: Iterable[str]) -> int:
    """Write a row for every mail that is told of, and route it; returns how many are new. Harmless to repeat.

    Raises UnreadableNotification after the others are done, when one cannot be used: it stays in the queue, and goes to
    the DLQ with the reason. What the database raises is raised: nothing is acknowledged then.
    """
    place = Place(settings.INBOUND_BUCKET, settings.INBOUND_PREFIX)
    found: dict[str, Notification] = {}
    problem: UnreadableNotification | None = None
    for body in bodies:
        try:
            found.update({each.ses_message_id: each for each in read_notifications(body, place)})
        except UnreadableNotification as error:
            problem = error
            metrics.count("inbound.unreadable_count", 1)
    new_count = _take_in(list(found.values()))
    if problem is not None:
        raise problem
    return new_count


def _take_in(notifications: list[Notification]) -> int:
    if not notifications:
        return 0
    ids = [notification.ses_message_id for notification in notifications]
    known = set(InboundMessage.objects.filter(ses_message_id__in=ids).values_list("ses_message_id", flat=True))
    rows = [_row(notification) for notification in notifications if notification.ses_message_id not in known]
    mark_canaries(rows)
    InboundMessage.objects.bulk_create(rows, ignore_conflicts=True)
    waiting = InboundMessage.objects.filter(ses_message_id__in=ids, status=InboundMessage.Status.RECEIVED)
    route_messages(list(waiting.values_list("pk", flat=True)))
    metrics.count("inbound.received_count", len(rows))
    logger.info("inbound.received", extra={"new_count": len(rows), "known_count": len(known)})
    return len(rows)


def _row(found: Notification) -> InboundMessage:
    headers = kept_headers(found.headers)
    verdicts = {name.value: found.verdicts[name].value for name in VerdictName}
    return InboundMessage(
        ses_message_id=found.ses_message_id,
        bucket=found.bucket,
        object_key=found.object_key,
        received_at=found.received_at,
        envelope_from=found.envelope_from,
        recipients=list(found.recipients),
        header_from=found.header_from,
        sender_key=found.sender_key,
        subject=found.subject,
        rfc_message_id=found.rfc_message_id,
        dmarc_policy=found.dmarc_policy,
        headers=headers,
        headers_truncated=found.headers_truncated or not headers or len(headers) < len(found.headers),
        **verdicts,
    )
