"""What SMTP users really send: counted by day from SES's events, and every sender checked against their list.

IAM refuses what is not allowed, so a violation means that IAM does not stand as Postroom wrote it, or that somebody
changed it: it is recorded, told as an alert and, where that is set, blocks the user. Batches, one short transaction each.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from credentials.smtp_users.failing import alert_subject, page_of
from credentials.smtp_users.mail_news import MailNews
from credentials.smtp_users.models import SmtpMailEvent, SmtpUser, SmtpUserDay, SmtpUserStep, SmtpViolation
from credentials.smtp_users.policy import patterns_of
from credentials.smtp_users.services import disable_smtp_user
from credentials.smtp_users.simulate import may_send
from portal.alerts.models import Alert, Severity
from portal.alerts.services import clear_alert, raise_alert
from portal.errors import Conflict

logger = logging.getLogger(__name__)

VIOLATION: Final = "smtp_user.violation"
KEYS_KEPT = timedelta(days=21)  # SQS keeps a message for 14 days at most
DAYS_KEPT = timedelta(days=400)
SPREAD = timedelta(seconds=60)  # a policy that was just written is not everywhere yet
MAX_DELETED = 5_000
_POLICY_CALLS = ("PutUserPolicy", "CreatePolicy", "CreatePolicyVersion", "AttachUserPolicy")
_COLUMNS: Final = {
    "Send": "sent_count",
    "Delivery": "delivered_count",
    "Bounce": "bounced_count",
    "Complaint": "complained_count",
    "Reject": "rejected_count",
}
_VIOLATIONS = "violation_count"
DayCounts = defaultdict[tuple[int, date], Counter[str]]


def note_mail(news: Sequence[MailNews]) -> int:
    """Count and check a batch of events; harmless to repeat. Returns how many are about mail of SMTP users of ours."""
    callers = {each.caller for each in news}
    users = {user.iam_user_name: user for user in SmtpUser.objects.filter(iam_user_name__in=callers)} if callers else {}
    known = [each for each in news if each.caller in users]
    if not known:
        return 0
    with transaction.atomic():  # what is recorded without its alert would never be told: the event is known then
        for user in _note(_fresh(known), users):
            _tell(user)
            _block_if_asked(user)
    return len(known)


def _note(news: Sequence[MailNews], users: Mapping[str, SmtpUser]) -> list[SmtpUser]:
    """Count fresh events and record violations; returns whose there are new ones."""
    counts: DayCounts = defaultdict(Counter)
    for each in news:
        counts[users[each.caller].pk, each.sent_at.date()][_COLUMNS[each.kind]] += each.people
    violators = []
    for name in sorted({each.caller for each in news}):
        user, sent = users[name], [each for each in news if each.caller == name]
        _note_use(user, max(each.sent_at for each in sent))
        new = _record_violations(user, sent)
        for violation in new:
            counts[user.pk, violation.sent_at.date()][_VIOLATIONS] += 1
        violators += [user] if new else []
    _add_to_days(counts)
    return violators


def _fresh(news: Sequence[MailNews]) -> list[MailNews]:
    """Those that were never counted, each once; noted as counted."""
    by_key = {each.event_key: each for each in news}
    now = timezone.now().isoformat(sep=" ")
    places = ", ".join(["(%s, %s)"] * len(by_key))
    values = [value for key in sorted(by_key) for value in (key, now)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO credentials_smtpmailevent (event_key, counted_at) VALUES {places}"  # noqa: S608
            " ON CONFLICT DO NOTHING RETURNING event_key",
            values,
        )
        return [by_key[row[0]] for row in cursor.fetchall()]


def _note_use(user: SmtpUser, at: datetime) -> None:
    is_later = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at)
    SmtpUser.objects.filter(is_later, pk=user.pk).update(last_used_at=at)


def _record_violations(user: SmtpUser, news: Iterable[MailNews]) -> list[SmtpViolation]:
    """Record each mail and sender once; returns those that are new. A list that IAM still goes by counts, too."""
    allowed = [*user.allowed_senders, *patterns_of(user.applied_policy)]
    wrong = {
        (each.ses_message_id, sender): each for each in news for sender in each.senders if not may_send(allowed, sender)
    }
    if not wrong:
        return []
    SmtpUser.objects.select_for_update().get(pk=user.pk)  # two batches about one mail record it once
    since = _judged_since(user)
    mails = {message_id for message_id, _sender in wrong}
    known = set(user.violations.filter(ses_message_id__in=mails).values_list("ses_message_id", "from_address"))
    new = [
        SmtpViolation(
            user=user, from_address=sender, ses_message_id=message_id, source_ip=each.source_ip, sent_at=each.sent_at
        )
        for (message_id, sender), each in sorted(wrong.items())
        if (message_id, sender) not in known and each.sent_at >= since
    ]
    return SmtpViolation.objects.bulk_create(new)


def _judged_since(user: SmtpUser) -> datetime:
    """The moment from which the list in the table is what IAM goes by; what was sent before followed another list."""
    written = SmtpUserStep.objects.filter(user=user, call__in=_POLICY_CALLS, outcome=SmtpUserStep.Outcome.DONE)
    newest = written.order_by("-pk").values_list("ended_at", flat=True).first()
    return newest + SPREAD if newest else datetime.min.replace(tzinfo=UTC)


def _add_to_days(counts: DayCounts) -> None:
    """Add to the rows of the days, in one order, so that two batches do not wait for each other."""
    columns = [*_COLUMNS.values(), _VIOLATIONS]
    added = ", ".join(f"{column} = credentials_smtpuserday.{column} + EXCLUDED.{column}" for column in columns)
    places = ", ".join(["%s"] * (2 + len(columns)))
    sql = (
        f"INSERT INTO credentials_smtpuserday (user_id, day, {', '.join(columns)}) VALUES ({places})"  # noqa: S608
        f" ON CONFLICT (user_id, day) DO UPDATE SET {added}"
    )
    with connection.cursor() as cursor:
        for user_id, day in sorted(counts):
            tally = counts[user_id, day]
            cursor.execute(sql, [user_id, day.isoformat(), *(tally[column] for column in columns)])


def _tell(user: SmtpUser) -> None:
    recent = recent_violations(user)
    last = user.violations.order_by("-sent_at", "-pk").first()
    told = ngettext(
        "SMTP user %(name)s sent %(count)d mail as an address that is not on its list, last as %(address)s.",
        "SMTP user %(name)s sent %(count)d mails as addresses that are not on its list, last as %(address)s.",
        recent,
    ) % {"name": user.username, "count": recent, "address": last.from_address if last else ""}
    advice = _("Its policy on IAM is not what Postroom wrote: look at the differences.")
    raise_alert(
        VIOLATION, subject_key=alert_subject(user), text=f"{told} {advice}", url=page_of(user), severity=Severity.BAD
    )


def recent_violations(user: SmtpUser) -> int:
    """How many there are within SMTP_BLOCK_WITHIN_H."""
    return user.violations.filter(sent_at__gte=_window_start()).count()


def _block_if_asked(user: SmtpUser) -> None:
    """Disable the user when it has too many violations; a person enables it again."""
    count = recent_violations(user)
    if not settings.SMTP_BLOCK_AFTER or count < settings.SMTP_BLOCK_AFTER:
        return
    reason = ngettext(
        "Postroom disabled it: it sent %(count)d mail within %(hours)d h as an address that is not on its list.",
        "Postroom disabled it: it sent %(count)d mails within %(hours)d h as addresses that are not on its list.",
        count,
    ) % {"count": count, "hours": settings.SMTP_BLOCK_WITHIN_H}
    with suppress(Conflict):  # it is disabled or leaves already
        disable_smtp_user(user.pk, actor=None, reason=reason)
        logger.warning("smtp_user.blocked", extra={"smtp_user": user.pk})


def _window_start() -> datetime:
    return timezone.now() - timedelta(hours=settings.SMTP_BLOCK_WITHIN_H)


def sweep_smtp_mail() -> dict[str, int]:
    """End alerts about violations that are over; forget old counts, violations and keys of events."""
    now = timezone.now()
    old_keys = SmtpMailEvent.objects.filter(counted_at__lt=now - KEYS_KEPT).values_list("pk", flat=True)[:MAX_DELETED]
    return {
        "alerts_cleared": _clear_alerts(),
        "events_forgotten": SmtpMailEvent.objects.filter(pk__in=list(old_keys)).delete()[0],
        "days_forgotten": SmtpUserDay.objects.filter(day__lt=(now - DAYS_KEPT).date()).delete()[0],
        "violations_forgotten": SmtpViolation.objects.filter(sent_at__lt=now - DAYS_KEPT).delete()[0],
    }


def _clear_alerts() -> int:
    recent = SmtpViolation.objects.filter(sent_at__gte=_window_start()).values_list("user_id", flat=True).distinct()
    lasting = {f"smtp_user:{user_id}" for user_id in recent}
    told = Alert.objects.filter(code=VIOLATION, cleared_at=None).values_list("subject_key", flat=True)
    return sum(clear_alert(VIOLATION, subject_key=key) for key in set(told) - lasting)
