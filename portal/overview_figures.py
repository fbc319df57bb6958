"""The overview's numbers: everything from the counters of chunks, never a count over deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.speed import rate_points
from campaigns.sending.states import CampaignKind, CampaignStatus
from portal.figures import DayChart, Series

if TYPE_CHECKING:
    from collections.abc import Iterable

CHART_DAYS = 14
BOUNCE_LIMIT = 0.05  # where SES puts an account under review
COMPLAINT_LIMIT = 0.001
_LIVE_SHOWN = 3
_RATE_POINTS = 6  # of five seconds each
_COUNTED = (
    "queued",
    "sending",
    "accepted",
    "delivered",
    "bounced",
    "complained",
    "refused",
    "deferred",
    "uncertain",
    "skipped",
    "cancelled",
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many deliveries stand in each state, summed over chunks."""

    queued: int = 0
    sending: int = 0
    accepted: int = 0
    delivered: int = 0
    bounced: int = 0
    complained: int = 0
    refused: int = 0
    deferred: int = 0
    uncertain: int = 0
    skipped: int = 0
    cancelled: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in _COUNTED})

    @property
    def sent(self) -> int:
        """What the provider took."""
        return self.accepted + self.delivered + self.bounced + self.complained

    @property
    def arrived(self) -> int:
        """What was delivered; a complaint proves that it was."""
        return self.delivered + self.complained

    @property
    def answered(self) -> int:
        """What SES has said something about since."""
        return self.delivered + self.bounced + self.complained

    @property
    def total(self) -> int:
        return sum(getattr(self, name) for name in _COUNTED)

    @property
    def handled(self) -> int:
        return self.total - self.queued - self.sending - self.deferred


def counts_of(campaign_ids: Iterable[int]) -> dict[int, Counts]:
    """The counts of these campaigns in one query; a campaign without chunks is missing."""
    rows = Chunk.objects.filter(campaign_id__in=list(campaign_ids)).values("campaign_id")
    summed = rows.annotate(**{name: Sum(f"{name}_count") for name in _COUNTED})
    return {row.pop("campaign_id"): Counts(**row) for row in summed}


@dataclass(frozen=True, slots=True)
class Started:
    """A campaign of the charted days."""

    campaign_id: int
    name: str
    day: date
    counts: Counts


def read_started(today: date) -> list[Started]:
    """Campaigns started within the charted days, local dates."""
    first = today - timedelta(days=CHART_DAYS - 1)
    since = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    campaigns = Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN, started_at__gte=since)
    rows = list(campaigns.values_list("pk", "name", "started_at"))
    counts = counts_of(pk for pk, _name, _at in rows)
    return [
        Started(pk, name, timezone.localtime(started_at).date(), counts.get(pk, Counts()))
        for pk, name, started_at in rows
        if started_at is not None
    ]


@dataclass(frozen=True, slots=True)
class Week:
    """The last seven days beside the seven before."""

    counts: Counts
    sent_before: int

    @property
    def change(self) -> float | None:
        """Share by which the week grew; None when nothing was sent in the week before."""
        return self.counts.sent / self.sent_before - 1 if self.sent_before else None

    @property
    def delivered_share(self) -> float | None:
        counts = self.counts
        return counts.arrived / counts.answered if counts.answered else None

    @property
    def bounced_share(self) -> float | None:
        return self.counts.bounced / self.counts.sent if self.counts.sent else None

    @property
    def complained_share(self) -> float | None:
        return self.counts.complained / self.counts.sent if self.counts.sent else None


def summarise_week(started: list[Started], today: date) -> Week:
    """Sums over the last seven local days, today included."""
    boundary = today - timedelta(days=7)
    now, before = Counts(), Counts()
    for campaign in started:
        if campaign.day > boundary:
            now += campaign.counts
        else:
            before += campaign.counts
    return Week(now, before.sent)


def chart_days(started: list[Started], today: date) -> DayChart:
    """Messages by the day on which their campaign started."""
    days = [today - timedelta(days=back) for back in range(CHART_DAYS - 1, -1, -1)]
    by_day = dict.fromkeys(days, Counts())
    for campaign in started:
        if campaign.day in by_day:
            by_day[campaign.day] += campaign.counts
    return DayChart(
        label=_("Messages per day, last 14 days"),
        series=[
            Series("delivered", _("delivered")),
            Series("accepted", _("no answer yet")),
            Series("bounced", _("bounced")),
            Series("complained", _("complained")),
        ],
        days=days,
        values=[[found.delivered, found.accepted, found.bounced, found.complained] for found in by_day.values()],
    )


@dataclass(frozen=True, slots=True)
class LiveCampaign:
    """A campaign that is being sent, or about to be."""

    campaign: Campaign
    counts: Counts
    rate_per_s: float

    @property
    def percent(self) -> int:
        return int(100 * self.counts.handled / self.counts.total) if self.counts.total else 0

    @property
    def share(self) -> float:
        return self.counts.handled / self.counts.total if self.counts.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        waiting = self.counts.total - self.counts.handled
        return waiting / self.rate_per_s if self.rate_per_s > 0 and waiting else None


def read_live() -> list[LiveCampaign]:
    """What leaves now, newest first; at most three."""
    campaigns = Campaign.objects.filter(
        campaign_kind=CampaignKind.CAMPAIGN, status__in=(CampaignStatus.PENDING, CampaignStatus.IN_PROGRESS)
    ).order_by("-pk")[:_LIVE_SHOWN]
    found = list(campaigns.defer("body", "text_body"))
    counts = counts_of(campaign.pk for campaign in found)
    return [LiveCampaign(each, counts.get(each.pk, Counts()), _rate_of(each.pk)) for each in found]


def _rate_of(campaign_id: int) -> float:
    points = rate_points(campaign_id)[-_RATE_POINTS:]
    return sum(rate for _at, rate in points) / len(points) if points else 0.0
