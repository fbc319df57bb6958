from __future__ import annotations

import pytest
from django.db import connection

from campaigns.sending import gate, services
from campaigns.sending.ledger import read_waiting
from campaigns.sending.models import Attempt, Chunk, Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.sending.stops import read_stop
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.running import running_campaign, send_all, states_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_grace(settings):
    settings.SEND_GRACE_S = 0
    settings.CHUNK_SIZE = 10


@pytest.mark.parametrize(
    ("stop", "status"),
    [(services.pause_campaign, CampaignStatus.PAUSED), (services.cancel_campaign, CampaignStatus.CANCELLED)],
)
def test_a_stop_in_the_middle_of_a_call_names_the_call_and_what_became_of_it(ses, stop, status):
    campaign = running_campaign(25)
    ses.on_call = lambda: stop(campaign.pk, actor=None) if ses.calls == 2 else None
    send_all(campaign)
    assert ses.calls == 2
    campaign.refresh_from_db()
    assert campaign.status == status
    found = read_stop(campaign.pk)
    assert found is not None
    assert (found.deed, found.calls, found.accepted, found.unknown_yet) == (status.value, 1, found.people, 0)
    assert_counters_agree(campaign)


def test_a_pause_by_the_system_is_a_stop_too(ses):
    campaign = running_campaign(5)
    services.pause_by_system(campaign.pk, reason="harm")
    found = read_stop(campaign.pk)
    assert found is not None
    assert (found.calls, found.people) == (0, 0)


def test_a_worker_that_stood_still_before_its_call_does_not_call(ses, monkeypatch):
    campaign = running_campaign(3)
    monkeypatch.setattr(gate, "STALE_AFTER_S", -1.0)
    send_all(campaign)
    assert ses.calls == 0
    assert states_of(campaign) == {DeliveryState.DEFERRED: 3}
    assert_counters_agree(campaign)


def test_a_late_refusal_does_not_touch_an_attempt_that_came_after_it(ses):
    from campaigns.sending import ledger
    from campaigns.sending.outcomes import all_alike

    campaign = running_campaign(2)
    chunk = Chunk.objects.get(campaign=campaign)
    rows = read_waiting(chunk)
    first = ledger.open_attempt(chunk, rows)
    # given up, proved not accepted, and being sent once more
    Delivery.objects.filter(campaign=campaign).update(attempt_count=2)
    late = all_alike(2, DeliveryState.REFUSED, Reason.MESSAGE_REJECTED)
    ledger.write_outcomes(chunk, rows, late, attempt_id=first)
    assert states_of(campaign) == {DeliveryState.SENDING: 2}
    assert Attempt.objects.get(pk=first).outcome == Attempt.Outcome.ANSWERED


def test_the_gate_is_passed_again_and_again_and_closed_by_its_own_passer():
    with gate.passing(1), gate.passing(1), gate.closed(1):
        pass
    with gate.closed(1):
        pass


@pytest.mark.skipif(connection.vendor != "postgresql", reason="locks of a session are PostgreSQL's")
@pytest.mark.parametrize("stale_after_s", [5.0, -1.0], ids=["all-accepted", "not-called"])
def test_a_worker_leaves_the_gate_once_for_each_call(ses, monkeypatch, stale_after_s):
    campaign = running_campaign(25)
    monkeypatch.setattr(gate, "STALE_AFTER_S", stale_after_s)
    with gate.passing(campaign.pk):
        send_all(campaign)
        assert held_gates() == 1
    assert held_gates() == 0


def held_gates() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        return int(cursor.fetchone()[0])
