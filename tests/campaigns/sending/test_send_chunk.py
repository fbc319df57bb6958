from __future__ import annotations

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from campaigns.sending import services
from campaigns.sending.models import Acceptance, Attempt, Campaign, Chunk, Delivery, SendingAccount
from campaigns.sending.plan import plan_campaign
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.sending.trials import send_tests
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import suppress
from portal.errors import AnswerLost, Conflict, Refused, Throttled
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.running import running_campaign, send_all, states_of
from tests.factories.sending import make_account, make_campaign, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_grace(settings):
    settings.SEND_GRACE_S = 0
    settings.CHUNK_SIZE = 10


def test_everybody_is_accepted_once_and_the_campaign_completes(ses):
    campaign = running_campaign(25)
    send_all(campaign)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.COMPLETED
    assert states_of(campaign) == {DeliveryState.ACCEPTED: 25}
    assert sorted(ses.recipients()) == sorted(f"person{number}@club.example" for number in range(25))
    assert Acceptance.objects.count() == 25
    assert_counters_agree(campaign)


def test_second_run_sends_nothing(ses):
    campaign = running_campaign(5)
    send_all(campaign)
    send_all(campaign)
    assert len(ses.recipients()) == 5


def test_attempt_is_committed_before_the_call(ses):
    campaign = running_campaign(3)
    ses.on_call = lambda: seen.append(
        (Attempt.objects.get().outcome, Delivery.objects.filter(state=DeliveryState.SENDING).count())
    )
    seen: list[tuple[str, int]] = []
    send_all(campaign)
    assert seen == [(Attempt.Outcome.OPEN, 3)]


def test_suppressed_after_planning_is_skipped_at_the_attempt(ses):
    campaign = running_campaign(3)
    suppress("Person1@Club.example", reason=Suppression.Reason.UNSUBSCRIBE, source=Suppression.Source.RECIPIENT)
    send_all(campaign)
    skipped = Delivery.objects.get(campaign=campaign, address="person1@club.example")
    assert (skipped.state, skipped.reason) == (DeliveryState.SKIPPED, Reason.SUPPRESSED_UNSUBSCRIBE)
    assert "person1@club.example" not in ses.recipients()
    assert_counters_agree(campaign)


def test_lost_answer_is_uncertain_and_never_resent(ses):
    campaign = running_campaign(4)
    ses.fail_next(AnswerLost("read timeout", service="ses"))
    send_all(campaign)
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.UNCERTAIN: 4}
    assert ses.calls == 1
    assert_counters_agree(campaign)


def test_throttle_costs_no_attempt_and_is_tried_again(ses):
    campaign = running_campaign(4)
    ses.fail_next(Throttled("slow down", service="ses", code="TooManyRequestsException"))
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.DEFERRED: 4}
    assert set(Delivery.objects.values_list("attempt_count", flat=True)) == {0}
    assert SendingAccount.objects.get().rho < 0.99
    Chunk.objects.update(retry_at=None)
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.ACCEPTED: 4}
    assert_counters_agree(campaign)


def test_a_person_whom_the_provider_puts_off_is_given_up_after_eight_attempts(ses):
    campaign = running_campaign(2)
    ses.statuses = ["TRANSIENT_FAILURE"] * 2
    for _attempt in range(8):
        Chunk.objects.update(retry_at=None)
        send_all(campaign)
    positions = set(Delivery.objects.values_list("state", "reason", "attempt_count"))
    assert positions == {(DeliveryState.REFUSED, Reason.TRIED_TOO_OFTEN, 8)}
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.COMPLETED
    assert_counters_agree(campaign)


def test_unverified_sender_pauses_the_campaign_instead_of_burning_everybody(ses):
    campaign = running_campaign(30)
    ses.fail_always(Refused("Email address is not verified.", service="ses", code="MessageRejected"))
    send_all(campaign)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED
    assert "not verified" in campaign.status_reason
    assert states_of(campaign).keys() == {DeliveryState.QUEUED, DeliveryState.DEFERRED}
    assert ses.calls == 1


def test_paused_account_holds_everybody(ses):
    campaign = running_campaign(30)
    ses.fail_next(Refused("paused", service="ses", code="SendingPausedException"))
    send_all(campaign)
    assert ses.calls == 1
    assert not SendingAccount.objects.get().is_sending_enabled
    assert Campaign.objects.get().status == CampaignStatus.IN_PROGRESS


