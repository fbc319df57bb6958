"""Where a campaign stands, from its chunks' counters alone: never a count over deliveries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Sum

from campaigns.sending.advice import what_next
from campaigns.sending.counts import count_column
from campaigns.sending.estimate import Estimate, estimate, usable_quota
from campaigns.sending.models import Chunk, Delivery
from campaigns.sending.speed import rate_points
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign

# The eight groups of the progress page, in the order of the bar; together they are everybody.
GROUPS: dict[str, tuple[DeliveryState, ...]] = {
    "delivered": (DeliveryState.DELIVERED,),
    "accepted": (DeliveryState.ACCEPTED,),
    "bounced": (DeliveryState.BOUNCED,),
    "complained": (DeliveryState.COMPLAINED,),
    "failed": (DeliveryState.REFUSED, DeliveryState.UNCERTAIN),
    "skipped": (DeliveryState.SKIPPED, DeliveryState.CANCELLED),
    "sending": (DeliveryState.SENDING,),
    "queued": (DeliveryState.QUEUED, DeliveryState.DEFERRED),
}
RATE_WINDOW_S = 30


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of trouble in one campaign, with an example and what happens next."""

    state: DeliveryState
    reason: Reason
    people: int
    example: str  # an address
    what_next: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything the live page shows. `groups` has the keys of GROUPS and sums to `total`."""

    total: int
    states: dict[DeliveryState, int]
    groups: dict[str, int]
    handled: int
    percent: float
    is_final: bool
    rate_now_per_s: float
    allowed_per_s: float
    seconds_left: float | None  # None: cannot be told
    quota_24h: float
    quota_used: float
    is_quota_enough: bool
    rate_points: list[tuple[int, float]]
    causes: list[Cause]
    is_out_of_quota: bool = False  # nothing leaves before it frees
    outlook: Estimate | None = None  # while the quota, not the rate, says when it ends


def state_counts(campaign_id: int) -> dict[DeliveryState, int]:
    """How many deliveries of the campaign stand in each state; 2,000 chunk rows for a million people."""
    sums = Chunk.objects.filter(campaign_id=campaign_id).aggregate(
        **{state.name: Sum(count_column(state)) for state in DeliveryState}
    )
    return {state: sums[state.name] or 0 for state in DeliveryState}


def read_progress(campaign: Campaign) -> Progress:
    """The campaign's progress now."""
    states = state_counts(campaign.pk)
    groups = {name: sum(states[state] for state in members) for name, members in GROUPS.items()}
    total = sum(states.values())
    waiting = groups["queued"] + groups["sending"]
    points = rate_points(campaign.pk)
    rate_now = _rate_now(points)
    account = campaign.account
    allowed = account.max_rate_per_s if account else 0.0
    return Progress(
        total=total,
        states=states,
        groups=groups,
        handled=total - waiting,
        percent=100.0 * (total - waiting) / total if total else 0.0,
        is_final=campaign.status in FINAL_STATUSES and not waiting,
        rate_now_per_s=rate_now,
        allowed_per_s=allowed,
        seconds_left=_seconds_left(campaign, waiting, rate_now),
        quota_24h=account.quota_24h if account else 0.0,
        quota_used=account.sent_24h + account.reserved_since_refresh if account else 0.0,
        is_quota_enough=account is not None and usable_quota(account) >= groups["queued"],
        rate_points=points,
        causes=read_causes(campaign.pk),
        is_out_of_quota=account is not None and usable_quota(account) < 1,
        outlook=_outlook(campaign, waiting),
    )


FINAL_STATUSES = frozenset({CampaignStatus.COMPLETED, CampaignStatus.CANCELLED, CampaignStatus.FAILED})


def _rate_now(points: list[tuple[int, float]]) -> float:
    recent = points[-RATE_WINDOW_S // 5 :]
    return sum(rate for _at, rate in recent) / len(recent) if recent else 0.0


def _seconds_left(campaign: Campaign, waiting: int, rate_now: float) -> float | None:
    if not waiting:
        return 0.0
    if campaign.status != CampaignStatus.IN_PROGRESS or campaign.account is None:
        return None
    if (expected := _outlook(campaign, waiting)) is not None:
        return expected.duration_s
    rate = rate_now or campaign.account.max_rate_per_s * campaign.account.rho
    return waiting / rate if rate > 0 else None


def _outlook(campaign: Campaign, waiting: int) -> Estimate | None:
    account = campaign.account
    if account is None or campaign.status != CampaignStatus.IN_PROGRESS or usable_quota(account) >= waiting:
        return None
    expected = estimate(account, waiting, campaign_id=campaign.pk)
    return expected if expected.waits_for_quota else None


def cause_counts(campaign_id: int) -> Counter[str]:
    """People by cause, keyed as in Chunk.cause_counts."""
    sums: Counter[str] = Counter()
    rows = Chunk.objects.filter(campaign_id=campaign_id).exclude(cause_counts={})
    for counts in rows.values_list("cause_counts", flat=True):
        sums.update(counts)
    return sums


def read_causes(campaign_id: int) -> list[Cause]:
    """What went wrong, by cause, most people first."""
    sums: Counter[str] = Counter()
    chunk_of: dict[str, int] = {}
    rows = Chunk.objects.filter(campaign_id=campaign_id).exclude(cause_counts={})
    for number, counts in rows.order_by("number").values_list("number", "cause_counts"):
        for key, count in counts.items():
            sums[key] += count
            chunk_of.setdefault(key, number)
    causes = [_cause(campaign_id, key, people, chunk_of[key]) for key, people in sums.most_common() if people > 0]
    return [cause for cause in causes if cause is not None]


def _cause(campaign_id: int, key: str, people: int, chunk_number: int) -> Cause | None:
    state_number, reason_number = key.split(":")
    state, reason = DeliveryState(int(state_number)), Reason(int(reason_number))
    chunk = Chunk.objects.get(campaign_id=campaign_id, number=chunk_number)
    example = Delivery.objects.filter(
        campaign_id=campaign_id,
        pk__gte=chunk.first_delivery_id,
        pk__lte=chunk.last_delivery_id,
        state=state,
        reason=reason,
    ).first()
    return Cause(state, reason, people, example.address if example else "", what_next(state, reason))
