"""Settling what is uncertain: by any event about it, or by a silence that proves that nothing was sent."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from campaigns.follow_ups.people import served_by_followers
from campaigns.sending.counts import cause_key
from campaigns.sending.finish import deliveries_of
from campaigns.sending.models import Attempt, Campaign, Chunk, DeliveryEvent
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.uncertain.by_choice import resend_by_choice
from campaigns.uncertain.evidence import Verdict
from campaigns.uncertain.moves import UNDECIDED, move_uncertain
from campaigns.uncertain.news import News, WayState, read_news, way_of
from campaigns.uncertain.witnesses import without_contradicted
from portal import metrics
from portal.activity import record_activity
from portal.aws import sqs
from portal.errors import OutsideError
from portal.failures.models import FailedMessage
from portal.generation.services import is_held
from portal.queues import QUEUES, QueueName, full_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

logger = logging.getLogger(__name__)

HEARD = (DeliveryState.ACCEPTED, Reason.NONE)
NOT_ACCEPTED = (DeliveryState.DEFERRED, Reason.NOT_ACCEPTED)
_BEYOND_HELP = frozenset({CampaignStatus.FAILED})  # nothing of it is sent any more, and nobody cancelled it
_CHUNKS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Settled:
    """People settled in one pass."""

    heard: int = 0  # an event was there
    proved: int = 0  # proved not accepted, to be sent once more


def settle_uncertain() -> Settled:
    """Settle whom evidence settles; safe to run at any time and twice. Everybody else stays as they are."""
    by_campaign: dict[int, list[Chunk]] = {}
    for chunk in _chunks_to_settle():
        by_campaign.setdefault(chunk.campaign_id, []).append(chunk)
    heard = proved = 0
    if is_held():
        return Settled()
    resend_by_choice(by_campaign)
    if by_campaign and not _has_unread_events():
        for campaign_id, found in by_campaign.items():
            settled = _settle_campaign(campaign_id, found)
            heard, proved = heard + settled.heard, proved + settled.proved
    metrics.count("uncertain.proved_count", proved)
    return Settled(heard, proved)


def _chunks_to_settle() -> list[Chunk]:
    """Where somebody is uncertain and nobody decided about them; of too many any ones, so that each has its turn."""
    causes = [cause_key(DeliveryState.UNCERTAIN, reason) for reason in UNDECIDED]
    doubtful = Chunk.objects.filter(uncertain_count__gt=0, cause_counts__has_any_keys=causes)
    ids = list(doubtful.order_by("campaign_id", "number").values_list("pk", flat=True))
    if len(ids) > _CHUNKS_AT_ONCE:
        ids = secrets.SystemRandom().sample(ids, _CHUNKS_AT_ONCE)
    return list(Chunk.objects.filter(pk__in=ids).order_by("campaign_id", "number").defer("cause_counts"))


def _has_unread_events() -> bool:
    """Whether events lie in the dead-letter queue, or were given back from there and not read yet, or that cannot be told.

    The one that matters may be among them.
    """
    name = full_name(settings.QUEUE_PREFIX, QUEUES[QueueName.SES_EVENTS].dlq_name)
    try:
        count = sqs.waiting_count(name)
    except OutsideError as error:
        logger.warning("settle.postponed", extra={"error": str(error)})
        return True
    if count:
        logger.warning("settle.waits_for_dead_letters", extra={"count": count})
    return count > 0 or _are_tried_again()  # in this order: noted as given back before the queue is empty


def _are_tried_again() -> bool:
    """Whether events that failed are on their way once more; who fails for a day is put aside, or was purged."""
    failed = FailedMessage.objects.filter(queue=QueueName.SES_EVENTS)
    retrying = Q(state=FailedMessage.State.RETRYING, last_failed_at__gt=timezone.now() - timedelta(days=1))
    return failed.filter(retrying | Q(state=FailedMessage.State.TRYING)).exists()


def _settle_campaign(campaign_id: int, chunks: Sequence[Chunk]) -> Settled:
    campaign = Campaign.objects.select_related("account").defer("body", "text_body").get(pk=campaign_id)
    way = way_of(campaign)
    news = read_news(way) if way else None
    may_prove = news is not None and news.state is WayState.WORKS and campaign.status not in _BEYOND_HELP
    heard = proved = 0
    for chunk in chunks:
        rows = undecided_of(chunk)
        heard_ids = _heard_among([pk for pk, _since in rows])
        heard += move_uncertain(chunk.pk, heard_ids, HEARD) if heard_ids else 0
        if may_prove and news is not None:
            ids = {pk for pk, since in rows if pk not in heard_ids and news.verdict(since) is Verdict.PROVED}
            ids -= served_by_followers(campaign_id, ids)
            believed = without_contradicted(chunk, ids, news)
            proved += move_uncertain(chunk.pk, believed, NOT_ACCEPTED) if believed else 0
    if proved and news is not None:
        _record(campaign, news, proved)
    return Settled(heard, proved)


def undecided_of(chunk: Chunk) -> list[tuple[int, datetime]]:
    """Ids of the chunk's uncertain deliveries that nobody decided about, each with the moment since when."""
    rows = deliveries_of(chunk).filter(state=DeliveryState.UNCERTAIN, reason__in=UNDECIDED).order_by("pk")
    calls = list(
        Attempt.objects.filter(chunk=chunk, outcome=Attempt.Outcome.UNCERTAIN)
        .order_by("-pk")
        .values_list("first_delivery_id", "last_delivery_id", "started_at")
    )

    def since(pk: int, changed_at: datetime) -> datetime:
        """The later of two clocks: the worker's, when it gave the call up, and the database's, when it began."""
        started = (started_at for first, last, started_at in calls if first <= pk <= last)
        return max(changed_at, next(started, changed_at))

    return [(pk, since(pk, changed_at)) for pk, changed_at in rows.values_list("pk", "changed_at")]


def _heard_among(delivery_ids: Sequence[int]) -> list[int]:
    """Those about whom SES said anything at all, so that it must have had their mail."""
    events = DeliveryEvent.objects.filter(delivery_id__in=delivery_ids)
    return sorted(set(events.values_list("delivery_id", flat=True)))


def _record(campaign: Campaign, news: News, people: int) -> None:
    seen_at = news.last_seen_at.isoformat() if news.last_seen_at else ""
    record_activity("campaign.settled", actor=None, target=campaign, people=people, heartbeat_seen_at=seen_at)
    logger.info("uncertain.proved", extra={"campaign": campaign.pk, "people": people})
