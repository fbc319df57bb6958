"""Counting campaigns and keeping the counts; what is read is equal to the rows, or says since when it is not."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max, Min
from django.utils import timezone

from campaigns.reports.counting_sql import count_by_day, count_by_domain
from campaigns.reports.figures import Line, largest, read_line
from campaigns.reports.models import CampaignReport
from campaigns.reports.sign import signs_of
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.states import CampaignKind
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

AT_ONCE_PEOPLE = 20_000  # counted while the page waits: some 50 ms
KEPT_DOMAINS = 200
WATCHED_DAYS = 60  # after its last mail a campaign's figures hardly move; an older one is counted when it is asked for
_RUN_S = 45.0  # of one run of the task, which comes every minute


@dataclass(frozen=True, slots=True)
class CountedReport:
    """A campaign's figures. `is_current`: they are those of the rows as they stand now."""

    days: list[Line]
    domains: list[Line]  # the KEPT_DOMAINS largest
    domain_count: int
    counted_at: datetime
    is_current: bool


def read_report(campaign_id: int) -> CountedReport | None:
    """The figures as they were counted last, counted now where that is quick; None when there is nothing yet."""
    return read_reports([campaign_id]).get(campaign_id)


def read_reports(campaign_ids: Collection[int]) -> dict[int, CountedReport]:
    """As `read_report`, of several; together they take no longer than one campaign of AT_ONCE_PEOPLE."""
    signs = signs_of(campaign_ids)
    kept = {report.campaign_id: report for report in CampaignReport.objects.filter(campaign__in=campaign_ids)}
    ends = _ends_of(signs)
    found: dict[int, CountedReport] = {}
    left = AT_ONCE_PEOPLE
    for campaign_id, sign in sorted(signs.items()):
        report = kept.get(campaign_id)
        if report is not None and report.rows_sign == sign:
            found[campaign_id] = _read(report, is_current=True)
        elif (people := ends[campaign_id][1] - ends[campaign_id][0] + 1) <= left:
            left -= people
            found[campaign_id] = _read(_count(campaign_id, ids=ends[campaign_id], sign=sign), is_current=True)
        elif report is not None:
            found[campaign_id] = _read(report, is_current=False)
    return found


def ask_for_count(campaign_ids: Iterable[int]) -> None:
    """Have these counted in the background."""
    for campaign_id in campaign_ids:
        publish(TaskName.WRITE_REPORT, campaign_id=campaign_id)


def write_report(campaign_id: int) -> None:
    """Count a campaign and keep the figures; harmless twice. The sign is read first: what moves meanwhile is seen."""
    sign = signs_of([campaign_id]).get(campaign_id)
    ends = _ends_of([campaign_id]).get(campaign_id)
    if sign is None or ends is None:
        return
    report = _count(campaign_id, ids=ends, sign=sign)
    values = {field: getattr(report, field) for field in _KEPT}
    CampaignReport.objects.update_or_create(campaign_id=campaign_id, defaults=values)


_KEPT = ("rows_sign", "days", "domains", "domain_count", "first_day", "last_day", "counted_at")


def write_stale_reports() -> int:
    """Count anew what has changed since it was counted, newest first, within a minute; how many were counted."""
    until_s = time.monotonic() + _RUN_S
    written = 0
    for campaign_id in stale_reports():
        if time.monotonic() > until_s:
            break
        write_report(campaign_id)
        written += 1
    return written


def stale_reports() -> list[int]:
    """Campaigns of the last weeks whose figures are not those of their rows, newest first."""
    since = timezone.now() - timedelta(days=WATCHED_DAYS)
    started = Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN, started_at__gte=since)
    ids = list(started.order_by("-pk").values_list("pk", flat=True))
    signs = signs_of(ids)
    kept = dict(CampaignReport.objects.filter(campaign__in=ids).values_list("campaign_id", "rows_sign"))
    return [campaign_id for campaign_id in ids if campaign_id in signs and kept.get(campaign_id) != signs[campaign_id]]


def _ends_of(campaign_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    chunks = Chunk.objects.order_by().filter(campaign_id__in=list(campaign_ids)).values_list("campaign_id")
    ends = chunks.annotate(Min("first_delivery_id"), Max("last_delivery_id"))
    return {campaign_id: (first, last) for campaign_id, first, last in ends}


def _count(campaign_id: int, *, ids: tuple[int, int], sign: str) -> CampaignReport:
    """A report of the rows as they stand; not saved."""
    days, domains = count_by_day(campaign_id, ids=ids), count_by_domain(campaign_id, ids=ids)
    return CampaignReport(
        campaign_id=campaign_id,
        rows_sign=sign,
        days=[line.stored() for line in days],
        domains=[line.stored() for line in largest(domains, most=KEPT_DOMAINS)],
        domain_count=len(domains),
        first_day=date.fromisoformat(days[0].key) if days else None,
        last_day=date.fromisoformat(days[-1].key) if days else None,
        counted_at=timezone.now(),
    )


def _read(report: CampaignReport, *, is_current: bool) -> CountedReport:
    return CountedReport(
        days=[read_line(stored) for stored in report.days],
        domains=[read_line(stored) for stored in report.domains],
        domain_count=report.domain_count,
        counted_at=report.counted_at,
        is_current=is_current,
    )
