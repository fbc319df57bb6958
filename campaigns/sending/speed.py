"""How fast a campaign goes: accepted mails per span of five seconds, for the curve on its page."""

from __future__ import annotations

import time

from django.db import connection

from campaigns.scheduling.sent import sum_up_points
from campaigns.sending.models import RatePoint

SPAN_S = 5
KEPT_S = 3600


def note_accepted(campaign_id: int, count: int) -> None:
    """Add to the campaign's current span; part of the transaction that writes the outcomes."""
    if count <= 0:
        return
    span_s = int(time.time()) // SPAN_S * SPAN_S
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_ratepoint (campaign_id, span_s, accepted_count) VALUES (%s, %s, %s) "
            "ON CONFLICT (campaign_id, span_s) "
            "DO UPDATE SET accepted_count = campaigns_ratepoint.accepted_count + EXCLUDED.accepted_count",
            [campaign_id, span_s, count],
        )


def rate_points(campaign_id: int, *, last_s: int = 600) -> list[tuple[int, float]]:
    """(seconds since 1970, mails per second) for every span of the last `last_s` seconds, gaps as 0."""
    now = int(time.time()) // SPAN_S * SPAN_S
    first = now - last_s
    found = dict(
        RatePoint.objects.filter(campaign_id=campaign_id, span_s__gte=first).values_list("span_s", "accepted_count")
    )
    return [(span, found.get(span, 0) / SPAN_S) for span in range(first, now, SPAN_S)]


def sum_up_old_points() -> int:
    """Turn points older than an hour into what the quota remembers; called by the sweep."""
    return sum_up_points(before_s=int(time.time()) - KEPT_S)