def test_a_used_up_quota_holds_the_campaign_without_touching_every_chunk(ses):
    campaign = running_campaign(30)
    SendingAccount.objects.update(quota_24h=100, sent_24h=95)
    assert not send_next_chunk(campaign.pk, sleep=lambda _s: None)
    assert ses.calls == 0
    assert Chunk.objects.filter(retry_at__isnull=False).count() == 1
    assert states_of(campaign) == {DeliveryState.QUEUED: 30}


def test_mixed_answers_are_settled_one_by_one(ses):
    campaign = running_campaign(3)
    ses.statuses = ["SUCCESS", "MESSAGE_REJECTED", "TRANSIENT_FAILURE"]
    send_all(campaign)
    assert states_of(campaign) == {
        DeliveryState.ACCEPTED: 1,
        DeliveryState.REFUSED: 1,
        DeliveryState.DEFERRED: 1,
    }
    assert_counters_agree(campaign)


def test_dead_worker_leaves_its_group_uncertain_and_the_rest_goes_out(ses):
    campaign = running_campaign(25)
    ses.on_call = _die
    with pytest.raises(KeyboardInterrupt):
        send_next_chunk(campaign.pk, sleep=lambda _s: None)
    ses.on_call = None
    Chunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.UNCERTAIN: 10, DeliveryState.ACCEPTED: 15}
    assert set(Delivery.objects.filter(state=DeliveryState.UNCERTAIN).values_list("reason", flat=True)) == {
        Reason.WORKER_DIED
    }
    assert len(ses.recipients()) == 15
    assert_counters_agree(campaign)


def _die() -> None:
    raise KeyboardInterrupt


def test_answer_after_the_lease_ran_out_still_counts(ses):
    campaign = running_campaign(5)

    def lose_the_lease() -> None:
        ses.on_call = None
        Chunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        send_next_chunk(campaign.pk, sleep=lambda _s: None)
        assert states_of(campaign) == {DeliveryState.UNCERTAIN: 5}

    ses.on_call = lose_the_lease
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.ACCEPTED: 5}
    assert len(ses.recipients()) == 5
    assert_counters_agree(campaign)


def test_pause_stops_the_next_attempt_and_resume_goes_on(ses):
    campaign = running_campaign(25)
    ses.on_call = lambda: _once(ses, lambda: services.pause_campaign(campaign.pk, actor=None))
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.ACCEPTED: 10, DeliveryState.QUEUED: 15}
    services.resume_campaign(campaign.pk, actor=None)
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.ACCEPTED: 25}
    assert_counters_agree(campaign)


def test_cancel_sends_nothing_more_and_names_the_rest(ses):
    campaign = running_campaign(25)
    ses.on_call = lambda: _once(ses, lambda: services.cancel_campaign(campaign.pk, actor=None))
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.ACCEPTED: 10, DeliveryState.CANCELLED: 15}
    assert_counters_agree(campaign)


def _once(ses, deed) -> None:
    ses.on_call = None
    deed()


def test_the_second_press_of_send_is_refused_in_words(ses):
    campaign = make_campaign(is_to_everybody=True)
    services.start_campaign(campaign.pk, actor=None)
    with pytest.raises(Conflict, match="leaving soon"):
        services.start_campaign(campaign.pk, actor=None)


def test_send_can_be_taken_back_while_nothing_has_left(ses, settings):
    settings.SEND_GRACE_S = 60
    campaign = make_campaign(is_to_everybody=True)
    services.start_campaign(campaign.pk, actor=None)
    assert not plan_campaign(campaign.pk)
    services.take_back(campaign.pk, actor=None)
    campaign.refresh_from_db()
    assert (campaign.status, campaign.version) == (CampaignStatus.DRAFT, None)


def test_a_test_goes_to_the_tester_with_the_contacts_values(ses, hints):
    contact = make_contact("anna@club.example", first_name="Anna")
    campaign = make_campaign(subject="For {{ first_name }}", body="Dear {{ first_name }}", account=make_account())
    send_tests(campaign, ["me@office.example"], contact_id=contact.pk, actor=None)
    hints.run_all()
    assert ses.recipients() == ["me@office.example"]
    assert "[Test] For Anna" in ses.raw_subjects()


def test_a_worker_that_wakes_up_late_takes_new_slots(ses, monkeypatch):
    campaign = running_campaign(3)
    SendingAccount.objects.update(campaign_tat_s=time.time() + 2)
    clock: SimpleNamespace = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr("campaigns.sending.send_chunk.time", clock)
    lateness = iter([0.5, 0.0])

    def oversleep(wait_s: float) -> None:
        clock.now += wait_s + next(lateness)

    send_next_chunk(campaign.pk, sleep=oversleep)
    assert len(ses.recipients()) == 3
    assert SendingAccount.objects.get().reserved_since_refresh == 6
