"""Does IAM still stand as Postroom wrote it? Looks at every SMTP user and at what lies under our path without one.

A user at work (wishes open, a worker on it, a call just made) is left for the next look, so that nothing is found that
Postroom itself is about to do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from credentials.smtp_users.drift_compare import Actual, Expected, Finding, Kind, compare
from credentials.smtp_users.failing import alert_subject, page_of
from credentials.smtp_users.models import SmtpDrift, SmtpKey, SmtpUser, SmtpUserStep
from credentials.smtp_users.names import INSTALLATION_TAG, managed_policy_name
from credentials.smtp_users.steps import is_ours
from portal.alerts.models import Severity
from portal.alerts.services import Finding as AlertFinding, keep_alerts
from portal.aws import iam
from portal.errors import Refused
from portal.leases import is_due
from portal.publish import publish
from portal.queues import TaskName

logger = logging.getLogger(__name__)

DRIFT: Final = "smtp_user.drift"
ORPHANS: Final = "smtp_user:orphans"
SLICE = 40  # users of one run; each asks IAM five times or more
SPREAD = timedelta(seconds=30)  # IAM may tell of a call so late
KEPT = timedelta(days=400)
_ORPHAN_KINDS = (Kind.ORPHAN_USER, Kind.ORPHAN_POLICY)


def check_drift(after_id: int = 0) -> int:
    """Look at the next users after this id, and publish the rest; at the end at orphans. Returns how many differences.

    Harmless twice. Raises OutsideError when IAM does not answer; the next look begins anew.
    """
    users = list(_settled().filter(pk__gt=after_id).order_by("pk")[:SLICE])
    found = sum(check_user(user) for user in users)
    if len(users) == SLICE:
        publish(TaskName.CHECK_SMTP_DRIFT, after_id=users[-1].pk)
        return found
    orphans = find_orphans()
    _store(SmtpDrift.objects.filter(kind__in=_ORPHAN_KINDS), orphans, user=None)
    tell_drift()
    SmtpDrift.objects.filter(cleared_at__lt=timezone.now() - KEPT).delete()
    return found + len(orphans)


def check_one(user_id: int) -> None:
    """Look at one user, if nothing is at work on it."""
    for user in _settled().filter(pk=user_id):
        check_user(user)
    tell_drift()


def check_user(user: SmtpUser) -> int:
    """Look at one user and write down what differs; a user at work keeps what was known. Returns how many."""
    if _is_young(user):
        return 0
    expected = _expected(user)
    findings = compare(expected, look_at(user))
    _note_last_use(user)
    with transaction.atomic():
        now = _settled().filter(pk=user.pk, wish_count=user.wish_count).select_for_update().first()
        if now is None or _expected(now) != expected:
            return 0  # somebody wished something while IAM was asked, or a worker was at it
        _store(SmtpDrift.objects.filter(user=user), findings, user=user)
    return len(findings)


def _note_last_use(user: SmtpUser) -> None:
    """So that people see whether the earlier password is still in somebody's program."""
    for key in user.keys.all():
        try:
            used_at = iam.key_last_use(key.access_key_id).at
        except Refused:
            continue  # it is gone, which is told as a difference, or the worker's role may not ask
        if used_at is not None:
            SmtpKey.objects.filter(pk=key.pk).update(last_used_at=used_at)


def differences(user: SmtpUser) -> list[Finding]:
    """What differs now. Raises OutsideError."""
    return compare(_expected(user), look_at(user))


def look_at(user: SmtpUser) -> Actual:
    """Ask IAM for all that one user has."""
    name = user.iam_user_name
    found = iam.get_user(name)
    if found is None:
        return Actual(is_there=False)
    attached = [arn for _policy_name, arn in iam.list_attached_policies(name)]
    own = user.managed_policy_arn
    return Actual(
        is_ours=is_ours(user, found),
        inline={
            policy_name: iam.get_inline_policy(name, policy_name) for policy_name in iam.list_inline_policies(name)
        },
        attached={arn: iam.get_managed_policy(arn) if arn == own else None for arn in attached},
        groups=tuple(iam.list_groups(name)),
        keys={key.key_id: key.is_active for key in iam.list_keys(name)},
    )


