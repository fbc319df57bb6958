"""What becomes of lost answers of a relay, of which no news can come."""

from __future__ import annotations

from collections import Counter

import pytest

from campaigns.sending.models import Chunk, Delivery, SendingAccount
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.uncertain.listing import uncertain_page
from campaigns.uncertain.news import way_of
from campaigns.uncertain.settle import settle_uncertain
from campaigns.uncertain.words import outlook
from portal.models import Activity
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.running import send_all, states_of
from tests.smtp_server import Script, ScriptedServer

pytestmark = pytest.mark.django_db

ACCEPTED, UNCERTAIN = DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN


@pytest.fixture(autouse=True)
def no_dead_letters(monkeypatch):
    monkeypatch.setattr("portal.aws.sqs.waiting_count", lambda _name: 0)


def lost_once(letter_through, server, **fields):
    server.script = Script(hang_up_at=".", hang_up_from=2, hang_up_times=1)
    return letter_through(server, people=5, **fields)


def test_silence_proves_nothing_and_a_person_is_asked(letter_through):
    with ScriptedServer() as server:
        campaign = lost_once(letter_through, server)
        SendingAccount.objects.update(configuration_set="left-over")
        settle_uncertain()
    assert states_of(campaign) == {ACCEPTED: 4, UNCERTAIN: 1}
    assert way_of(campaign) is None
    (row,) = uncertain_page(campaign.pk).rows
    assert "SMTP relay, which sends no news" in outlook(row)
    assert "Waits for a person" in outlook(row)


def test_who_chose_so_sends_once_more(letter_through):
    with ScriptedServer() as server:
        campaign = lost_once(letter_through, server, resends_uncertain=True)
        (row,) = uncertain_page(campaign.pk).rows
        assert "once more" in outlook(row)
        settle_uncertain()
        assert Delivery.objects.get(state=DeliveryState.DEFERRED).reason == Reason.SENT_AGAIN
        Chunk.objects.update(retry_at=None)
        send_all(campaign)
        settle_uncertain()
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.COMPLETED
    assert states_of(campaign) == {ACCEPTED: 5}
    assert sorted(Counter(server.recipients).values()) == [1, 1, 1, 1, 2]
    assert Activity.objects.filter(verb="campaign.uncertain_resent").count() == 1
    assert_counters_agree(campaign)


def test_after_three_lost_answers_a_person_is_asked_after_all(letter_through):
    with ScriptedServer(Script(hang_up_at=".")) as server:
        campaign = letter_through(server, people=1, resends_uncertain=True)
        for _time in range(5):
            settle_uncertain()
            Chunk.objects.update(retry_at=None)
            send_all(campaign)
    assert states_of(campaign) == {UNCERTAIN: 1}
    assert len(server.recipients) == 3


def test_nothing_of_a_cancelled_campaign_goes_again(letter_through):
    with ScriptedServer() as server:
        campaign = lost_once(letter_through, server, resends_uncertain=True)
        type(campaign).objects.update(status=CampaignStatus.CANCELLED)
        settle_uncertain()
    assert states_of(campaign) == {ACCEPTED: 4, UNCERTAIN: 1}
