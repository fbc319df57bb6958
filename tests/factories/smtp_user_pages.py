"""SMTP users in the states that their pages show."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from credentials.smtp_users.handover import make_link
from credentials.smtp_users.models import (
    SmtpDrift,
    SmtpHandover,
    SmtpKey,
    SmtpUser,
    SmtpUserDay,
    SmtpUserStep,
    SmtpViolation,
    State,
)
from tests.factories.smtp_users import make_smtp_key, make_smtp_user


def a_busy_user() -> SmtpUser:
    """One with two passwords, counts, a violation, a link that waits, one that was used, and a journal."""
    now = timezone.now()
    senders = ("scan@example.org", "*@marketing.example.org", "office@example.org")
    smtp_user = make_smtp_user(
        senders=senders, description="The printer in the hall", owner_address="ann@example.org",
        last_used_at=now - timedelta(minutes=3), changeover_until=now + timedelta(days=9), rotate_every_days=90,
    )  # fmt: skip
    make_smtp_key(smtp_user, last_used_at=now)
    make_smtp_key(smtp_user, role=SmtpKey.Role.OLD, retired_at=now)
    for back in range(5):
        SmtpUserDay.objects.create(
            user=smtp_user, day=(now - timedelta(days=back)).date(), sent_count=1200, delivered_count=1190, bounced_count=7
        )  # fmt: skip
    SmtpViolation.objects.create(
        user=smtp_user, from_address="boss@example.org", ses_message_id="0100-1", source_ip="192.0.2.7", sent_at=now
    )
    SmtpUserDay.objects.filter(user=smtp_user, day=now.date()).update(violation_count=1)
    for call in ("CreateUser", "PutUserPolicy", "CreateAccessKey", "ProveLogin"):
        SmtpUserStep.objects.create(
            user=smtp_user, username=smtp_user.username, call=call, outcome=SmtpUserStep.Outcome.DONE, ended_at=now
        )
    for kind, subject in (("changed_policy", ""), ("extra_key", "AKIASOMEBODYELSE")):
        SmtpDrift.objects.create(
            user=smtp_user, kind=kind, iam_user_name=smtp_user.iam_user_name, subject=subject, seen_at=now
        )
    actor = User.objects.filter(is_superuser=False).first() or User.objects.create_user("helper")
    used, _waiting = (make_link(smtp_user.pk, hours=24, actor=actor).handover for _each in range(2))
    SmtpHandover.objects.filter(pk=used.pk).update(opened_at=now, opened_ip="192.0.2.9")
    return smtp_user


def a_user_being_set_up() -> SmtpUser:
    """One whose IAM user is there, and whose policy is not."""
    smtp_user = make_smtp_user("new-shop", state=State.PENDING, settled_wish=0, applied_policy="")
    SmtpUserStep.objects.create(
        user=smtp_user,
        username="new-shop",
        call="CreateUser",
        outcome=SmtpUserStep.Outcome.DONE,
        ended_at=timezone.now(),
    )
    SmtpUserStep.objects.create(user=smtp_user, username="new-shop", call="PutUserPolicy")
    return smtp_user


def a_failed_user() -> SmtpUser:
    """One that was given up."""
    return make_smtp_user(
        "old-shop", senders=(), state=State.FAILED, settled_wish=0, iam_user_arn="", applied_policy="", is_given_up=True,
        try_count=8, state_reason="AWS does not let Postroom do this: iam:CreateUser is not allowed.",
    )  # fmt: skip


def a_leaving_user() -> SmtpUser:
    """One whose deletion can be taken back."""
    smtp_user = make_smtp_user("leaver", state=State.DELETING, delete_at=timezone.now() + timedelta(hours=20))
    make_smtp_key(smtp_user, is_active=False)
    return smtp_user


def several_users() -> SmtpUser:
    """A list with every state."""
    a_busy_user()
    a_user_being_set_up()
    a_failed_user()
    a_leaving_user()
    orphan = "ses-smtp-user-somebody-1600000000"
    SmtpDrift.objects.create(kind="orphan_user", iam_user_name=orphan, seen_at=timezone.now())
    return make_smtp_user("off", state=State.DISABLED, is_enabled=False)


def a_waiting_link() -> str:
    """The token of a link that nobody has used."""
    smtp_user = make_smtp_user("for-bob", senders=("bob@example.org",))
    make_smtp_key(smtp_user)
    return make_link(smtp_user.pk, hours=24, actor=User.objects.create_user("maker")).token
