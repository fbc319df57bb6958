"""Counting one campaign's rows by day and by recipient domain, in one statement each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from campaigns.reports.figures import Line, Sums
from campaigns.sending.states import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Sequence

_SENT = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.BOUNCED, DeliveryState.COMPLAINED)
# What the provider took without a receipt in the ledger counts by its last change.
_TAKEN_AT = "COALESCE(a.accepted_at, d.changed_at)"
_DAY = {
    "postgresql": f"to_char({_TAKEN_AT} AT TIME ZONE %(zone)s, 'YYYY-MM-DD')",
    "sqlite": f"django_datetime_cast_date({_TAKEN_AT}, %(zone)s, 'UTC')",  # Django's own function
}
# What follows the last @; a quoted local part may hold another.
_DOMAIN = {
    "postgresql": "substring(d.address_key from '[^@]*$')",
    "sqlite": "substr(d.address_key, length(rtrim(d.address_key, replace(d.address_key, '@', ''))) + 1)",
}
_COUNT = """
WITH deeds AS (
    SELECT delivery_id, MAX(CASE event_type WHEN 'open' THEN 1 ELSE 0 END) AS opened,
           MAX(CASE event_type WHEN 'click' THEN 1 ELSE 0 END) AS clicked
      FROM campaigns_deliveryevent
     WHERE delivery_id BETWEEN %(first)s AND %(last)s AND event_type IN ('open', 'click') AND machine_sign = ''
     GROUP BY delivery_id
), gone AS (
    SELECT DISTINCT delivery_id FROM campaigns_unsubscription WHERE campaign_id = %(campaign)s AND undone_at IS NULL
), sent AS (
    SELECT d.id, d.state, {key} AS line
      FROM campaigns_delivery d LEFT JOIN campaigns_acceptance a ON a.delivery_id = d.id
     WHERE d.id BETWEEN %(first)s AND %(last)s AND d.campaign_id = %(campaign)s
       AND d.state IN (%(accepted)s, %(delivered)s, %(bounced)s, %(complained)s)
)
SELECT sent.line, COUNT(*),
       SUM(CASE WHEN sent.state IN (%(delivered)s, %(complained)s) THEN 1 ELSE 0 END),
       SUM(CASE sent.state WHEN %(bounced)s THEN 1 ELSE 0 END),
       SUM(CASE sent.state WHEN %(complained)s THEN 1 ELSE 0 END),
       COALESCE(SUM(deeds.opened), 0), COALESCE(SUM(deeds.clicked), 0), COUNT(gone.delivery_id)
  FROM sent LEFT JOIN deeds ON deeds.delivery_id = sent.id LEFT JOIN gone ON gone.delivery_id = sent.id
 GROUP BY sent.line ORDER BY sent.line
"""


def count_by_day(campaign_id: int, *, ids: tuple[int, int]) -> list[Line]:
    """By the day on which the provider took the mail, in the portal's time zone; `ids` are the ends of its deliveries."""
    return _count(_DAY[connection.vendor], campaign_id, ids)


def count_by_domain(campaign_id: int, *, ids: tuple[int, int]) -> list[Line]:
    """By what stands behind the @ of the address."""
    return _count(_DOMAIN[connection.vendor], campaign_id, ids)


def _count(key: str, campaign_id: int, ids: tuple[int, int]) -> list[Line]:
    params: dict[str, Any] = {state.name.lower(): int(state) for state in _SENT}
    params |= {"campaign": campaign_id, "first": ids[0], "last": ids[1]}
    params["zone"] = timezone.get_default_timezone_name()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(key=key), params)
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return [Line(str(row[0]), Sums(*(int(count) for count in row[1:]))) for row in rows]
