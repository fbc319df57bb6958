from __future__ import annotations

import base64
import email
import email.policy
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.sending import services
from campaigns.sending.models import Attempt, Campaign, Chunk, Delivery
from campaigns.sending.plan import plan_campaign
from campaigns.sending.sender import sender_of
from campaigns.sending.states import CampaignStatus, DeliveryState
from campaigns.sending.sweep import sweep_campaigns
from campaigns.splits.assignment import bucket_of, part_of, parts_of
from campaigns.splits.models import SplitTest
from campaigns.splits.services import choose_winner, settle_splits
from portal.alerts.models import Alert
from portal.errors import Conflict
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.running import send_all, states_of
from tests.factories.splits import a_started_test, a_tested_campaign, count_for, split_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_chunks(settings):
    settings.SEND_GRACE_S = 0
    settings.CHUNK_SIZE = 4


@pytest.fixture
def person():
    return User.objects.create_user("mira")


def subject_of(request):
    if "DefaultContent" in request:
        return request["DefaultContent"]["Template"]["TemplateContent"]["Subject"]
    raw = base64.b64decode(request["Content"]["Raw"]["Data"])
    return email.message_from_bytes(raw, policy=email.policy.default)["Subject"]


@pytest.fixture
def sent(ses):
    """Gives the subjects by address, of everything that was handed to the provider; fails for a second mail."""

    def read() -> dict[str, str]:
        found: dict[str, str] = {}
        for request in ses.requests:
            for entry in request.get("BulkEmailEntries", [request]):
                [address] = entry["Destination"]["ToAddresses"]
                assert address not in found
                found[address] = subject_of(request)
        return found

    return read


def hours_later(campaign, hours=2):
    SplitTest.objects.filter(campaign=campaign).update(tested_at=timezone.now() - timedelta(hours=hours))


def test_the_plan_gives_each_person_the_part_that_their_hash_says():
    campaign = a_started_test(80, versions=3)
    parts = parts_of(50, 3)
    part_of_chunk = dict(Chunk.objects.filter(campaign=campaign).values_list("number", "part"))
    for delivery in Delivery.objects.filter(campaign=campaign):
        expected = part_of(bucket_of(campaign.pk, delivery.contact_id), parts)
        assert part_of_chunk[delivery.chunk_number] == expected
    assert Delivery.objects.filter(campaign=campaign).count() == 80
    assert_counters_agree(campaign)


