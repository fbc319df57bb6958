"""People whose fate is not known, the calls that lost them, and the heartbeats around."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from campaigns.sending.models import Attempt, Campaign, Chunk, Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.sending.stops import CampaignStop
from campaigns.uncertain.models import Canary
from tests.factories.sending import make_account, make_campaign, plan_people

LOST = (DeliveryState.UNCERTAIN, Reason.ANSWER_LOST)
DIED = (DeliveryState.UNCERTAIN, Reason.WORKER_DIED)


def make_way(configuration_set: str = "postroom", **fields):
    account = make_account(**fields)
    account.configuration_set = configuration_set
    account.save()
    return account


def make_beat(account, *, sent_ago_s: float, lag_s: float | None = 2.0, **fields) -> Canary:
    """A heartbeat sent so many seconds ago; `lag_s` None: it never came back."""
    sent_at = timezone.now() - timedelta(seconds=sent_ago_s)
    seen_at = None if lag_s is None else sent_at + timedelta(seconds=lag_s)
    fields = {"configuration_set": account.configuration_set, "outcome": Canary.Outcome.ACCEPTED} | fields
    return Canary.objects.create(account=account, sent_at=sent_at, seen_at=seen_at, **fields)


def doubtful_campaign(
    states=(LOST,) * 3, *, ago_s: float = 3600, status: CampaignStatus = CampaignStatus.COMPLETED, **fields
) -> Campaign:
    """A campaign with a lost call per chunk of ten, so many seconds ago."""
    if "account" not in fields:
        fields["account"] = make_way()
    campaign = make_campaign(fields.pop("name", "Doubtful letter"), status=status, started_at=timezone.now(), **fields)
    made = plan_people(campaign, list(states), prefix=f"doubt-{campaign.pk}-")
    moment = timezone.now() - timedelta(seconds=ago_s)
    Delivery.objects.filter(pk__in=[row.pk for row in made]).update(changed_at=moment, attempt_count=1)
    for chunk in Chunk.objects.filter(campaign=campaign):
        make_call(chunk, moment=moment)
    return campaign


def make_call(
    chunk: Chunk, *, moment=None, outcome: str = Attempt.Outcome.UNCERTAIN, accepted_count: int = 0
) -> Attempt:
    moment = moment or timezone.now()
    return Attempt.objects.create(
        chunk=chunk,
        first_delivery_id=chunk.first_delivery_id,
        last_delivery_id=chunk.last_delivery_id,
        delivery_count=chunk.last_delivery_id - chunk.first_delivery_id + 1,
        outcome=outcome,
        accepted_count=accepted_count,
        error="Connection reset by peer" if outcome == Attempt.Outcome.UNCERTAIN else "",
        started_at=moment,
        finished_at=moment,
    )


def people_in_doubt() -> Campaign:
    account = make_way()
    make_beat(account, sent_ago_s=1800, lag_s=3)
    make_beat(account, sent_ago_s=400, lag_s=2)
    left = (DeliveryState.UNCERTAIN, Reason.LEFT_OPEN)
    doubtful_campaign([LOST, DIED], name="Older letter", account=make_account(name="Without news"), ago_s=90_000)
    states = [DeliveryState.DELIVERED, LOST, LOST, DIED, left, DeliveryState.ACCEPTED]
    return doubtful_campaign(states, name="Spring letter", ago_s=300)


def a_stopped_campaign() -> Campaign:
    states = [DeliveryState.ACCEPTED] * 9 + [LOST] + [DeliveryState.SENDING] * 10 + [DeliveryState.QUEUED] * 30
    campaign = doubtful_campaign(states, name="Stopped letter", status=CampaignStatus.PAUSED, ago_s=60)
    first, second = Attempt.objects.filter(chunk__campaign=campaign).order_by("pk")[:2]
    Attempt.objects.filter(pk=first.pk).update(accepted_count=9)
    Attempt.objects.filter(pk=second.pk).update(outcome=Attempt.Outcome.OPEN)
    CampaignStop.objects.create(campaign=campaign, deed="paused", attempt_ids=[first.pk, second.pk])
    return campaign
