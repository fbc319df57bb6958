"""All campaigns of a range of days together: by day, by campaign, by recipient domain, by cause."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from campaigns.reports.figures import Line, Sums, largest, total
from campaigns.reports.models import CampaignReport
from campaigns.reports.services import KEPT_DOMAINS, CountedReport, read_reports
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.states import CampaignKind, DeliveryState, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_DAYS = 1100  # three years
_BEGINS_BEFORE = timedelta(days=90)  # a campaign may be sent over weeks


@dataclass(frozen=True, slots=True)
class Range:
    """Days, both included, in the portal's time zone."""

    first: date
    last: date

    @property
    def day_count(self) -> int:
        return (self.last - self.first).days + 1

    def holds(self, day: str) -> bool:
        """Whether an ISO day lies within."""
        return self.first.isoformat() <= day <= self.last.isoformat()


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """What one campaign sent within the range."""

    campaign: Campaign
    sums: Sums
    counted_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class CauseLine:
    """Why mails of the range's campaigns did not arrive, or never left."""

    state: DeliveryState
    reason: Reason
    people: int


@dataclass(frozen=True, slots=True)
class OverTime:
    """The report of a range. Its days add up to `sums`, and so do its campaigns.

    `domains` are whole campaigns, the largest domains of each; `is_uncounted` are campaigns too large to count while the
    page waits, and not counted yet.
    """

    days: list[Line]
    campaigns: list[CampaignLine]
    domains: list[Line]
    other_domains: Sums
    causes: list[CauseLine]
    uncounted: list[Campaign]

    @property
    def sums(self) -> Sums:
        return total(self.days)

    @property
    def stale(self) -> list[CampaignLine]:
        return [line for line in self.campaigns if not line.is_current]


def read_over_time(wanted: Range) -> OverTime:
    """The report of these days."""
    campaigns = {campaign.pk: campaign for campaign in _campaigns_of(wanted)}
    reports = read_reports(campaigns)
    days: defaultdict[str, Sums] = defaultdict(Sums)
    lines: list[CampaignLine] = []
    for campaign_id, report in sorted(reports.items(), reverse=True):
        within = [line for line in report.days if wanted.holds(line.key)]
        for line in within:
            days[line.key] += line.sums
        if within:
            lines.append(CampaignLine(campaigns[campaign_id], total(within), report.counted_at, report.is_current))
    domains, other = _domains_of(reports[line.campaign.pk] for line in lines)
    return OverTime(
        days=[Line(day, days[day]) for day in _every_day(wanted)],
        campaigns=lines,
        domains=domains,
        other_domains=other,
        causes=_causes_of([line.campaign.pk for line in lines]),
        uncounted=[campaign for campaign_id, campaign in campaigns.items() if _is_uncounted(campaign_id, reports)],
    )


def _campaigns_of(wanted: Range) -> Iterable[Campaign]:
    """Those that may have sent within the range: counted there, or started before its end and not long before it."""
    zone = timezone.get_default_timezone()
    begin = datetime.combine(wanted.first, time.min, zone) - _BEGINS_BEFORE
    end = datetime.combine(wanted.last + timedelta(days=1), time.min, zone)
    counted = CampaignReport.objects.filter(first_day__lte=wanted.last, last_day__gte=wanted.first).values("campaign")
    started = Q(started_at__gte=begin, started_at__lt=end) | Q(pk__in=counted)
    campaigns = Campaign.objects.filter(started, campaign_kind=CampaignKind.CAMPAIGN)
    return campaigns.defer("body", "text_body").order_by("-pk")


def _is_uncounted(campaign_id: int, reports: dict[int, CountedReport]) -> bool:
    return campaign_id not in reports and Chunk.objects.filter(campaign_id=campaign_id).exists()


def _every_day(wanted: Range) -> list[str]:
    return [(wanted.first + timedelta(days=number)).isoformat() for number in range(wanted.day_count)]


def _domains_of(reports: Iterable[CountedReport]) -> tuple[list[Line], Sums]:
    found: defaultdict[str, Sums] = defaultdict(Sums)
    everything = Sums()
    for report in reports:
        everything += total(report.days)
        for line in report.domains:
            found[line.key] += line.sums
    shown = largest([Line(domain, sums) for domain, sums in found.items()], most=KEPT_DOMAINS)
    return shown, everything - total(shown)


def _causes_of(campaign_ids: list[int]) -> list[CauseLine]:
    counts: Counter[str] = Counter()
    for causes in Chunk.objects.filter(campaign_id__in=campaign_ids).values_list("cause_counts", flat=True):
        counts.update(causes)
    return [_cause_line(key, people) for key, people in counts.most_common() if people]


def _cause_line(key: str, people: int) -> CauseLine:
    state, reason = key.split(":")
    return CauseLine(DeliveryState(int(state)), Reason(int(reason)), people)
