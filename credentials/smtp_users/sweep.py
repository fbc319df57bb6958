"""Once a minute: hints for SMTP users with something to do, new passwords by schedule, reminders, old journal rows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from credentials.smtp_users.failing import CHANGEOVER, alert_subject, page_of
from credentials.smtp_users.models import SmtpKey, SmtpUser, SmtpUserStep, State
from credentials.smtp_users.services import rotate_smtp_user
from portal.accounts.outbox import queue_notice
from portal.alerts.models import Severity
from portal.alerts.services import raise_alert
from portal.errors import Conflict
from portal.leases import database_now, is_due
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from datetime import datetime

MAX_HINTS = 500
MAX_ROTATIONS = 20  # of one sweep: people are not to change all their programs on one day
STEPS_KEPT_DAYS = 400


def sweep_smtp_users() -> dict[str, int]:
    """Publish hints for what is due; ask for new passwords whose time has come; remind; forget old journal rows."""
    now = database_now()
    return {
        "due": _hint_due(now),
        "rotations": _ask_for_rotations(now),
        "reminders": _remind(now),
        "steps_forgotten": _forget_steps(now),
    }


def _hint_due(now: datetime) -> int:
    has_work = Q(settled_wish__lt=F("wish_count")) | Q(delete_at__lte=now) | Q(changeover_until__lte=now)
    found = list(SmtpUser.objects.filter(is_due(), has_work).order_by("pk").values_list("pk", flat=True)[:MAX_HINTS])
    for user_id in found:
        publish(TaskName.PROVISION_SMTP_USER, user_id=user_id)
    return len(found)


def _ask_for_rotations(now: datetime) -> int:
    """Of users whose password is older than their number of days, or the installation's where they have none."""
    active = SmtpUser.objects.filter(
        state=State.ACTIVE, is_enabled=True, delete_at=None, is_given_up=False, settled_wish=F("wish_count")
    )
    made = SmtpKey.objects.filter(role=SmtpKey.Role.CURRENT, user__in=active).select_related("user").order_by("made_at")
    asked = 0
    for key in made:
        days = settings.SMTP_ROTATE_DAYS if key.user.rotate_every_days is None else key.user.rotate_every_days
        if not days or key.made_at + timedelta(days=days) > now or asked >= MAX_ROTATIONS:
            continue
        try:
            rotate_smtp_user(key.user_id, actor=None)
        except Conflict:
            continue  # somebody else was faster
        asked += 1
    return asked


def _remind(now: datetime) -> int:
    """Once for each earlier password, before its time ends."""
    ending = SmtpKey.objects.filter(
        role=SmtpKey.Role.OLD, reminded_at=None, user__is_enabled=True, user__delete_at=None,
        user__changeover_until__lte=now + timedelta(days=settings.SMTP_REMIND_DAYS), user__changeover_until__gt=now,
    ).select_related("user")  # fmt: skip
    return sum(_remind_of(key, now) for key in ending)


@transaction.atomic
def _remind_of(key: SmtpKey, now: datetime) -> bool:
    """An alert for those who look after it, and a mail to the person who uses it; False when another sweep was faster."""
    if not SmtpKey.objects.filter(pk=key.pk, reminded_at=None).update(reminded_at=now):
        return False
    user = key.user
    ends_at = localtime(user.changeover_until)
    ends = f"{date_format(ends_at, 'DATETIME_FORMAT')} ({ends_at:%Z})"
    text = _("The earlier password of the SMTP user %(name)s stops working on %(when)s.") % {
        "name": user.username,
        "when": ends,
    }
    raise_alert(CHANGEOVER, subject_key=alert_subject(user), text=text, url=page_of(user), severity=Severity.WARN)
    if user.owner_address:
        advice = _(
            "It has a new password, with a new user name. Put both into every mail program and device that sends with it,"
            " and ask whoever runs the portal for them if you do not have them yet."
        )
        queue_notice(user.owner_address, subject=_("Your mail password changes"), text=f"{text}\n\n{advice}")
    return True


def _forget_steps(now: datetime) -> int:
    limit = now - timedelta(days=STEPS_KEPT_DAYS)
    count, _by_model = SmtpUserStep.objects.filter(started_at__lt=limit, ended_at__isnull=False).delete()
    return count
