"""Curing a difference on IAM: asked for by a person, carried out by a worker, which looks once more before it acts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from credentials.smtp_users import drift
from credentials.smtp_users.drift_compare import Finding, Kind
from credentials.smtp_users.machine import LEASE_S
from credentials.smtp_users.models import SmtpDrift, SmtpKey, SmtpUser
from credentials.smtp_users.names import cut_logins_short
from credentials.smtp_users.services import look_again, reapply_policy, remake_smtp_user
from credentials.smtp_users.trouble import words_of
from portal.activity import record_activity
from portal.aws import iam
from portal.errors import Conflict, PortalError
from portal.leases import claim, release
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

LOOK_AGAIN_S = 60
_PROBLEM_CHARS = 300


@transaction.atomic
def ask_cure(drift_id: int, *, actor: User | None) -> SmtpDrift:
    """Have one difference cured. Raises Conflict when it is over, or being cured already."""
    row = SmtpDrift.objects.select_for_update().get(pk=drift_id)
    if row.cleared_at is not None:
        raise Conflict(_("This difference is over already."))
    if row.cure_asked_at is not None:
        raise Conflict(_("This difference is being cured already."))
    SmtpDrift.objects.filter(pk=drift_id).update(cure_asked_at=timezone.now(), cure_problem="")
    record_activity(
        "smtp_user.cure_asked",
        actor=actor,
        target=row.user,
        label=row.iam_user_name,
        kind=row.kind,
        subject=cut_logins_short(row.subject),
    )
    publish(TaskName.CURE_SMTP_DRIFT, drift_id=drift_id)
    row.refresh_from_db()
    return row


def cure(drift_id: int) -> None:
    """Carry a cure out, if it was asked for and the difference is still there. Harmless twice."""
    rows = SmtpDrift.objects.filter(pk=drift_id, cleared_at=None, cure_asked_at__isnull=False)
    row = rows.select_related("user").first()
    if row is None:
        return
    try:
        if row.user is None:
            _cure_orphan(row)
        else:
            _cure_user(row, row.user)
    except PortalError as error:
        logger.warning("smtp_user.cure_failed", extra={"drift": drift_id, "error": type(error).__name__})
        rows.update(cure_asked_at=None, cure_problem=words_of(error)[:_PROBLEM_CHARS])
        return
    drift.tell_drift()


def hint_cures() -> int:
    """Publish cures that were asked for and whose hints were lost. Returns how many."""
    waiting = SmtpDrift.objects.filter(cleared_at=None, cure_asked_at__lt=timezone.now() - drift.SPREAD)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[: drift.SLICE])
    for drift_id in ids:
        publish(TaskName.CURE_SMTP_DRIFT, drift_id=drift_id)
    return len(ids)


def _cure_user(row: SmtpDrift, user: SmtpUser) -> None:
    """No worker may be at the user meanwhile: a key that it just makes would look like a stranger's."""
    rows = SmtpUser.objects.filter(pk=user.pk)
    token = claim(rows, lease_s=LEASE_S)
    if token is None:
        return  # the sweep asks again
    try:
        is_there = _finding(row) in drift.differences(rows.get())
        if is_there and row.kind in _ON_IAM:
            _ON_IAM[Kind(row.kind)](row.iam_user_name, row.subject)
    finally:
        release(rows, token)
    if is_there and row.kind in _BY_WISH:
        _BY_WISH[Kind(row.kind)](user, row.subject)
        publish(TaskName.CHECK_SMTP_DRIFT, delay_s=LOOK_AGAIN_S, user_id=user.pk)
    _end(row)


def _cure_orphan(row: SmtpDrift) -> None:
    if _finding(row) in drift.find_orphans():
        _ON_IAM[Kind(row.kind)](row.iam_user_name, row.subject)
    _end(row)


def _finding(row: SmtpDrift) -> Finding:
    return Finding(Kind(row.kind), row.iam_user_name, row.subject)


def _end(row: SmtpDrift) -> None:
    """It is over; the next look opens it anew if it is not."""
    SmtpDrift.objects.filter(pk=row.pk).update(cleared_at=timezone.now())


def _delete_orphan(name: str, _subject: str) -> None:
    """Take a user of nobody from IAM, with all that it has."""
    for key in iam.list_keys(name):
        iam.delete_key(name, key.key_id)
    for policy_name in iam.list_inline_policies(name):
        iam.delete_inline_policy(name, policy_name)
    for _policy_name, arn in iam.list_attached_policies(name):
        iam.detach_policy(name, arn)
    for group in iam.list_groups(name):
        iam.remove_from_group(name, group)
    iam.delete_user(name)


def _write_policy(user: SmtpUser, _subject: str) -> None:
    reapply_policy(user.pk, actor=None)


def _remake(user: SmtpUser, _subject: str) -> None:
    remake_smtp_user(user.pk, actor=None)


@transaction.atomic
def _forget_key(user: SmtpUser, key_id: str) -> None:
    """The machine makes a new one where the current one is gone."""
    _keys(user, key_id).delete()
    look_again(user.pk, actor=None)


@transaction.atomic
def _note_active(user: SmtpUser, key_id: str) -> None:
    """The machine puts the key as was wished, once it knows how it stands."""
    _keys(user, key_id).update(is_active=True)
    look_again(user.pk, actor=None)


@transaction.atomic
def _note_inactive(user: SmtpUser, key_id: str) -> None:
    _keys(user, key_id).update(is_active=False)
    look_again(user.pk, actor=None)


def _keys(user: SmtpUser, key_id: str) -> QuerySet[SmtpKey]:
    return user.keys.filter(access_key_id=key_id)


_ON_IAM: Final[dict[Kind, Callable[[str, str], None]]] = {
    Kind.FOREIGN_POLICY: iam.delete_inline_policy,
    Kind.FOREIGN_ATTACHED: iam.detach_policy,
    Kind.GROUP: iam.remove_from_group,
    Kind.EXTRA_KEY: iam.delete_key,
    Kind.ORPHAN_USER: _delete_orphan,
    Kind.ORPHAN_POLICY: lambda _name, arn: iam.delete_policy(arn),
}
_BY_WISH: Final[dict[Kind, Callable[[SmtpUser, str], None]]] = {
    Kind.MISSING_USER: _remake,
    Kind.STRANGER: _remake,
    Kind.MISSING_POLICY: _write_policy,
    Kind.CHANGED_POLICY: _write_policy,
    Kind.MISSING_KEY: _forget_key,
    Kind.KEY_ACTIVE: _note_active,
    Kind.KEY_INACTIVE: _note_inactive,
}
