"""Opening the links of a message: asked for by a page, done by a worker, kept for some minutes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from campaigns.links.models import LinkVisit
from portal.public_web import Visit, visit
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from datetime import datetime

MAX_LINKS = 50  # of one message; the further ones are not opened
FRESH_S = 600
CLAIM_S = 120  # longer than one round of visits takes
KEPT_S = 24 * 3600
AT_ONCE = 8

VisitAddress = Callable[[str], Visit]


def ask_to_visit(urls: Sequence[str]) -> list[LinkVisit]:
    """Let a worker open the addresses that nobody has opened lately; gives back what is known of each so far."""
    wanted = {_key(url): url for url in urls[:MAX_LINKS]}
    now = timezone.now()
    LinkVisit.objects.filter(asked_at__lt=now - timedelta(seconds=KEPT_S)).delete()
    rows = [LinkVisit(url_key=key, url=url, asked_at=now) for key, url in wanted.items()]
    LinkVisit.objects.bulk_create(rows, ignore_conflicts=True)
    stale = LinkVisit.objects.filter(url_key__in=wanted, visited_at__lt=now - timedelta(seconds=FRESH_S))
    stale.update(outcome="", http_status=None, asked_at=now, claimed_at=None, visited_at=None)
    known = {row.url_key: row for row in LinkVisit.objects.filter(url_key__in=wanted)}
    if any(_is_waiting(row, now) for row in known.values()):
        publish(TaskName.VISIT_LINKS)
    return [known[key] for key in wanted if key in known]


def known_visits(urls: Sequence[str]) -> list[LinkVisit]:
    """What is known of the addresses; nothing is asked for."""
    keys = [_key(url) for url in urls[:MAX_LINKS]]
    known = {row.url_key: row for row in LinkVisit.objects.filter(url_key__in=keys)}
    return [known[key] for key in keys if key in known]


def visit_waiting(open_address: VisitAddress = visit) -> int:
    """Open what waits, eight at a time; returns how many. Harmless twice: who claims a row opens it."""
    claimed = _claim_waiting()
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        visits = pool.map(open_address, [row.url for row in claimed])
        for row, found in zip(claimed, visits, strict=True):
            LinkVisit.objects.filter(pk=row.pk).update(
                outcome=found.outcome.value, http_status=found.http_status or None, visited_at=timezone.now()
            )
    return len(claimed)


def _claim_waiting() -> list[LinkVisit]:
    now = timezone.now()
    waiting = LinkVisit.objects.filter(_unclaimed(now), visited_at__isnull=True).order_by("pk")
    claimed = []
    for row in waiting[:MAX_LINKS]:
        mine = LinkVisit.objects.filter(_unclaimed(now), pk=row.pk, visited_at__isnull=True)
        if mine.update(claimed_at=now):
            claimed.append(row)
    return claimed


def _unclaimed(now: datetime) -> Q:
    return Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - timedelta(seconds=CLAIM_S))


def _is_waiting(row: LinkVisit, now: datetime) -> bool:
    is_claimed = row.claimed_at is not None and row.claimed_at >= now - timedelta(seconds=CLAIM_S)
    return row.visited_at is None and not is_claimed


def _key(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()
