"""Test mail: sent when its turn has come, found again in the ledger of inbound mail, judged, told of.

The times of each step are those of the rows, so how often anybody looks does not matter to the figures.
"""

from __future__ import annotations

import base64
import logging
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import metrics
from portal.activity import record_activity
from portal.aws.ses import send_raw_email
from portal.errors import AnswerLost, Conflict, PortalError, Throttled, Unavailable
from portal.generation.services import is_held
from portal.mail.address import InvalidAddress, parse_address
from portal.publish import publish
from portal.queues import TaskName
from routing.canary.alerting import keep_alert
from routing.canary.letter import canary_mail
from routing.canary.models import CanaryRun
from routing.canary.settling import link_arrived, settle_open
from routing.domains.models import InboundDomain

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

LOCAL_PART = "postroom-test"
OPEN_FOR = timedelta(days=2)  # what comes later is nobody's news any more
CANARY_KEEP_DAYS = 90


def keep_canary() -> None:
    """One look: what has arrived, what is late, whether the next one is due. Harmless to repeat, by anybody, any time."""
    now = timezone.now()
    link_arrived(now - OPEN_FOR)
    settle_open(now - OPEN_FOR)
    _plan(now)
    _send_waiting(now)
    keep_alert()
    CanaryRun.objects.filter(due_at__lt=now - timedelta(days=CANARY_KEEP_DAYS)).delete()


def canary_recipient() -> str:
    """Whom test mail goes to; "" when no domain receives here and no address is set."""
    if settings.CANARY_ADDRESS:
        return str(settings.CANARY_ADDRESS)
    domain = InboundDomain.objects.filter(receives=True).order_by("pk").values_list("name", flat=True).first()
    return f"{LOCAL_PART}@{domain}" if domain else ""


def ask_for_canary(*, actor: User | None) -> CanaryRun:
    """Have one sent now, beside those that are sent by themselves. Raises Conflict where there is nobody to send it to."""
    recipient = canary_recipient()
    if not recipient:
        raise Conflict(_("No domain receives mail here: add one first, or set CANARY_ADDRESS."))
    with transaction.atomic():
        run = _unsaved(timezone.now(), recipient)
        run.save()
        record_activity("canary.sent_at_once", actor=actor, target=run)
        publish(TaskName.KEEP_CANARY)
    return run


def _plan(now: datetime) -> None:
    """Write the row of the current turn, unless this or another schedule has."""
    every_s = settings.CANARY_EVERY_MIN * 60
    recipient = canary_recipient()
    if not every_s or not recipient:
        return
    begins_at = datetime.fromtimestamp(now.timestamp() // every_s * every_s, UTC)
    if not CanaryRun.objects.filter(due_at=begins_at).exists():
        CanaryRun.objects.bulk_create([_unsaved(begins_at, recipient)], ignore_conflicts=True)


def _unsaved(due_at: datetime, recipient: str) -> CanaryRun:
    return CanaryRun(token=secrets.token_hex(20), due_at=due_at, recipient=recipient)


def _send_waiting(now: datetime) -> None:
    waiting = CanaryRun.objects.filter(state=CanaryRun.State.SENDING)
    if not waiting.exists() or is_held():
        return
    late = now - timedelta(minutes=settings.CANARY_LATE_MIN)
    waiting.filter(due_at__lt=late - timedelta(minutes=settings.CANARY_EVERY_MIN)).update(state=CanaryRun.State.FAILED)
    for run in waiting.order_by("due_at"):
        # Claimed before the call: a worker that dies over it leaves a mail that goes missing, not two.
        if waiting.filter(pk=run.pk).update(state=CanaryRun.State.SENT, sent_at=timezone.now()):
            _send(run, now)


def _send(run: CanaryRun, now: datetime) -> None:
    rows = CanaryRun.objects.filter(pk=run.pk, state=CanaryRun.State.SENT)
    try:
        send_raw_email(_request(run))
    except AnswerLost as error:
        rows.update(detail=error.code[:300])  # it may be on its way: it arrives or goes missing
    except (Throttled, Unavailable) as error:
        rows.update(state=CanaryRun.State.SENDING, sent_at=None, detail=str(error)[:300])
    except (PortalError, InvalidAddress) as error:
        logger.warning("canary.refused", extra={"run_id": run.pk, "error": type(error).__name__})
        rows.update(state=CanaryRun.State.FAILED, sent_at=None, detail=str(error)[:300])
    else:
        metrics.count("inbound.canary_sent_count")
        logger.info("canary.sent", extra={"run_id": run.pk, "late_s": round((now - run.due_at).total_seconds())})


def _request(run: CanaryRun) -> dict[str, object]:
    """What SES is asked. Raises InvalidAddress."""
    recipient = parse_address(run.recipient).address
    sender = parse_address(settings.FORWARD_FROM_ADDRESS or settings.DEFAULT_FROM_ADDRESS or recipient).address
    raw = canary_mail(run.token, sender=sender, recipient=recipient, at=timezone.now().astimezone(UTC))
    return {
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": [recipient]},
        "Content": {"Raw": {"Data": base64.b64encode(raw).decode()}},
    }
