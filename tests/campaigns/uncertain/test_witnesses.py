from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.sending.models import Acceptance, Attempt, Chunk, Delivery, DeliveryEvent
from campaigns.sending.states import DeliveryState
from campaigns.uncertain.settle import Settled, settle_uncertain
from tests.factories.uncertain import LOST, doubtful_campaign, make_beat, make_call, make_way

pytestmark = pytest.mark.django_db

AN_HOUR_AGO_S = 3600


@pytest.fixture
def doubt():
    """Two people of one lost call, then one of an answered call a moment later; heartbeats say that all is well."""
    account = make_way()
    make_beat(account, sent_ago_s=7200)
    make_beat(account, sent_ago_s=600)
    campaign = doubtful_campaign([LOST] * 2, account=account)
    lost = Attempt.objects.get()
    other = Delivery.objects.create(
        campaign=campaign, address="w@club.example", address_key="w@club.example", chunk_number=1,
        state=DeliveryState.ACCEPTED, attempt_count=1,
    )  # fmt: skip
    chunk = Chunk.objects.create(
        campaign=campaign,
        number=1,
        first_delivery_id=other.pk,
        last_delivery_id=other.pk,
        accepted_count=1,
        is_open=False,
    )
    moment = timezone.now() - timedelta(seconds=AN_HOUR_AGO_S - 5)
    answered = make_call(chunk, moment=moment, outcome=Attempt.Outcome.ANSWERED, accepted_count=1)
    Acceptance.objects.create(delivery_id=other.pk, attempt_id=answered.pk, ses_message_id="m", accepted_at=moment)
    return lost, answered


def hear_of(delivery_id: int) -> None:
    moment = timezone.now() - timedelta(seconds=AN_HOUR_AGO_S - 10)
    DeliveryEvent.objects.create(
        delivery_id=delivery_id, event_key=str(delivery_id), event_type="send", happened_at=moment
    )


def test_news_of_the_answered_calls_around_lets_silence_count(doubt):
    _lost, answered = doubt
    hear_of(answered.first_delivery_id)
    assert settle_uncertain() == Settled(proved=2)


def test_nobody_is_resent_when_news_of_an_answered_call_nearby_is_missing(doubt):
    assert settle_uncertain() == Settled()


def test_an_answered_call_long_before_is_no_witness(doubt):
    _lost, answered = doubt
    Attempt.objects.filter(pk=answered.pk).update(started_at=timezone.now() - timedelta(days=2))
    assert settle_uncertain() == Settled(proved=2)


def test_news_of_one_means_that_ses_had_the_whole_call(doubt):
    lost, answered = doubt
    hear_of(answered.first_delivery_id)
    hear_of(lost.first_delivery_id)
    assert settle_uncertain() == Settled(heard=1)
    assert settle_uncertain() == Settled()


def test_news_of_others_between_the_people_of_a_call_says_nothing_about_it(doubt):
    lost, answered = doubt
    hear_of(answered.first_delivery_id)
    hear_of(lost.first_delivery_id)
    Attempt.objects.filter(pk=lost.pk).update(delivery_count=1)
    assert settle_uncertain() == Settled(heard=1, proved=1)


def test_what_became_of_a_call_before_the_last_says_nothing_about_the_last(doubt):
    lost, answered = doubt
    hear_of(answered.first_delivery_id)
    again = make_call(
        lost.chunk, moment=lost.started_at + timedelta(seconds=60), outcome=Attempt.Outcome.UNCERTAIN
    )  # the second person alone, after the first one was sent to once more
    Attempt.objects.filter(pk=again.pk).update(first_delivery_id=lost.last_delivery_id, delivery_count=1)
    Delivery.objects.filter(pk=lost.first_delivery_id).update(state=DeliveryState.DELIVERED)
    Chunk.objects.filter(pk=lost.chunk_id).update(uncertain_count=1)
    hear_of(lost.first_delivery_id)
    assert settle_uncertain() == Settled(proved=1)