def test_a_plan_that_was_killed_assigns_as_before(monkeypatch):
    monkeypatch.setattr("campaigns.sending.plan.CHUNKS_PER_BLOCK", 2)
    campaign = a_tested_campaign(40)
    services.start_campaign(campaign.pk, actor=None)

    def die(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("campaigns.sending.plan.note_planned", die, raising=False)
        patch.setattr("campaigns.sending.plan._let_go", die)
        with pytest.raises(KeyboardInterrupt):
            plan_campaign(campaign.pk)
    Campaign.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert plan_campaign(campaign.pk)
    parts = parts_of(50, 2)
    part_of_chunk = dict(Chunk.objects.filter(campaign=campaign).values_list("number", "part"))
    deliveries = list(Delivery.objects.filter(campaign=campaign))
    assert len(deliveries) == 40
    assert all(
        part_of_chunk[one.chunk_number] == part_of(bucket_of(campaign.pk, one.contact_id), parts) for one in deliveries
    )


def test_the_rest_waits_for_the_winner_and_gets_it_once(sent, person):
    campaign = a_started_test(60)
    send_all(campaign)
    tested = Counter(sent().values())
    waiting = Delivery.objects.filter(campaign=campaign, state=DeliveryState.QUEUED).count()
    assert set(tested) == {"Subject A", "Subject B"}
    assert tested.total() + waiting == 60
    assert waiting > 10
    assert Campaign.objects.get(pk=campaign.pk).status == CampaignStatus.IN_PROGRESS

    choose_winner(campaign.pk, 2, actor=person)
    send_all(campaign)
    assert len(sent()) == 60
    assert Counter(sent().values()) == {"Subject A": tested["Subject A"], "Subject B": 60 - tested["Subject A"]}
    assert states_of(campaign) == {DeliveryState.ACCEPTED: 60}
    assert Campaign.objects.get(pk=campaign.pk).status == CampaignStatus.COMPLETED
    assert_counters_agree(campaign)


def test_workers_get_no_hint_for_people_who_wait_for_the_winner(sent, hints):
    campaign = a_started_test(40)
    send_all(campaign)
    hints.kept.clear()
    assert sweep_campaigns()["lanes"] == 0


def test_a_part_that_must_not_leave_yet_has_no_message():
    campaign = a_started_test(20)
    with pytest.raises(Conflict, match="no winner"):
        sender_of(campaign.pk)


def test_a_pause_stops_the_test_and_resuming_goes_on_with_it(sent, person):
    campaign = a_started_test(40)
    services.pause_campaign(campaign.pk, actor=person)
    send_all(campaign)
    assert not sent()
    choose_winner(campaign.pk, 1, actor=person)
    send_all(campaign)
    assert not sent()
    services.resume_campaign(campaign.pk, actor=person)
    send_all(campaign)
    assert len(sent()) == 40


def test_cancelling_during_the_test_leaves_nobody_waiting(sent, person):
    campaign = a_started_test(40)
    send_all(campaign)
    in_test = len(sent())
    services.cancel_campaign(campaign.pk, actor=person)
    send_all(campaign)
    assert len(sent()) == in_test
    assert states_of(campaign) == {DeliveryState.ACCEPTED: in_test, DeliveryState.CANCELLED: 40 - in_test}
    with pytest.raises(Conflict, match="cancelled"):
        choose_winner(campaign.pk, 1, actor=person)
    assert_counters_agree(campaign)


def test_the_rule_waits_for_the_whole_test_and_its_time(sent):
    campaign = a_started_test(40)
    settle_splits()
    assert split_now(campaign).tested_at is None
    send_all(campaign)
    settle_splits()
    assert split_now(campaign).tested_at is not None
    count_for(campaign, 1, delivered=900, bounced=100)
    count_for(campaign, 2, delivered=990, bounced=10)
    assert settle_splits() == 0
    hours_later(campaign)
    assert settle_splits() == 1
    decided = split_now(campaign)
    assert (decided.winner_number, decided.decided_how, decided.decided_by) == (2, "rule", None)


@pytest.mark.parametrize(
    ("rule", "first", "second", "winner"),
    [
        ("opens", {"delivered": 1000, "opened": 200}, {"delivered": 1000, "opened": 280}, 2),
        ("clicks", {"delivered": 1000, "clicked": 90}, {"delivered": 1000, "clicked": 40}, 1),
        ("quiet", {"delivered": 960, "complained": 40}, {"delivered": 990, "complained": 10}, 2),
        ("delivered", {"delivered": 990, "bounced": 10}, {"delivered": 940, "bounced": 60}, 1),
    ],
)
def test_each_rule_finds_its_winner(rule, first, second, winner):
    campaign = a_started_test(20, is_tracked=True)
    SplitTest.objects.update(rule=rule)
    count_for(campaign, 1, **first)
    count_for(campaign, 2, **second)
    hours_later(campaign)
    assert settle_splits() == 1
    assert split_now(campaign).winner_number == winner


@pytest.mark.parametrize(
    ("first", "second", "asks"),
    [
        ({}, {}, "no-data"),
        ({"delivered": 500, "bounced": 10}, {"delivered": 500, "bounced": 10}, "tie"),
        ({"delivered": 9, "bounced": 1}, {"delivered": 10}, "too-few"),
        ({"delivered": 480, "bounced": 20}, {"delivered": 482, "bounced": 18}, "unclear"),
    ],
)
def test_where_the_figures_do_not_say_a_person_is_asked_once(first, second, asks):
    campaign = a_started_test(20)
    count_for(campaign, 1, **first)
    count_for(campaign, 2, **second)
    hours_later(campaign)
    assert settle_splits() == 0
    assert settle_splits() == 0
    assert split_now(campaign).asks == asks
    assert split_now(campaign).winner_number is None
    alert = Alert.objects.get(code="campaign.winner", cleared_at=None)
    assert "Tested letter" in alert.text


def test_the_leader_is_taken_where_its_author_wanted_that():
    campaign = a_started_test(20)
    SplitTest.objects.update(when_unclear="lead")
    count_for(campaign, 1, delivered=480, bounced=20)
    count_for(campaign, 2, delivered=482, bounced=18)
    hours_later(campaign)
    assert settle_splits() == 1
    assert (split_now(campaign).winner_number, split_now(campaign).decided_how) == (2, "lead")


def test_opens_that_are_not_counted_decide_nothing():
    campaign = a_started_test(20)
    SplitTest.objects.update(rule="opens")
    hours_later(campaign)
    settle_splits()
    assert split_now(campaign).asks == "untracked"


def test_choosing_answers_the_question_and_a_second_choice_changes_nothing(person):
    campaign = a_started_test(20)
    SplitTest.objects.update(rule="hand")
    hours_later(campaign)
    settle_splits()
    assert Alert.objects.filter(cleared_at=None).count() == 1
    choose_winner(campaign.pk, 2, actor=person)
    with pytest.raises(Conflict, match="Version B"):
        choose_winner(campaign.pk, 1, actor=person)
    assert split_now(campaign).winner_number == 2
    assert split_now(campaign).decided_by == person
    assert not Alert.objects.filter(cleared_at=None).exists()


def test_late_events_do_not_change_the_winner():
    campaign = a_started_test(20)
    count_for(campaign, 1, delivered=900, bounced=100)
    count_for(campaign, 2, delivered=990, bounced=10)
    hours_later(campaign)
    settle_splits()
    count_for(campaign, 1, delivered=1000)
    count_for(campaign, 2, delivered=100, bounced=900)
    assert settle_splits() == 0
    assert split_now(campaign).winner_number == 2


def test_the_question_goes_when_the_campaign_is_cancelled(person):
    campaign = a_started_test(20)
    SplitTest.objects.update(rule="hand")
    hours_later(campaign)
    settle_splits()
    services.cancel_campaign(campaign.pk, actor=person)
    settle_splits()
    assert split_now(campaign).asks == ""
    assert not Alert.objects.filter(cleared_at=None).exists()


def test_a_test_without_anybody_left_over_ends_by_itself(sent):
    campaign = a_started_test(2)
    Chunk.objects.filter(campaign=campaign, part=0).update(part=1)
    send_all(campaign)
    settle_splits()
    assert Campaign.objects.get(pk=campaign.pk).status == CampaignStatus.COMPLETED
    assert split_now(campaign).asks == ""


def test_one_attempt_carries_one_version_only(sent):
    campaign = a_started_test(60)
    send_all(campaign)
    for attempt in Attempt.objects.filter(chunk__campaign=campaign):
        people = Delivery.objects.filter(pk__range=(attempt.first_delivery_id, attempt.last_delivery_id))
        assert len({sent()[person.address] for person in people}) == 1
