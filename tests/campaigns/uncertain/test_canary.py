from __future__ import annotations

import pytest

from campaigns.sending.event_reader import CANARY_TAG
from campaigns.sending.models import SendingAccount
from campaigns.sending.pacing import Lane, begin_probing, reserve
from campaigns.uncertain.canary import beat, note_seen
from campaigns.uncertain.models import Canary
from campaigns.uncertain.news import ALERT, WayState, news_of_account, watch
from portal.alerts.models import Alert
from portal.errors import AnswerLost, Refused
from tests.factories.sending import make_finished_campaign
from tests.factories.uncertain import doubtful_campaign, make_beat, make_way

pytestmark = pytest.mark.django_db


@pytest.fixture
def way():
    account = make_way()
    campaign = make_finished_campaign()
    campaign.started_at = campaign.created_at
    campaign.save()
    return account


def test_the_heartbeat_goes_to_the_simulator_through_the_same_set_with_its_tag(way, ses):
    assert beat() == 1
    [request] = ses.requests
    canary = Canary.objects.get()
    assert request["ConfigurationSetName"] == "postroom"
    assert request["EmailTags"] == [{"Name": CANARY_TAG, "Value": str(canary.pk)}]
    assert ses.recipients()[0].endswith("@simulator.amazonses.com")
    assert canary.outcome == Canary.Outcome.ACCEPTED


def test_it_comes_hourly_and_every_ten_minutes_while_somebody_is_uncertain(way, ses):
    make_beat(way, sent_ago_s=1800)
    assert beat() == 0
    doubtful_campaign()
    assert beat() == 1
    assert beat() == 0


def test_it_takes_no_slot_of_a_provider_that_refuses_everything(way, ses):
    begin_probing(way.pk)
    SendingAccount.objects.update(next_probe_at_s=0.0)
    assert beat() == 0
    assert reserve(way.pk, 1, lane=Lane.CAMPAIGN).is_probe


def test_it_can_be_switched_off(way, ses, settings):
    settings.CANARY_EVERY_S = 0
    assert beat() == 0
    assert ses.calls == 0


def test_without_a_configuration_set_or_a_sender_none_is_sent(ses):
    make_way(configuration_set="")
    doubtful_campaign(account=make_way(configuration_set=""))
    assert beat() == 0


def test_the_sender_can_be_named(ses, settings):
    settings.CANARY_FROM_ADDRESS = "pulse@postroom.example"
    make_way()
    assert beat() == 1
    assert ses.requests[0]["FromEmailAddress"] == "pulse@postroom.example"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(AnswerLost("reset", service="ses"), "unsure"), (Refused("no", service="ses", code="MessageRejected"), "refused")],
)
def test_what_ses_did_not_surely_take_is_not_missed_later(way, ses, error, outcome):
    ses.fail_next(error)
    assert beat() == 0
    assert Canary.objects.get().outcome == outcome


def test_the_first_event_counts_and_gives_the_lag(way, ses):
    beat()
    canary = Canary.objects.get()
    assert note_seen([canary.pk, canary.pk + 1]) == 1
    assert note_seen([canary.pk]) == 0
    assert news_of_account(way).state is WayState.WORKS


def test_silence_raises_one_alert_and_news_clears_it(way):
    make_beat(way, sent_ago_s=7200)
    lost = make_beat(way, sent_ago_s=3600, lag_s=None)
    assert watch() == 1
    watch()
    assert Alert.objects.get(code=ALERT).cleared_at is None
    note_seen([lost.pk])
    make_beat(way, sent_ago_s=60)
    assert watch() == 0
    assert Alert.objects.get(code=ALERT).cleared_at is not None
