"""SMTP users as a CSV file for people: nothing in it opens anything, and no cell runs as a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils import timezone

from credentials.smtp_users.screen import reason_of, with_counts
from portal.activity import record_activity
from portal.formula_guard import guard

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from credentials.smtp_users.models import SmtpUser

COLUMNS = (
    "user_name", "description", "belongs_to", "may_send_as", "state", "reason", "last_used_at", "sent_30_days",
    "violations_30_days", "created_at",
)  # fmt: skip


def export_users(users: QuerySet[SmtpUser], *, actor: User) -> HttpResponse:
    """The file, for Excel too (BOM); times in UTC."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    count = 0
    for smtp_user in with_counts(users):
        writer.writerow([guard(cell) for cell in _cells(smtp_user)])
        count += 1
    record_activity("smtp_user.exported", actor=actor, users=count)
    name = f"smtp-users-{timezone.now():%Y-%m-%d}.csv"
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(smtp_user: SmtpUser) -> tuple[str, ...]:
    return (
        smtp_user.username, smtp_user.description, smtp_user.owner_address, " ".join(smtp_user.allowed_senders),
        smtp_user.state, reason_of(smtp_user), _utc(smtp_user.last_used_at), str(getattr(smtp_user, "sent_30", "")),
        str(getattr(smtp_user, "violations_30", "")), _utc(smtp_user.created_at),
    )  # fmt: skip


def _utc(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
