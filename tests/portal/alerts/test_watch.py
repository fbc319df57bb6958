from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.alerts.models import Alert, Heartbeat
from portal.alerts.watch import is_sweep_late, note_sweep, watch_dead_letters, watch_sweep
from portal.aws import sqs
from portal.errors import Unavailable

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead_letters(monkeypatch, settings) -> dict[str, int]:
    settings.CELERY_BROKER_URL = "sqs://"
    counts: dict[str, int] = {}
    monkeypatch.setattr(sqs, "waiting_count", lambda name: counts.get(name, 0))
    return counts


def test_a_message_in_a_dead_letter_queue_is_an_alert_until_it_is_gone(dead_letters):
    dead_letters["test-sending-dlq"] = 2
    assert watch_dead_letters() == 1
    assert "2 messages of the queue “sending”" in Alert.objects.get(cleared_at=None).text
    dead_letters.clear()
    assert watch_dead_letters() == 0
    assert not Alert.objects.filter(cleared_at=None).exists()


def test_half_a_look_clears_nothing(dead_letters, monkeypatch):
    dead_letters["test-sending-dlq"] = 1
    watch_dead_letters()

    def unreachable(_name: str) -> int:
        raise Unavailable("no route", service="sqs")

    monkeypatch.setattr(sqs, "waiting_count", unreachable)
    watch_dead_letters()
    assert Alert.objects.filter(cleared_at=None).count() == 1


def test_an_installation_whose_sweep_never_ran_is_not_late():
    assert not watch_sweep()


def test_a_schedule_that_stands_still_is_told_and_is_over_with_the_next_sweep():
    note_sweep()
    assert not is_sweep_late()
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=6))
    assert watch_sweep()
    assert Alert.objects.get().code == "sweep.missing"
    note_sweep()
    assert Alert.objects.get().cleared_at is not None
