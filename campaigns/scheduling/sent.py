"""What an account has let out in the last 24 hours, by the time it left: the content of the rolling quota."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Sum

from campaigns.scheduling.models import SentSpan
from campaigns.scheduling.window import DAY_S
from campaigns.sending.models import RatePoint

if TYPE_CHECKING:
    from campaigns.sending.models import SendingAccount

SPAN_S = 600
KEPT_S = 25 * 3600
POINTS_AT_ONCE = 5000
_OTHER_PARTS = 24  # mail that we know nothing of is taken to have left evenly


@transaction.atomic
def sum_up_points(*, before_s: int) -> int:
    """Turn the rate points from before `before_s` into spans, and delete what no window holds any more.

    Each point is counted once: it goes in the transaction that counts it.
    """
    old = RatePoint.objects.select_for_update(skip_locked=True, of=("self",)).filter(span_s__lt=before_s)
    rows = list(old.values_list("pk", "campaign__account_id", "span_s", "accepted_count")[:POINTS_AT_ONCE])
    sums: Counter[tuple[int, int]] = Counter()
    for _pk, account_id, span_s, count in rows:
        if account_id is not None:
            sums[account_id, span_s // SPAN_S * SPAN_S] += count
    for (account_id, span_s), count in sorted(sums.items()):
        _add(account_id, span_s, count)
    RatePoint.objects.filter(pk__in=[row[0] for row in rows]).delete()
    SentSpan.objects.filter(span_s__lt=int(time.time()) - KEPT_S).delete()
    return len(rows)


def _add(account_id: int, span_s: int, count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_sentspan (account_id, span_s, accepted_count) VALUES (%s, %s, %s) "
            "ON CONFLICT (account_id, span_s) "
            "DO UPDATE SET accepted_count = campaigns_sentspan.accepted_count + EXCLUDED.accepted_count",
            [account_id, span_s, count],
        )


def sent_in_window(account: SendingAccount) -> list[tuple[float, float]]:
    """(Seconds since they left, how many); adds up to what SES counts in 24 hours, and what was handed out since."""
    used = account.sent_24h + account.reserved_since_refresh
    parts: list[tuple[float, float]] = []
    for age_s, count in _known(account):
        taken = min(float(count), used)
        used -= taken
        parts.append((age_s, taken))
    if used > 0:
        hour_s = DAY_S / _OTHER_PARTS
        parts += [((part + 0.5) * hour_s, used / _OTHER_PARTS) for part in range(_OTHER_PARTS)]
    return parts


def counted_in_24h(account: SendingAccount) -> float:
    """What we know to have left through the account in 24 hours; for a relay, which tells no count of its own."""
    return float(sum(count for _age_s, count in _known(account)))


def _known(account: SendingAccount) -> list[tuple[float, int]]:
    """What we sent ourselves, the latest first."""
    now_s = time.time()
    spans = SentSpan.objects.filter(account=account, span_s__gt=int(now_s - DAY_S))
    found = Counter(dict(spans.values_list("span_s", "accepted_count")))
    points = RatePoint.objects.filter(campaign__account=account, span_s__gt=int(now_s - DAY_S))
    for span_s, count in points.values_list("span_s").annotate(Sum("accepted_count")).order_by():
        found[span_s // SPAN_S * SPAN_S] += count
    return [(max(0.0, now_s - span_s), count) for span_s, count in sorted(found.items(), reverse=True)]
