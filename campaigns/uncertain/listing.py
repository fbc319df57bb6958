"""Who is uncertain, by name, with all that is known: the attempt, its error, and what the silence says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import IntegerField, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from campaigns.sending.counts import cause_key
from campaigns.sending.finish import deliveries_of
from campaigns.sending.models import Attempt, Campaign, Chunk, Delivery, DeliveryEvent
from campaigns.sending.states import DeliveryState, Reason
from campaigns.uncertain.news import News, read_news, way_of
from portal.row_ids import row_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from campaigns.uncertain.canary import Way

PAGE_SIZE = 50
_LEFT = cause_key(DeliveryState.UNCERTAIN, Reason.LEFT_OPEN)
_LEFT_COUNT = Coalesce(Cast(KeyTextTransform(_LEFT, "cause_counts"), IntegerField()), 0)
UNDECIDED = Coalesce(Sum("uncertain_count"), 0) - Coalesce(Sum(_LEFT_COUNT), 0)  # people, over chunks


@dataclass(frozen=True, slots=True)
class UncertainRow:
    """One person. `news` None: no news can come; `since`: when the call had begun and was given up."""

    delivery: Delivery
    campaign: Campaign
    attempt: Attempt | None
    events: list[str]  # SES's event types, in order
    news: News | None
    since: datetime

    @property
    def is_left(self) -> bool:
        return self.delivery.reason == Reason.LEFT_OPEN


@dataclass(frozen=True, slots=True)
class UncertainPage:
    """Some people, and the cursor of the page behind them ("" = no more)."""

    rows: list[UncertainRow]
    next_cursor: str


def count_uncertain(campaign_id: int | None = None) -> tuple[int, int]:
    """How many people are uncertain, and how many of them were left so by decision."""
    found = uncertain_chunks(campaign_id).order_by().aggregate(total=Sum("uncertain_count"), left=Sum(_LEFT_COUNT))
    return found["total"] or 0, found["left"] or 0


def has_uncertain(campaign_id: int) -> bool:
    """Whether anybody of the campaign is uncertain."""
    return uncertain_chunks(campaign_id).exists()


def uncertain_page(campaign_id: int | None = None, *, cursor: str = "", size: int = PAGE_SIZE) -> UncertainPage:
    """One page: newest campaign first, in it the order of sending. `cursor` is "<campaign>-<delivery>"."""
    chunks = uncertain_chunks(campaign_id)
    last_campaign, last_delivery = _read_cursor(cursor)
    if last_campaign:
        behind = Q(campaign_id=last_campaign, last_delivery_id__gt=last_delivery)
        chunks = chunks.filter(Q(campaign_id__lt=last_campaign) | behind)
    found: list[tuple[Chunk, Delivery]] = []
    for chunk in chunks.order_by("-campaign_id", "number")[: size + 1]:
        rows = deliveries_of(chunk).filter(state=DeliveryState.UNCERTAIN).select_related("contact").order_by("pk")
        if chunk.campaign_id == last_campaign:
            rows = rows.filter(pk__gt=last_delivery)
        found += [(chunk, row) for row in rows[: size + 1 - len(found)]]
        if len(found) > size:
            break
    shown = found[:size]
    last = shown[-1][1] if shown else None
    has_more = len(found) > size and last is not None
    return UncertainPage(_rows(shown), f"{last.campaign_id}-{last.pk}" if last and has_more else "")


def uncertain_chunks(campaign_id: int | None = None) -> QuerySet[Chunk]:
    """The chunks with somebody uncertain, of one campaign or of all."""
    chunks = Chunk.objects.filter(uncertain_count__gt=0)
    return chunks if campaign_id is None else chunks.filter(campaign_id=campaign_id)


def _read_cursor(cursor: str) -> tuple[int, int]:
    campaign, _dash, delivery = map(row_id, cursor.partition("-"))
    return (campaign, delivery) if campaign and delivery else (0, 0)


def _rows(found: Sequence[tuple[Chunk, Delivery]]) -> list[UncertainRow]:
    campaigns = Campaign.objects.select_related("account").defer("body", "text_body")
    by_id = campaigns.in_bulk({delivery.campaign_id for _chunk, delivery in found})
    ways = {pk: way_of(campaign) for pk, campaign in by_id.items()}
    news: dict[Way, News] = {way: read_news(way) for way in ways.values() if way is not None}
    attempts = _attempts({chunk.pk for chunk, _delivery in found})
    events = _events([delivery.pk for _chunk, delivery in found])
    rows = []
    for chunk, delivery in found:
        calls = attempts.get(chunk.pk, [])
        attempt = next((one for one in calls if one.first_delivery_id <= delivery.pk <= one.last_delivery_id), None)
        way = ways[delivery.campaign_id]
        rows.append(
            UncertainRow(
                delivery=delivery,
                campaign=by_id[delivery.campaign_id],
                attempt=attempt,
                events=events.get(delivery.pk, []),
                news=news[way] if way else None,
                since=max(delivery.changed_at, attempt.started_at) if attempt else delivery.changed_at,
            )
        )
    return rows


def _attempts(chunk_ids: set[int]) -> dict[int, list[Attempt]]:
    """The calls whose answers were lost, by chunk, newest first."""
    found: dict[int, list[Attempt]] = {}
    lost = Attempt.objects.filter(chunk__in=chunk_ids, outcome=Attempt.Outcome.UNCERTAIN)
    for attempt in lost.order_by("-pk"):
        found.setdefault(attempt.chunk_id, []).append(attempt)
    return found


def _events(delivery_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = DeliveryEvent.objects.filter(delivery_id__in=delivery_ids).order_by("happened_at")
    for delivery_id, event_type in rows.values_list("delivery_id", "event_type"):
        found.setdefault(delivery_id, []).append(event_type.replace("_", " "))
    return found
