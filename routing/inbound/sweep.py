"""Once a minute: hints for what is due, and farewell to what was kept long enough."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from portal.alerts.models import Severity
from portal.alerts.services import clear_alert, raise_alert
from portal.aws import s3
from portal.errors import OutsideError, Throttled, Unavailable
from portal.leases import is_due
from portal.publish import publish
from portal.queues import TaskName
from portal.wording import format_count
from routing.inbound.dispatch import publish_delivery
from routing.inbound.models import FINAL_STATES, OPEN_STATES, DeliveryState, InboundDelivery, InboundMessage
from routing.inbound.services import unpark
from routing.rules.definition import ActionKind
from routing.rules.models import RuleHit

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

GIVEN_S = 30  # a fresh row's own hint or router gets this long
HINT_AGAIN_S = 300  # a hint that waits in a long queue is not doubled every minute
MAX_HINTS = 2_000
MAX_DELETED = 500
HITS_DAYS = 400
RAW_KEPT = "inbound.raw_kept"
REFUSED_FOR = timedelta(days=1)  # until the bucket is asked again for an object that it refused
MAX_TOLD = 10_000
CANARY_DAYS = 3  # a test mail has said what it had to say


def sweep_inbound() -> dict[str, int]:
    """Publish hints for unrouted messages and due deliveries; delete raw mail and rows past their time."""
    _let_forwarding_go()
    return {
        "unrouted": _hint_messages(),
        "due": _hint_deliveries(),
        "raw_deleted": delete_old_raw(),
        "rows_deleted": delete_old_rows(),
    }


def _hint_messages() -> int:
    is_free = Q(retry_at__isnull=True) | Q(retry_at__lte=Now())
    rows = InboundMessage.objects.filter(is_free, status=InboundMessage.Status.RECEIVED)
    rows = rows.filter(created_at__lt=timezone.now() - timedelta(seconds=GIVEN_S))
    found = list(rows.order_by("pk").values_list("pk", flat=True)[:MAX_HINTS])
    for message_id in found:
        publish(TaskName.ROUTE_MESSAGE, message_id=message_id)
    return len(found)


def _hint_deliveries() -> int:
    now = timezone.now()
    is_unheard = (
        Q(hinted_at__lt=now - timedelta(seconds=HINT_AGAIN_S))
        | Q(retry_at__gt=F("hinted_at"))
        | Q(lease_until__gt=F("hinted_at"), hinted_at__lt=now - timedelta(seconds=GIVEN_S))
    )
    rows = InboundDelivery.objects.filter(is_due(), is_unheard, state__in=OPEN_STATES)
    found = list(rows.order_by("pk").values_list("pk", "action")[:MAX_HINTS])
    for start in range(0, len(found), 500):
        ids = [delivery_id for delivery_id, _action in found[start : start + 500]]
        InboundDelivery.objects.filter(pk__in=ids).update(hinted_at=now)
    for delivery_id, action in found:
        publish_delivery(delivery_id, action)
    return len(found)


def _let_forwarding_go() -> None:
    """Mail to be forwarded is parked while there is no address of ours to do it from."""
    if not (settings.FORWARD_FROM_ADDRESS or settings.DEFAULT_FROM_ADDRESS):
        return
    parked = InboundDelivery.objects.filter(action=ActionKind.FORWARD.value, state=DeliveryState.PARKED)
    for destination in parked.order_by().values_list("destination", flat=True).distinct()[:MAX_HINTS]:
        unpark(ActionKind.FORWARD, destination)


def delete_old_raw() -> int:
    """Delete raw mail older than INBOUND_RAW_DAYS; never while a delivery of it is not final. 0 days keep it for ever."""
    if not settings.INBOUND_RAW_DAYS:
        return 0
    now = timezone.now()
    is_old = Q(received_at__lt=now - timedelta(days=settings.INBOUND_RAW_DAYS))
    is_old_canary = Q(received_at__lt=now - timedelta(days=CANARY_DAYS), is_canary=True)
    old = _settled(InboundMessage.objects.filter(is_old | is_old_canary, raw=InboundMessage.Raw.KEPT))
    count = 0
    for message in old.filter(Q(retry_at=None) | Q(retry_at__lte=now)).order_by("received_at")[:MAX_DELETED]:
        if not old.filter(pk=message.pk).exists():
            continue  # somebody wants it again meanwhile
        try:
            s3.delete_object(message.bucket, message.object_key)
        except (Throttled, Unavailable) as error:
            logger.warning("inbound.raw_not_deleted", extra={"message_id": message.pk, "code": error.code})
            break
        except OutsideError as error:
            logger.warning("inbound.raw_refused", extra={"message_id": message.pk, "code": error.code})
            InboundMessage.objects.filter(pk=message.pk).update(retry_at=now + REFUSED_FOR)
            continue
        InboundMessage.objects.filter(pk=message.pk).update(raw=InboundMessage.Raw.DELETED, headers=[], retry_at=None)
        count += 1
    _tell_of_refused(old)
    return count


def _tell_of_refused(old: QuerySet[InboundMessage]) -> None:
    count = old.exclude(retry_at=None)[:MAX_TOLD].count()
    if not count:
        clear_alert(RAW_KEPT, subject_key="")
        return
    words = ngettext(
        "The bucket refuses to delete %(count)s mail whose time is over: the permission s3:DeleteObject is missing, or a lock is on it.",
        "The bucket refuses to delete %(count)s mails whose time is over: the permission s3:DeleteObject is missing, or a lock is on them.",
        count,
    )
    url = reverse("admin:routing_inboundmessage_changelist")
    raise_alert(RAW_KEPT, subject_key="", text=words % {"count": format_count(count)}, url=url, severity=Severity.WARN)


def _settled(messages: QuerySet[InboundMessage]) -> QuerySet[InboundMessage]:
    unsettled = InboundDelivery.objects.filter(message=OuterRef("pk")).exclude(state__in=FINAL_STATES)
    return messages.filter(~Exists(unsettled), status=InboundMessage.Status.ROUTED)


def delete_old_rows() -> int:
    """Delete messages whose raw mail is gone and whose time in the log is over, and counts of rules."""
    now = timezone.now()
    RuleHit.objects.filter(day__lt=(now - timedelta(days=HITS_DAYS)).date()).delete()
    is_old = Q(received_at__lt=now - timedelta(days=settings.INBOUND_KEEP_DAYS))
    is_old_canary = Q(received_at__lt=now - timedelta(days=CANARY_DAYS), is_canary=True)
    old = InboundMessage.objects.exclude(raw=InboundMessage.Raw.KEPT).filter(is_old | is_old_canary)
    ids = list(_settled(old).order_by("received_at").values_list("pk", flat=True)[:MAX_DELETED])
    InboundMessage.objects.filter(pk__in=ids).delete()
    return len(ids)
