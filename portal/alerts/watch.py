"""What the installation watches of itself: dead-letter queues, and whether its schedule runs."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from portal.alerts.models import Heartbeat
from portal.alerts.outbox import send_notices
from portal.alerts.services import Finding, clear_alert, keep_alerts, raise_alert
from portal.aws import sqs
from portal.errors import OutsideError
from portal.queues import QUEUES, full_name
from portal.wording import format_count

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)

DEAD_LETTERS = "queue.dead_letters"
SWEEP_MISSING = "sweep.missing"
SWEEP = "sweep"
SWEEP_LATE_AFTER = timedelta(minutes=5)


def note_sweep() -> None:
    """The schedule runs: called by every sweep."""
    Heartbeat.objects.update_or_create(name=SWEEP, defaults={"at": timezone.now()})
    clear_alert(SWEEP_MISSING, subject_key="")


def last_sweep_at() -> datetime | None:
    """When the last sweep ran; None before the first."""
    return Heartbeat.objects.filter(name=SWEEP).values_list("at", flat=True).first()


def is_sweep_late() -> bool:
    """Whether the schedule stands still: what waits for its time will not be found."""
    at = last_sweep_at()
    return at is not None and timezone.now() - at > SWEEP_LATE_AFTER


def watch_sweep() -> bool:
    """Say so when the schedule stands still; True when it does. For a process that does not hang on the schedule.

    It tells by itself, because a hint might find no worker either.
    """
    if not is_sweep_late():
        return False
    text = _(
        "The schedule has not run for some minutes: nothing that is due is looked for. Start the schedule, and a worker "
        "for maintenance."
    )
    raise_alert(SWEEP_MISSING, subject_key="", text=text, url=reverse("admin:portal_alert_changelist"))
    send_notices()
    return True


def watch_dead_letters() -> int:
    """Look whether something lies in a dead-letter queue; returns in how many. Without SQS there is nothing to look at."""
    if not settings.CELERY_BROKER_URL.startswith("sqs"):
        return 0
    found: dict[str, Finding] = {}
    for queue in QUEUES.values():
        try:
            count = sqs.waiting_count(full_name(settings.QUEUE_PREFIX, queue.dlq_name))
        except OutsideError as error:
            logger.warning("alerts.queue_unknown", extra={"queue": queue.dlq_name, "error": str(error)})
            return 0  # nothing is raised or cleared on half a look
        if count:
            found[queue.name] = Finding(_dead_letters_text(queue.name, count), failures_url())
    return keep_alerts(DEAD_LETTERS, found)


def failures_url() -> str:
    """The page where failures are looked at and tried again."""
    try:
        return reverse("admin:failures")
    except NoReverseMatch:
        return reverse("admin:index")


def _dead_letters_text(queue: str, count: int) -> str:
    words = {"count": format_count(count), "queue": queue}
    return (
        ngettext(
            "%(count)s message of the queue “%(queue)s” failed every time and was put aside.",
            "%(count)s messages of the queue “%(queue)s” failed every time and were put aside.",
            count,
        )
        % words
    )
