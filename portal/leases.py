"""Claiming a row of work: one conditional update, with a lease on the database's clock.

A worker goes on only while it holds the lease; a worker that dies lets it run out, and the sweep finds the row due.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now

if TYPE_CHECKING:
    from django.db.models import QuerySet


class LeasedModel(models.Model):
    """A row that workers claim. `retry_at` keeps it from being claimed before that moment."""

    lease_token = models.CharField(max_length=32, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


def is_due() -> Q:
    """Rows that nobody holds and whose time has come, by the database's clock."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    return free & (Q(retry_at__isnull=True) | Q(retry_at__lte=Now()))


def database_now() -> datetime:
    """The database's clock, which all workers share; aware."""
    sql = "SELECT clock_timestamp()" if connection.vendor == "postgresql" else "SELECT strftime('%s', 'now')"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        (now,) = cursor.fetchone()
    return now if isinstance(now, datetime) else datetime.fromtimestamp(int(now), UTC)


def claim(rows: QuerySet[LeasedModel] | QuerySet, *, lease_s: float) -> str | None:  # type: ignore[type-arg]
    """Claim the one row in `rows` if it is due; returns the lease token, or None when somebody else has it."""
    token = uuid.uuid4().hex
    claimed = rows.filter(is_due()).update(
        lease_token=token, lease_until=Now() + timedelta(seconds=lease_s), retry_at=None
    )
    return token if claimed == 1 else None


def renew(rows: QuerySet, token: str, *, lease_s: float) -> bool:  # type: ignore[type-arg]
    """Extend the lease; False when it was lost, and the holder must stop."""
    return rows.filter(lease_token=token).update(lease_until=Now() + timedelta(seconds=lease_s)) == 1


def release(rows: QuerySet, token: str, *, retry_in_s: float | None = None) -> bool:  # type: ignore[type-arg]
    """Give the row back; with `retry_in_s` it is due again only after that time."""
    retry_at = None if retry_in_s is None else Now() + timedelta(seconds=retry_in_s)
    return rows.filter(lease_token=token).update(lease_token="", lease_until=None, retry_at=retry_at) == 1
