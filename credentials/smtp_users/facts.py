"""What the rows say of one SMTP user, as the plan wants it."""

from __future__ import annotations

from django.conf import settings

from credentials.smtp_users.journal import lost_key_makings
from credentials.smtp_users.models import SmtpKey, SmtpUser
from credentials.smtp_users.plan import Facts, KeyFacts
from credentials.smtp_users.policy import CompiledPolicy, compile_policy
from portal.leases import database_now


def read_facts(user: SmtpUser) -> Facts:
    """The wishes and the confirmed state, by the database's clock."""
    now = database_now()
    keys = {key.role: KeyFacts(is_active=key.is_active, is_proven=key.proven_at is not None) for key in user.keys.all()}
    return Facts(
        is_enabled=user.is_enabled,
        is_leaving=user.delete_at is not None,
        is_grace_over=user.delete_at is not None and user.delete_at <= now,
        is_rotation_asked=user.rotation_asked_at is not None,
        is_changeover_over=user.changeover_until is not None and user.changeover_until <= now,
        is_given_up=user.is_given_up,
        is_named=bool(user.iam_user_name),
        is_made=bool(user.iam_user_arn),
        has_policy=user.applied_policy == wished_policy(user).document,
        has_stray_keys=lost_key_makings(user).exists(),
        new_key=keys.get(SmtpKey.Role.NEW),
        current_key=keys.get(SmtpKey.Role.CURRENT),
        old_key=keys.get(SmtpKey.Role.OLD),
    )


def wished_policy(user: SmtpUser) -> CompiledPolicy:
    """The policy of its allowed senders."""
    return compile_policy(user.allowed_senders)


def region_of(user: SmtpUser) -> str:
    """Where its passwords are good."""
    return user.region or settings.AWS_REGION
