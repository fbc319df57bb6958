"""What people wish of SMTP users. Each wish is committed, counted and published; `machine.py` carries it out on IAM."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from credentials.smtp_users.models import SmtpKey, SmtpUser, State
from credentials.smtp_users.names import username_key
from credentials.smtp_users.policy import compile_policy, require_username
from portal.activity import record_activity
from portal.errors import Conflict
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# What is to be over now must be so on the database's clock, too, which SQLite reads in whole seconds.
_CLOCKS_DIFFER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class SmtpUserDraft:
    """What a person says of an SMTP user. `rotate_every_days` None follows the installation, 0 means never."""

    username: str
    allowed_senders: Sequence[str]
    description: str = ""
    owner_address: str = ""
    rotate_every_days: int | None = None


@transaction.atomic
def save_smtp_user(draft: SmtpUserDraft, *, actor: User | None, user_id: int | None = None) -> SmtpUser:
    """Make an SMTP user (pending), or change one; the name of one that exists stays.

    Raises InvalidInput (InvalidUsername, InvalidPattern, PolicyTooLong), and Conflict when the name is taken or the user
    is being deleted.
    """
    senders = list(compile_policy(draft.allowed_senders).patterns)
    told: dict[str, object] = {
        "allowed_senders": senders,
        "description": draft.description.strip(),
        "owner_address": draft.owner_address.strip(),
        "rotate_every_days": draft.rotate_every_days,
    }
    if user_id is None:
        return _make(require_username(draft.username), told, actor)
    before = SmtpUser.objects.get(pk=user_id)
    changed = sorted(name for name, value in told.items() if getattr(before, name) != value)
    if before.state == State.FAILED:
        told["state"] = State.PENDING
    return _wish(user_id, "smtp_user.changed", actor=actor, check=_require_staying, wishes=told, fields=changed)


def rotate_smtp_user(user_id: int, *, actor: User | None) -> SmtpUser:
    """Have a new password made; the earlier one works on for SMTP_CHANGEOVER_DAYS after the new one is proven.

    Raises Conflict unless it is active and has one password.
    """
    now = timezone.now()
    wishes = {"rotation_asked_at": now, "state": State.ROTATING, "state_at": now}
    return _wish(user_id, "smtp_user.rotation_asked", actor=actor, check=_require_rotatable, wishes=wishes)


def finish_rotation(user_id: int, *, actor: User | None) -> SmtpUser:
    """End the earlier password now. Raises Conflict when there is none."""
    wishes = {"changeover_until": timezone.now() - _CLOCKS_DIFFER}
    return _wish(user_id, "smtp_user.rotation_finished", actor=actor, check=_require_changeover, wishes=wishes)


def extend_changeover(user_id: int, *, until: datetime, actor: User | None) -> SmtpUser:
    """Let the earlier password work until another time. Raises Conflict when there is none."""
    wishes = {"changeover_until": until}
    user = _wish(user_id, "smtp_user.changeover_extended", actor=actor, check=_require_changeover, wishes=wishes)
    SmtpKey.objects.filter(user=user, role=SmtpKey.Role.OLD).update(reminded_at=None)
    return user


def disable_smtp_user(user_id: int, *, actor: User | None, reason: str = "") -> SmtpUser:
    """Make its keys inactive at once. `reason`: kept with it where no person did it. Raises Conflict when it is disabled."""
    wishes = {"is_enabled": False, "rotation_asked_at": None, "disabled_reason": reason[:300]}
    return _wish(user_id, "smtp_user.disabled", actor=actor, check=_require_enabled, wishes=wishes, reason=reason[:300])


def enable_smtp_user(user_id: int, *, actor: User | None) -> SmtpUser:
    """Let it log in again. Raises Conflict when it may already."""
    wishes = {"is_enabled": True, "disabled_reason": ""}
    return _wish(user_id, "smtp_user.enabled", actor=actor, check=_require_disabled, wishes=wishes)


def delete_smtp_user(user_id: int, *, actor: User | None) -> SmtpUser:
    """Make its keys inactive at once, and take it from AWS and from here after SMTP_DELETE_GRACE_H.

    Raises Conflict when that was asked already.
    """
    now = timezone.now()
    wishes = {
        "delete_at": now + timedelta(hours=settings.SMTP_DELETE_GRACE_H) - _CLOCKS_DIFFER,
        "rotation_asked_at": None,
        "state": State.DELETING,
        "state_at": now,
    }
    return _wish(user_id, "smtp_user.deletion_asked", actor=actor, check=_require_staying, wishes=wishes)


def take_back_deletion(user_id: int, *, actor: User | None) -> SmtpUser:
    """Keep it, as it was before. Raises Conflict when its grace is over."""
    before = SmtpUser.objects.get(pk=user_id)
    state = State.DISABLED if before.current_key else State.PENDING
    wishes = {"delete_at": None, "state": state, "state_at": timezone.now()}
    return _wish(user_id, "smtp_user.deletion_taken_back", actor=actor, check=_require_grace, wishes=wishes)


def retry_smtp_user(user_id: int, *, actor: User | None) -> SmtpUser:
    """Try again now what failed, also what was given up. Raises Conflict when nothing failed."""
    before = SmtpUser.objects.get(pk=user_id)
    wishes: dict[str, object] = {}
    if before.is_given_up and before.current_key:
        wishes = {"rotation_asked_at": timezone.now(), "state": State.ROTATING}
    elif before.state == State.FAILED:
        wishes = {"state": State.PENDING}
    return _wish(user_id, "smtp_user.retried", actor=actor, check=_require_failed, wishes=wishes)


def reapply_policy(user_id: int, *, actor: User | None) -> SmtpUser:
    """Write its policy to IAM again, whatever stands there. Raises Conflict while it is being deleted."""
    wishes = {"applied_policy": ""}
    return _wish(user_id, "smtp_user.policy_reapplied", actor=actor, check=_require_staying, wishes=wishes)


def look_again(user_id: int, *, actor: User | None) -> SmtpUser:
    """Have the machine compare wishes and keys once more, also during the time of grace: a key must stay shut out then."""
    return _wish(user_id, "smtp_user.retried", actor=actor, check=lambda _user: None, wishes={})


@transaction.atomic
def remake_smtp_user(user_id: int, *, actor: User | None) -> SmtpUser:
    """Make it on AWS anew, with a new password: for one whose IAM user is gone. Raises Conflict while it is deleted."""
    SmtpKey.objects.filter(user_id=user_id).delete()
    unknown = dict.fromkeys(("iam_user_name", "iam_user_arn", "applied_policy", "managed_policy_arn"), "")
    ended = {"is_adopted": False, "rotation_asked_at": None, "changeover_until": None}
    wishes = {"state": State.PENDING, "state_at": timezone.now(), **unknown, **ended}
    return _wish(user_id, "smtp_user.remade", actor=actor, check=_require_staying, wishes=wishes)


def _make(username: str, told: dict[str, object], actor: User | None) -> SmtpUser:
    try:
        with transaction.atomic():
            user = SmtpUser.objects.create(
                username=username,
                username_key=username_key(username),
                created_by=actor,
                state_at=timezone.now(),
                **told,
            )
    except IntegrityError as error:
        raise Conflict(
            _("An SMTP user with the name %(name)s is there already; IAM does not tell upper from lower case.")
            % {"name": username}
        ) from error
    record_activity("smtp_user.made", actor=actor, target=user)
    publish(TaskName.PROVISION_SMTP_USER, user_id=user.pk)
    return user


@transaction.atomic
def _wish(
    user_id: int,
    verb: str,
    *,
    actor: User | None,
    check: Callable[[SmtpUser], None],
    wishes: Mapping[str, object],
    reason: str = "",
    fields: Sequence[str] = (),
) -> SmtpUser:
    user = SmtpUser.objects.select_for_update().get(pk=user_id)
    check(user)
    SmtpUser.objects.filter(pk=user_id).update(
        wish_count=F("wish_count") + 1, is_given_up=False, try_count=0, retry_at=None, **wishes
    )
    details: dict[str, Any] = {"reason": reason} if reason else {"fields": list(fields)} if fields else {}
    record_activity(verb, actor=actor, target=user, label="", **details)
    publish(TaskName.PROVISION_SMTP_USER, user_id=user_id)
    user.refresh_from_db()
    return user


def _require_staying(user: SmtpUser) -> None:
    if user.delete_at is not None:
        raise Conflict(_("%(name)s is being deleted. Take that back first.") % {"name": user})


def _require_rotatable(user: SmtpUser) -> None:
    _require_staying(user)
    if not user.is_enabled:
        raise Conflict(_("%(name)s is disabled. Enable it first.") % {"name": user})
    if user.current_key is None:
        raise Conflict(_("%(name)s has no password yet.") % {"name": user})
    if user.rotation_asked_at is not None:
        raise Conflict(_("A new password for %(name)s is being made already.") % {"name": user})
    if user.keys.filter(role=SmtpKey.Role.OLD).exists():
        raise Conflict(
            _("%(name)s has two passwords, which is as many as IAM allows. End the earlier one first.") % {"name": user}
        )


def _require_changeover(user: SmtpUser) -> None:
    _require_staying(user)
    if not user.keys.filter(role=SmtpKey.Role.OLD).exists():
        raise Conflict(_("%(name)s has one password only.") % {"name": user})


def _require_enabled(user: SmtpUser) -> None:
    _require_staying(user)
    if not user.is_enabled:
        raise Conflict(_("%(name)s is disabled already.") % {"name": user})


def _require_disabled(user: SmtpUser) -> None:
    _require_staying(user)
    if user.is_enabled:
        raise Conflict(_("%(name)s is enabled already.") % {"name": user})


def _require_grace(user: SmtpUser) -> None:
    if user.delete_at is None:
        raise Conflict(_("%(name)s is not being deleted.") % {"name": user})
    if user.delete_at <= timezone.now():
        raise Conflict(_("It is too late: %(name)s is being taken from AWS.") % {"name": user})


def _require_failed(user: SmtpUser) -> None:
    if not (user.is_given_up or user.try_count):
        raise Conflict(_("Nothing of %(name)s has failed.") % {"name": user})