def find_orphans() -> list[Finding]:
    """What lies under our path on IAM and belongs to nobody in the table; what another installation made is its own."""
    listed, policies = iam.list_users(settings.SMTP_USER_PATH), iam.list_policies(settings.SMTP_USER_PATH)
    known = set(SmtpUser.objects.exclude(iam_user_name="").values_list("iam_user_name", flat=True))
    orphans, others = [], set(known)
    for each in listed:
        if each.name in known:
            continue
        found = iam.get_user(each.name)  # its tags; and it may be gone by now
        if found is None:
            continue
        if found.tags.get(INSTALLATION_TAG, settings.QUEUE_PREFIX) == settings.QUEUE_PREFIX:
            orphans.append(Finding(Kind.ORPHAN_USER, each.name))
        else:
            others.add(each.name)
    return orphans + _orphan_policies(policies, others)


def _orphan_policies(policies: Iterable[tuple[str, str]], known_users: set[str]) -> list[Finding]:
    own = set(SmtpUser.objects.exclude(managed_policy_arn="").values_list("managed_policy_arn", flat=True))
    at_work = SmtpUser.objects.exclude(settled_wish=F("wish_count")).values_list("iam_user_name", flat=True)
    strangers = known_users - set(SmtpUser.objects.values_list("iam_user_name", flat=True))
    expected = {managed_policy_name(name) for name in (*at_work, *strangers)}
    return [
        Finding(Kind.ORPHAN_POLICY, policy_name[:64], arn)
        for policy_name, arn in policies
        if arn not in own and policy_name not in expected and iam.get_managed_policy(arn) is not None
    ]


def open_drifts() -> QuerySet[SmtpDrift]:
    """What differs as far as is known, oldest first."""
    return SmtpDrift.objects.filter(cleared_at=None).select_related("user").order_by("pk")


def tell_drift() -> None:
    """Make the open alerts those of the differences that are known: one per user, one for all orphans."""
    counts: dict[str, int] = {}
    users: dict[str, SmtpUser] = {}
    for row in open_drifts():
        key = alert_subject(row.user) if row.user else ORPHANS
        counts[key] = counts.get(key, 0) + 1
        if row.user:
            users[key] = row.user
    keep_alerts(DRIFT, {key: _alert(users.get(key), count) for key, count in counts.items()})


def _alert(user: SmtpUser | None, count: int) -> AlertFinding:
    if user is None:
        text = _("IAM has users or policies under Postroom's path that belong to no SMTP user.")
        return AlertFinding(text, severity=Severity.WARN)
    text = ngettext(
        "SMTP user %(name)s: on IAM one thing is not as Postroom wrote it.",
        "SMTP user %(name)s: on IAM %(count)d things are not as Postroom wrote them.",
        count,
    ) % {"name": user.username, "count": count}
    return AlertFinding(text, url=page_of(user))


def _settled() -> QuerySet[SmtpUser]:
    """Users who stand on IAM as was last wished, and whom no worker has."""
    stays = Q(delete_at=None) | Q(delete_at__gt=timezone.now())
    return SmtpUser.objects.filter(is_due(), stays, settled_wish=F("wish_count")).exclude(iam_user_arn="")


def _is_young(user: SmtpUser) -> bool:
    return SmtpUserStep.objects.filter(user=user, started_at__gt=timezone.now() - SPREAD).exists()


def _expected(user: SmtpUser) -> Expected:
    keys = dict(user.keys.values_list("access_key_id", "is_active"))
    return Expected(user.iam_user_name, user.applied_policy, user.managed_policy_arn, keys)


def _store(known: QuerySet[SmtpDrift], findings: Sequence[Finding], *, user: SmtpUser | None) -> None:
    """Make the open rows those that were found: new ones are added, those that are over end."""
    now = timezone.now()
    rows = {(row.kind, row.iam_user_name, row.subject): row for row in known.filter(cleared_at=None)}
    found = {(finding.kind.value, finding.iam_user_name, finding.subject) for finding in findings}
    over = [row.pk for key, row in rows.items() if key not in found]
    seen = [row.pk for key, row in rows.items() if key in found]
    SmtpDrift.objects.filter(pk__in=over).update(cleared_at=now)
    SmtpDrift.objects.filter(pk__in=seen).update(seen_at=now)
    new = [
        SmtpDrift(user=user, kind=kind, iam_user_name=name, subject=subject, seen_at=now)
        for kind, name, subject in sorted(found - set(rows))
    ]
    SmtpDrift.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        logger.warning("smtp_user.drift", extra={"smtp_user": user.pk if user else 0, "count": len(new)})
