"""Counting what is done with unsubscribe links, by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from campaigns.preferences.models import LinkUse

if TYPE_CHECKING:
    from datetime import date

Use = LinkUse.Use
REFUSED = (Use.FORGED, Use.TRUNCATED, Use.DAMAGED, Use.RETIRED, Use.LIMITED)
_ADD_ONE = """
INSERT INTO campaigns_linkuse (day, use, count) VALUES (%s, %s, 1)
ON CONFLICT (day, use) DO UPDATE SET count = campaigns_linkuse.count + 1
"""


def count_use(use: Use) -> None:
    """Add one for today (UTC)."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD_ONE, [timezone.now().date(), use.value])


def uses_since(day: date) -> dict[Use, int]:
    """{use: how often} since a day; only what was counted."""
    rows = LinkUse.objects.filter(day__gte=day).values_list("use").annotate(total=Sum("count"))
    return {Use(use): total for use, total in rows}
