"""What goes wrong around a campaign: it must end in a visible state, with nobody missing and nobody written to twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.sending import services
from campaigns.sending.events import apply_events
from campaigns.sending.models import Chunk, Delivery, DeliveryEvent, SendingAccount
from campaigns.sending.plan import plan_campaign
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.sending.sweep import sweep_campaigns
from portal.errors import AnswerLost, ConfigurationError, Refused, Throttled, Unavailable
from portal.queues import TaskName
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.running import running_campaign, send_all, states_of
from tests.factories.sending import make_campaign, make_contact, plan_people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_grace(settings):
    settings.SEND_GRACE_S = 0
    settings.CHUNK_SIZE = 10


def send_event(delivery_id: int) -> str:
    at = "2026-11-22T10:00:00.000Z"
    tags = {"postroom_delivery": [str(delivery_id)]}
    return json.dumps({"eventType": "Send", "mail": {"timestamp": at, "messageId": "m", "tags": tags}, "send": {}})


def raise_key_error(*_args) -> None:
    raise KeyError("a block this release does not know")


def test_a_message_that_can_no_longer_be_made_pauses_the_campaign_and_says_why(ses, monkeypatch):
    campaign = running_campaign(15)
    monkeypatch.setattr("campaigns.sending.sender.compiled_version", raise_key_error)
    send_all(campaign)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED
    assert "cannot be made" in campaign.status_reason
    assert set(Chunk.objects.values_list("lease_token", flat=True)) == {""}


def test_a_message_that_can_no_longer_be_made_can_still_be_cancelled(ses, monkeypatch):
    campaign = running_campaign(15)
    monkeypatch.setattr("campaigns.sending.sender.compiled_version", raise_key_error)
    services.cancel_campaign(campaign.pk, actor=None)
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.CANCELLED: 15}


def test_a_plan_that_cannot_be_made_fails_the_campaign_and_says_why(monkeypatch):
    make_contact("anna@club.example")
    campaign = make_campaign(is_to_everybody=True)
    services.start_campaign(campaign.pk, actor=None)
    monkeypatch.setattr("campaigns.messages.services.compiled_source", raise_key_error)
    assert not plan_campaign(campaign.pk)
    campaign.refresh_from_db()
    assert (campaign.status, "does not know" in campaign.status_reason) == (CampaignStatus.FAILED, True)


def test_missing_credentials_stop_the_campaign_and_leave_everybody_waiting(ses):
    campaign = running_campaign(15)
    ses.fail_always(ConfigurationError("No AWS credentials"))
    send_all(campaign)
    campaign.refresh_from_db()
    assert (campaign.status, campaign.status_reason) == (CampaignStatus.PAUSED, "No AWS credentials")
    assert states_of(campaign).keys() == {DeliveryState.QUEUED, DeliveryState.DEFERRED}


def test_a_broken_transport_burns_one_group_at_most(ses):
    campaign = running_campaign(25)
    ses.on_call = raise_key_error
    send_all(campaign)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED
    assert states_of(campaign) == {DeliveryState.UNCERTAIN: 10, DeliveryState.QUEUED: 15}
    assert_counters_agree(campaign)


def test_an_outage_of_the_provider_costs_nobody_an_attempt(ses):
    campaign = running_campaign(2)
    ses.fail_always(Unavailable("connection refused", service="ses"))
    for _try in range(20):
        Chunk.objects.update(retry_at=None)
        send_all(campaign)
    assert set(Delivery.objects.values_list("state", "reason", "attempt_count")) == {
        (DeliveryState.DEFERRED, Reason.UNREACHABLE, 0)
    }


def test_a_used_up_quota_costs_nobody_an_attempt(ses):
    campaign = running_campaign(2)
    ses.fail_always(Throttled("Daily message quota exceeded.", service="ses", code="LimitExceededException"))
    for _try in range(20):
        Chunk.objects.update(retry_at=None)
        send_all(campaign)
    assert set(Delivery.objects.values_list("state", "reason", "attempt_count")) == {
        (DeliveryState.DEFERRED, Reason.QUOTA_REACHED, 0)
    }


@pytest.mark.parametrize(
    "status", ["MAIL_FROM_DOMAIN_NOT_VERIFIED", "CONFIGURATION_SET_NOT_FOUND", "INVALID_SENDING_POOL_NAME"]
)
def test_what_fails_for_every_entry_alike_pauses_instead_of_refusing_everybody(ses, status):
    campaign = running_campaign(30)
    ses.statuses = [status] * 10
    send_all(campaign)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED
    assert status in campaign.status_reason
    assert states_of(campaign) == {DeliveryState.DEFERRED: 10, DeliveryState.QUEUED: 20}


def test_one_recipient_whom_ses_cannot_read_does_not_block_the_campaign_for_ever(ses):
    campaign = running_campaign(3)
    SendingAccount.objects.update(max_rate_per_s=10)  # one recipient a call
    ses.fail_next(Refused("Invalid domain name", service="ses", code="BadRequestException"))
    send_all(campaign)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED
    services.resume_campaign(campaign.pk, actor=None)
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.REFUSED: 1, DeliveryState.ACCEPTED: 2}


def test_a_late_answer_that_nothing_was_accepted_opens_the_closed_chunk_again(ses):
    campaign = running_campaign(5)

    def lose_the_lease() -> None:
        ses.on_call = None
        Chunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        send_next_chunk(campaign.pk, sleep=lambda _s: None)
        campaign.refresh_from_db()
        assert campaign.status == CampaignStatus.COMPLETED

    ses.on_call = lose_the_lease
    ses.fail_next(Unavailable("connection refused", service="ses"))
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.DEFERRED: 5}
    Chunk.objects.update(retry_at=None)
    send_all(campaign)
    campaign.refresh_from_db()
    assert (campaign.status, states_of(campaign)) == (CampaignStatus.COMPLETED, {DeliveryState.ACCEPTED: 5})
    assert_counters_agree(campaign)


def test_a_person_whom_an_event_settled_meanwhile_is_not_written_to(ses):
    campaign = running_campaign(10)
    SendingAccount.objects.update(max_rate_per_s=50)  # five recipients a call
    settled = Delivery.objects.get(address="person7@club.example")

    def hear_of_one() -> None:
        ses.on_call = None
        apply_events([send_event(settled.pk)])

    ses.on_call = hear_of_one
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.ACCEPTED: 10}
    assert sorted(ses.recipients()) == sorted(f"person{number}@club.example" for number in range(10) if number != 7)
    assert_counters_agree(campaign)


def test_a_suppressed_person_whom_an_event_settled_meanwhile_is_counted_once(ses):
    campaign = running_campaign(10)
    SendingAccount.objects.update(max_rate_per_s=50)
    settled = Delivery.objects.get(address="person7@club.example")

    def hear_of_one() -> None:
        ses.on_call = None
        apply_events([send_event(settled.pk)])
        Delivery.objects.filter(pk=settled.pk + 1).update(contact_id=10**9)
        settled.contact.delete()

    ses.on_call = hear_of_one
    send_all(campaign)
    assert "person7@club.example" not in ses.recipients()
    assert_counters_agree(campaign)


def test_reserved_slots_are_all_used(ses, settings):
    settings.CHUNK_SIZE = 100
    campaign = running_campaign(100)
    SendingAccount.objects.update(max_rate_per_s=720)  # 72 slots at a time, calls of 50
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.ACCEPTED: 100}
    assert SendingAccount.objects.get().reserved_since_refresh == 100


def test_cancelling_does_not_wait_for_what_would_be_tried_later(ses):
    campaign = running_campaign(5)
    ses.fail_next(Unavailable("connection refused", service="ses"))
    send_all(campaign)
    services.cancel_campaign(campaign.pk, actor=None)
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.CANCELLED: 5}


def test_a_worker_that_is_asked_to_stop_gives_its_chunk_back_between_two_calls(ses):
    campaign = running_campaign(10)
    SendingAccount.objects.update(max_rate_per_s=50)
    assert send_next_chunk(campaign.pk, sleep=lambda _s: None, is_stopping=lambda: ses.calls == 1)
    assert ses.calls == 1
    assert states_of(campaign) == {DeliveryState.ACCEPTED: 5, DeliveryState.QUEUED: 5}
    assert Chunk.objects.get().lease_until is None


def test_a_hint_for_a_deleted_campaign_is_passed_over():
    assert not send_next_chunk(10**9)


def test_a_provider_whose_answers_never_come_does_not_leave_everybody_uncertain(ses, settings):
    settings.CHUNK_SIZE = 100
    campaign = running_campaign(100)
    SendingAccount.objects.update(max_rate_per_s=100)  # ten recipients a call
    ses.fail_always(AnswerLost("read timeout", service="ses"))
    send_all(campaign)
    campaign.refresh_from_db()
    assert (campaign.status, "read timeout" in campaign.status_reason) == (CampaignStatus.PAUSED, True)
    assert states_of(campaign) == {DeliveryState.UNCERTAIN: 50, DeliveryState.QUEUED: 50}


def test_a_single_throttle_does_not_hold_the_whole_chunk_up(ses):
    campaign = running_campaign(10)
    SendingAccount.objects.update(max_rate_per_s=50)
    ses.fail_next(Throttled("slow down", service="ses", code="TooManyRequestsException"))
    assert send_next_chunk(campaign.pk, sleep=lambda _s: None)
    assert states_of(campaign) == {DeliveryState.DEFERRED: 5, DeliveryState.ACCEPTED: 5}
    assert Chunk.objects.get().retry_at is not None


def test_a_throttle_asks_at_once_whether_the_rate_has_changed(ses, hints):
    campaign = running_campaign(10)
    SendingAccount.objects.update(max_rate_per_s=50)
    ses.fail_next(Throttled("slow down", service="ses", code="TooManyRequestsException"))
    send_next_chunk(campaign.pk, sleep=lambda _s: None)
    assert len(hints.of(TaskName.REFRESH_QUOTA)) == 1


def test_throttles_without_end_hold_the_campaign_up(ses, settings):
    settings.CHUNK_SIZE = 100
    campaign = running_campaign(100)
    SendingAccount.objects.update(max_rate_per_s=100)
    ses.fail_always(Throttled("slow down", service="ses", code="TooManyRequestsException"))
    assert not send_next_chunk(campaign.pk, sleep=lambda _s: None)
    assert ses.calls == 5


def test_a_campaign_that_cannot_start_does_not_keep_the_sweep_from_the_others(monkeypatch):
    make_contact("anna@club.example")
    first, second = (make_campaign(name, is_to_everybody=True) for name in ("One", "Two"))
    for campaign in (first, second):
        services.schedule_campaign(campaign.pk, at=timezone.now() + timedelta(hours=1), actor=None)
    type(first).objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    with monkeypatch.context() as patch:
        patch.setattr("campaigns.sending.freezing.freeze_message", raise_key_error)
        assert sweep_campaigns()["started"] == 0
    first.refresh_from_db()
    assert first.status == CampaignStatus.FAILED


@contextmanager
def held_by_another(chunks) -> Iterator[None]:
    """These chunks are locked by another connection meanwhile; ours gives up a lock after three seconds."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(chunks.select_for_update())
            held.set()
            done.wait(30)
        connection.close()

    worker = threading.Thread(target=hold)
    worker.start()
    assert held.wait(30)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        yield
    finally:
        done.set()
        worker.join()
        connection.close()


on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_resuming_waits_for_no_worker_that_is_about_to_look_at_the_campaign(ses):
    campaign = running_campaign(5)
    services.pause_campaign(campaign.pk, actor=None)
    Chunk.objects.update(retry_at=timezone.now())  # as it was read a moment before the worker claimed it
    with held_by_another(Chunk.objects.all()):
        services.resume_campaign(campaign.pk, actor=None)


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_events_hold_only_the_chunks_of_their_own_deliveries():
    rows = [
        plan_people(make_campaign(name), [DeliveryState.ACCEPTED] * 4, chunk_size=2, prefix=name)
        for name in ("one", "two")
    ]
    others = Chunk.objects.filter(campaign=rows[0][0].campaign, number=1)
    with held_by_another(others):
        apply_events([send_event(rows[0][0].pk), send_event(rows[1][3].pk)])
    assert DeliveryEvent.objects.count() == 2
