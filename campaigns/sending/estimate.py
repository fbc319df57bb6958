"""How long a campaign will take and what it costs, before it is sent and while it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, F, Sum
from django.utils import timezone

from campaigns.scheduling.sent import sent_in_window
from campaigns.scheduling.window import Slice, Spread, after, spread
from campaigns.sending.models import Chunk
from campaigns.sending.states import CampaignStatus

if TYPE_CHECKING:
    from campaigns.sending.models import SendingAccount


@dataclass(frozen=True, slots=True)
class Sharing:
    """Other campaigns that go out through the same account, with the people who still wait in them."""

    campaigns: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What to expect. `waits_for_quota`: recipients that the 24-hour quota lets out only later.

    `goes_on_at`: when the first of them leaves. `days`: how many leave on which day, in the reader's zone.
    """

    duration_s: float
    finishes_at: datetime
    cost_usd: float
    waits_for_quota: int
    goes_on_at: datetime | None = None
    days: list[tuple[date, int]] = field(default_factory=list)
    sharing: Sharing = field(default_factory=Sharing)


def usable_quota(account: SendingAccount) -> float:
    """Recipients a campaign may still use of the 24-hour quota; infinite when unlimited."""
    kept_back = max(0.0, account.quota_24h) * settings.QUOTA_RESERVE_PCT / 100
    return max(0.0, account.quota_left - kept_back)


def estimate(
    account: SendingAccount, recipients: int, *, start_at: datetime | None = None, campaign_id: int | None = None
) -> Estimate:
    """Duration from the rate and the rolling quota, what others wait for before it; cost by SES's price per 1,000, none of a relay.

    `campaign_id`: the campaign itself, which is none of the others.
    """
    now = timezone.now()
    sharing = sharing_of(account, besides=campaign_id)
    starts_in_s = max(0.0, ((start_at or now) - now).total_seconds())
    found = spread_of(account, sharing.people + recipients, starts_in_s=starts_in_s)
    own = after(found, sharing.people)
    ends_in_s = own[-1].ends_in_s if own else starts_in_s
    return Estimate(
        duration_s=ends_in_s - starts_in_s,
        finishes_at=now + timedelta(seconds=ends_in_s),
        cost_usd=recipients / 1000 * settings.SES_PRICE_PER_1000_USD if account.is_ses else 0.0,
        waits_for_quota=_waiting(found, own, recipients),
        goes_on_at=None if found.goes_on_in_s is None else now + timedelta(seconds=found.goes_on_in_s),
        days=_by_day(own, now),
        sharing=sharing,
    )


def spread_of(account: SendingAccount, people: float, *, starts_in_s: float = 0.0) -> Spread:
    """So many people through the account's rate and its rolling quota, campaigns' share of it."""
    rate_per_s = max(account.max_rate_per_s * account.rho, 0.01)
    if account.quota_24h < 0:
        return spread(people, rate_per_s=rate_per_s, usable=float("inf"), sent=(), starts_in_s=starts_in_s)
    usable = account.quota_24h * (1 - settings.QUOTA_RESERVE_PCT / 100)
    sent = sent_in_window(account)
    return spread(people, rate_per_s=rate_per_s, usable=usable, sent=sent, starts_in_s=starts_in_s)


def sharing_of(account: SendingAccount, *, besides: int | None) -> Sharing:
    """What runs through the account beside one campaign; waves whose time has not come do not count."""
    chunks = Chunk.objects.filter(is_open=True, not_before__isnull=True, campaign__account=account)
    chunks = chunks.filter(campaign__status=CampaignStatus.IN_PROGRESS)
    if besides is not None:
        chunks = chunks.exclude(campaign_id=besides)
    found = chunks.aggregate(
        campaigns=Count("campaign_id", distinct=True), people=Sum(F("queued_count") + F("deferred_count"))
    )
    return Sharing(found["campaigns"], found["people"] or 0)


def _waiting(found: Spread, own: list[Slice], recipients: int) -> int:
    if found.held_in_s is None:
        return 0
    before = sum(part.count for part in own if part.starts_in_s < found.held_in_s)
    return max(0, recipients - int(before))


def _by_day(own: list[Slice], now: datetime) -> list[tuple[date, int]]:
    """People by local day; a slice counts for the day on which it begins."""
    sums: dict[date, float] = {}
    for part in own:
        day = timezone.localdate(now + timedelta(seconds=part.starts_in_s))
        sums[day] = sums.get(day, 0.0) + part.count
    return _rounded(sums)


def _rounded(sums: dict[date, float]) -> list[tuple[date, int]]:
    """Whole people that still add up: what is cut off one day is carried to the next."""
    days, done, shown = [], 0.0, 0
    for day, people in sorted(sums.items()):
        done += people
        days.append((day, round(done) - shown))
        shown = round(done)
    return days
