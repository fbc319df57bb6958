"""What the breakers count, from the chunks' counters: one sum each, never a count over deliveries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import IntegerField, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone

from campaigns.breakers.models import BreakerLimits, BreakerTrip
from campaigns.breakers.rates import Figures, Limits
from campaigns.sending.counts import cause_key, count_column
from campaigns.sending.models import Chunk
from campaigns.sending.states import CampaignKind, DeliveryState, Reason

if TYPE_CHECKING:
    from django.db.models import QuerySet

ACCOUNT_WINDOW = timedelta(days=7)
_ANSWERED = (DeliveryState.DELIVERED, DeliveryState.BOUNCED, DeliveryState.COMPLAINED)
_FOR_GOOD = (Reason.MAILBOX_UNKNOWN, Reason.BOUNCED_OTHER)


def campaign_figures(campaign_id: int) -> Figures:
    """All that is known of one campaign."""
    return sum_figures(Chunk.objects.filter(campaign_id=campaign_id))


def counted_figures(campaign_id: int) -> Figures:
    """The campaign's figures since it was last let go on."""
    last = BreakerTrip.objects.filter(campaign_id=campaign_id, ended_at__isnull=False).order_by("-ended_at").first()
    now = campaign_figures(campaign_id)
    return now.since(Figures(last.answered_then, last.bounced_then, last.complained_then)) if last else now


def account_figures(account_id: int, *, since: datetime) -> Figures:
    """The account's campaigns whose people were settled since then, together."""
    return sum_figures(
        Chunk.objects.filter(
            campaign__account_id=account_id,
            campaign__campaign_kind=CampaignKind.CAMPAIGN,
            campaign__planned_at__gte=since,
        )
    )


def account_counts_from(account_id: int) -> datetime:
    """A week ago, or when the account was last let go on: campaigns planned earlier do not count."""
    last = BreakerTrip.objects.filter(account_id=account_id, campaign=None, ended_at__isnull=False)
    ended_at = last.order_by("-ended_at").values_list("ended_at", flat=True).first()
    week_ago = timezone.now() - ACCOUNT_WINDOW
    return max(week_ago, ended_at) if ended_at else week_ago


def limits_of(account_id: int | None) -> Limits:
    """The account's own limits, else the installation's, else the defaults."""
    rows = (
        BreakerLimits.objects.filter(account_id=account_id) if account_id is not None else BreakerLimits.objects.none()
    )
    row = rows.first() or BreakerLimits.objects.filter(account=None).first()
    if row is None:
        return Limits()
    return Limits(row.is_on, row.bounce_pct, row.complaint_pct, row.bounce_sample, row.complaint_sample)


def sum_figures(chunks: QuerySet[Chunk]) -> Figures:
    """The counters of these chunks, together."""
    sums = {state.name: Sum(count_column(state)) for state in _ANSWERED}
    sums |= {reason.name: Sum(_of_cause(DeliveryState.BOUNCED, reason)) for reason in _FOR_GOOD}
    found = {name: value or 0 for name, value in chunks.order_by().aggregate(**sums).items()}
    return Figures(
        answered=sum(found[state.name] for state in _ANSWERED),
        bounced=sum(found[reason.name] for reason in _FOR_GOOD),
        complained=found[DeliveryState.COMPLAINED.name],
    )


def _of_cause(state: DeliveryState, reason: Reason) -> Cast:
    return Cast(KeyTextTransform(cause_key(state, reason), "cause_counts"), IntegerField())
