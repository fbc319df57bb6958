"""What the pages of SMTP users show, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from credentials.smtp_users.models import (
    SmtpDrift,
    SmtpKey,
    SmtpUser,
    SmtpUserDay,
    SmtpUserStep,
    SmtpViolation,
    State,
)
from credentials.smtp_users.names import cut_logins_short
from portal.templatetags.postroom import badge, icon, local_time

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

COUNTED_DAYS = 30
SENDERS_SHOWN = 2
STEPS_SHOWN = 30
_COUNTS = ("sent", "delivered", "bounced", "complained", "rejected", "violation")
LOOKS = {
    State.PENDING: ("accent", "clock"),
    State.ACTIVE: ("good", "circle-check"),
    State.ROTATING: ("accent", "refresh-cw"),
    State.DISABLED: ("", "ban"),
    State.FAILED: ("bad", "circle-x"),
    State.DELETING: ("warn", "trash-2"),
}
CALLS = {
    "GetUser": gettext_lazy("Look whether the user is there"),
    "CreateUser": gettext_lazy("Make the IAM user"),
    "TagUser": gettext_lazy("Mark it as ours"),
    "PutUserPolicy": gettext_lazy("Write what it may send as"),
    "GetUserPolicy": gettext_lazy("Look at what it may send as"),
    "DeleteUserPolicy": gettext_lazy("Take away what it may send as"),
    "CreatePolicy": gettext_lazy("Make a policy of its own"),
    "CreatePolicyVersion": gettext_lazy("Write what it may send as"),
    "DeletePolicyVersion": gettext_lazy("Delete an earlier version of the policy"),
    "DeletePolicy": gettext_lazy("Delete its policy"),
    "AttachUserPolicy": gettext_lazy("Give it the policy"),
    "DetachUserPolicy": gettext_lazy("Take the policy away"),
    "ListAccessKeys": gettext_lazy("Look which keys it has"),
    "CreateAccessKey": gettext_lazy("Make a key"),
    "UpdateAccessKey": gettext_lazy("Switch a key on or off"),
    "DeleteAccessKey": gettext_lazy("Delete a key"),
    "GetAccessKeyLastUsed": gettext_lazy("Ask when a key was last used"),
    "ProveLogin": gettext_lazy("Log in once, as a mail program does"),
    "DeleteUser": gettext_lazy("Delete the IAM user"),
}  # what is not named here stands under IAM's own name
OUTCOME_TONES = {
    SmtpUserStep.Outcome.OPEN: "accent",
    SmtpUserStep.Outcome.DONE: "good",
    SmtpUserStep.Outcome.FAILED: "bad",
    SmtpUserStep.Outcome.LOST: "warn",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of setting a user up, as people follow it."""

    label: str | Promise
    is_done: bool
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One step on AWS in words."""

    row: SmtpUserStep
    label: str
    tone: str
    detail: str


def state_mark(smtp_user: SmtpUser) -> SafeString:
    """The state as icon and word."""
    tone, picture = LOOKS[State(smtp_user.state)]
    return format_html('<span class="state-mark">{}{}</span>', icon(picture), badge(state_word(smtp_user), tone=tone))


def reason_of(smtp_user: SmtpUser) -> str:
    """Why it does not work, in plain words; "" when it does, or when a person disabled it."""
    if not smtp_user.is_enabled and smtp_user.disabled_reason:
        return smtp_user.disabled_reason
    return smtp_user.state_reason


def state_word(smtp_user: SmtpUser) -> str:
    """The state, and where it is going."""
    if smtp_user.is_leaving:
        return str(State.DELETING.label)
    if not smtp_user.is_settled and smtp_user.state == State.ACTIVE:
        return _("being switched off") if not smtp_user.is_enabled else _("being changed")
    if not smtp_user.is_settled and smtp_user.state == State.DISABLED and smtp_user.is_enabled:
        return _("being switched on")
    return str(smtp_user.get_state_display())


def shown_senders(smtp_user: SmtpUser) -> str:
    """The first few allowed senders, and how many more."""
    patterns: list[str] = smtp_user.allowed_senders
    if not patterns:
        return _("nobody")
    more = len(patterns) - SENDERS_SHOWN
    shown = ", ".join(patterns[:SENDERS_SHOWN])
    return shown + (" " + ngettext("and %d more", "and %d more", more) % more if more > 0 else "")


def shown_key(key: SmtpKey | None, *, in_full: bool) -> str:
    """The id of a key; for people who may not log in with it only its ends."""
    if key is None:
        return ""
    name = key.access_key_id
    return name if in_full else f"{name[:4]}…{name[-4:]}"


def first_day() -> date:
    """The first of the days that are counted, UTC."""
    return (timezone.now().astimezone(UTC) - timedelta(days=COUNTED_DAYS - 1)).date()


def with_counts(users: QuerySet[SmtpUser]) -> QuerySet[SmtpUser]:
    """Each user with `sent_30` and `violations_30`, of the counted days."""
    days = SmtpUserDay.objects.filter(user=OuterRef("pk"), day__gte=first_day()).order_by().values("user")
    return users.annotate(
        sent_30=Coalesce(Subquery(days.annotate(sum=Sum("sent_count")).values("sum")), 0),
        violations_30=Coalesce(Subquery(days.annotate(sum=Sum("violation_count")).values("sum")), 0),
    )


def counts_of(smtp_user: SmtpUser) -> dict[str, int]:
    """Sums of the counted days: sent, delivered, bounced, complained, rejected, violation."""
    sums = {name: Coalesce(Sum(f"{name}_count"), 0) for name in _COUNTS}
    found: dict[str, int] = smtp_user.days.filter(day__gte=first_day()).aggregate(**sums)
    return found


def wants_attention() -> QuerySet[SmtpUser]:
    """Users that failed, that IAM has otherwise, or that sent under an address they may not within the last day."""
    violations = SmtpViolation.objects.filter(noticed_at__gte=timezone.now() - timedelta(days=1))
    differing = SmtpDrift.objects.filter(cleared_at=None, user__isnull=False)
    wanting = Q(pk__in=violations.values("user")) | Q(pk__in=differing.values("user"))
    return SmtpUser.objects.filter(wanting | Q(state=State.FAILED) | Q(is_given_up=True))


def is_moving(smtp_user: SmtpUser) -> bool:
    """Whether a worker is about to change something, so that the page should follow it."""
    if smtp_user.is_given_up:
        return False
    waits_for_grace = smtp_user.delete_at is not None and smtp_user.delete_at > timezone.now()
    return not waits_for_grace and (not smtp_user.is_settled or smtp_user.state == State.PENDING)


def fingerprint(smtp_user: SmtpUser) -> str:
    """What changes whenever the page would."""
    steps = smtp_user.steps.aggregate(count=Count("id"), ended=Count("ended_at"))
    keys = ",".join(f"{key.pk}{key.role}{key.is_active:d}" for key in smtp_user.keys.all())
    parts = (smtp_user.state, smtp_user.settled_wish, smtp_user.wish_count, smtp_user.try_count, smtp_user.is_given_up)
    return ":".join(str(part) for part in (*parts, *steps.values(), keys))


def stages_of(smtp_user: SmtpUser) -> list[Stage]:
    """How far the setting up has come; empty when it is over."""
    if smtp_user.state not in {State.PENDING, State.FAILED} or smtp_user.settled_wish:
        return []
    has_key = smtp_user.keys.exists()
    done = [
        (gettext_lazy("Saved"), True),
        (gettext_lazy("IAM user made"), bool(smtp_user.iam_user_arn)),
        (gettext_lazy("Allowed addresses written"), bool(smtp_user.applied_policy)),
        (gettext_lazy("Password made"), has_key),
        (gettext_lazy("Login works"), has_key and smtp_user.current_key is not None),
    ]
    current = next((place for place, (_label, is_done) in enumerate(done) if not is_done), len(done))
    return [Stage(label, is_done, place == current) for place, (label, is_done) in enumerate(done)]


def journal_of(smtp_user: SmtpUser, *, in_full: bool) -> list[JournalLine]:
    """The last steps on AWS, the newest first, with the ids of keys as this person may see them."""
    return [_journal_line(row, in_full=in_full) for row in smtp_user.steps.all()[:STEPS_SHOWN]]


def _journal_line(row: SmtpUserStep, *, in_full: bool) -> JournalLine:
    detail = row.detail if in_full else cut_logins_short(row.detail)
    return JournalLine(row, str(CALLS.get(row.call, row.call)), OUTCOME_TONES[_outcome(row)], detail)


def keys_of(smtp_user: SmtpUser, *, in_full: bool) -> list[dict[str, object]]:
    """The keys with their ids as this person may see them, the current one first."""
    order = {SmtpKey.Role.CURRENT: 0, SmtpKey.Role.NEW: 1, SmtpKey.Role.OLD: 2}
    keys = sorted(smtp_user.keys.all(), key=lambda key: order[SmtpKey.Role(key.role)])
    return [{"key": key, "shown": shown_key(key, in_full=in_full)} for key in keys]


def rotation_due_at(smtp_user: SmtpUser) -> datetime | None:
    """When the next password is made by itself; None for never."""
    days = smtp_user.rotate_every_days
    days = settings.SMTP_ROTATE_DAYS if days is None else days
    current = next((key for key in smtp_user.keys.all() if key.role == SmtpKey.Role.CURRENT), None)
    return current.made_at + timedelta(days=days) if days and current is not None else None


def shown_rotation(smtp_user: SmtpUser) -> SafeString | str:
    """When the password changes next, or until when the earlier one still works."""
    if smtp_user.changeover_until is not None:
        return format_html("{} {}", _("both until"), local_time(smtp_user.changeover_until, "DATE_FORMAT"))
    due_at = rotation_due_at(smtp_user)
    return local_time(due_at, "DATE_FORMAT") if due_at else _("by hand")


def _outcome(row: SmtpUserStep) -> SmtpUserStep.Outcome:
    return SmtpUserStep.Outcome(row.outcome)
