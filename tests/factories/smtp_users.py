"""SMTP users as the machine leaves them, with a sealed password."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from credentials.encryption.services import seal
from credentials.smtp_users.models import SEALED_FOR, SmtpKey, SmtpUser, State

PASSWORD = "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"  # of the published vectors


def make_smtp_user(
    username: str = "office-printer", *, senders: tuple[str, ...] = ("scan@example.org",), **columns: Any
):
    """A user that is active and settled, without a key."""
    values = {
        "state": State.ACTIVE, "state_at": timezone.now(), "settled_wish": 1, "region": "us-east-1",
        "iam_user_name": f"ses-smtp-user-{username}-1700000000",
        "iam_user_arn": f"arn:aws:iam::123456789012:user/postroom/smtp-users/ses-smtp-user-{username}-1700000000",
        "applied_policy": "{}", **columns,
    }  # fmt: skip
    return SmtpUser.objects.create(
        username=username, username_key=username.lower(), allowed_senders=list(senders), **values
    )


def make_smtp_key(smtp_user: SmtpUser, *, password: str = PASSWORD, **columns: Any) -> SmtpKey:
    """A proven key with its sealed password."""
    row = uuid.uuid4()
    made_at = timezone.now() - timedelta(days=10)
    values = {
        "role": SmtpKey.Role.CURRENT, "access_key_id": f"AKIA{row.hex[:16].upper()}", "made_at": made_at,
        "proven_at": made_at, "proven_how": "login", **columns,
    }  # fmt: skip
    sealed = seal(password, table=SEALED_FOR, row=str(row)) if password else ""
    return SmtpKey.objects.create(user=smtp_user, secret_row=row, sealed_password=sealed, **values)
