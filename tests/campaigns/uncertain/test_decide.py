from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.sending.models import Chunk, Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.uncertain.decide import Choice, decide_about, decide_for_campaign
from campaigns.uncertain.listing import count_uncertain, uncertain_page
from portal.errors import Conflict, InvalidInput
from portal.models import Activity
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.uncertain import DIED, LOST, doubtful_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    return User.objects.create_user("mira")


def ids_of(campaign):
    return list(Delivery.objects.filter(campaign=campaign).order_by("pk").values_list("pk", flat=True))


def states_of(campaign):
    assert_counters_agree(campaign)
    return list(Delivery.objects.filter(campaign=campaign).order_by("pk").values_list("state", "reason"))


@pytest.mark.parametrize(
    ("choice", "after"),
    [
        (Choice.SEND_AGAIN, (DeliveryState.DEFERRED, Reason.SENT_AGAIN)),
        (Choice.TAKE_AS_SENT, (DeliveryState.ACCEPTED, Reason.TAKEN_AS_SENT)),
        (Choice.LEAVE, (DeliveryState.UNCERTAIN, Reason.LEFT_OPEN)),
    ],
)
def test_each_choice_moves_the_chosen_and_nobody_else(mira, choice, after):
    campaign = doubtful_campaign([LOST, DIED, LOST])
    assert decide_about(ids_of(campaign)[:2], choice, actor=mira, reason="asked by phone") == 2
    assert states_of(campaign) == [after, after, LOST]


def test_the_decision_is_recorded_with_its_reason_and_without_addresses(mira):
    campaign = doubtful_campaign([LOST])
    decide_about(ids_of(campaign), Choice.TAKE_AS_SENT, actor=mira, reason=" she has it ")
    deed = Activity.objects.get(verb="campaign.uncertain_taken_as_sent")
    assert (deed.actor, deed.object_id) == (mira, str(campaign.pk))
    assert deed.details == {"people": 1, "reason": "she has it", "deliveries": ids_of(campaign)}


def test_all_of_a_campaign_over_its_chunks(mira):
    campaign = doubtful_campaign([LOST] * 25)
    other = doubtful_campaign([LOST], name="Another")
    assert decide_for_campaign(campaign.pk, Choice.SEND_AGAIN, actor=mira, reason="must arrive") == 25
    assert Chunk.objects.filter(campaign=campaign, is_open=True).count() == 3
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.IN_PROGRESS
    assert states_of(other) == [LOST]


def test_who_was_settled_meanwhile_stays_so(mira):
    campaign = doubtful_campaign([(DeliveryState.ACCEPTED, Reason.NONE), LOST])
    assert decide_about(ids_of(campaign), Choice.SEND_AGAIN, actor=mira, reason="x") == 1
    assert states_of(campaign)[0] == (DeliveryState.ACCEPTED, Reason.NONE)


def test_a_cancelled_campaign_sends_nothing_again(mira):
    campaign = doubtful_campaign([LOST], status=CampaignStatus.CANCELLED)
    with pytest.raises(Conflict, match="nothing of it is sent any more"):
        decide_about(ids_of(campaign), Choice.SEND_AGAIN, actor=mira, reason="x")
    assert states_of(campaign) == [LOST]
    assert decide_about(ids_of(campaign), Choice.TAKE_AS_SENT, actor=mira, reason="x") == 1


def test_a_decision_needs_people_and_a_reason(mira):
    campaign = doubtful_campaign([LOST])
    with pytest.raises(InvalidInput):
        decide_about([], Choice.LEAVE, actor=mira, reason="x")
    with pytest.raises(InvalidInput):
        decide_for_campaign(campaign.pk, Choice.LEAVE, actor=mira, reason="  ")


def test_everybody_is_listed_once_page_by_page_newest_campaign_first():
    older = doubtful_campaign([LOST, DeliveryState.ACCEPTED] * 12)
    newer = doubtful_campaign([DIED] * 7, name="Newer")
    seen, cursor = [], ""
    while True:
        page = uncertain_page(cursor=cursor, size=5)
        seen += [row.delivery.pk for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == ids_of(newer) + ids_of(older)[::2]
    assert count_uncertain() == (19, 0)
    assert count_uncertain(newer.pk) == (7, 0)


def test_a_row_tells_its_call_and_its_error():
    campaign = doubtful_campaign([LOST])
    [row] = uncertain_page(campaign.pk).rows
    assert row.attempt is not None
    assert row.attempt.error == "Connection reset by peer"
    assert row.news is not None
    assert not row.is_left
