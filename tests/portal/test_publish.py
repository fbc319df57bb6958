from __future__ import annotations

import logging
from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from portal import publish as seam
from portal.errors import Conflict
from portal.logs import log_context
from portal.publish import (
    _send_hint as really_send,  # taken before the fixture `hints` replaces it
    publish,
)
from portal.queues import TaskName


@pytest.fixture(autouse=True)
def _real_commits(monkeypatch, hints):
    """Elsewhere in the tests hints leave at once, because a test's own transaction never commits."""
    monkeypatch.setattr(seam, "transaction", transaction)


@pytest.fixture
def sent(monkeypatch):
    """What would go to the broker."""
    calls: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(seam, "_send_hint", really_send)
    monkeypatch.setattr(seam.producer, "send_task", lambda name, **options: calls.append((name, options)))
    return calls


@pytest.mark.django_db(transaction=True)
def test_a_hint_leaves_when_the_transaction_has_committed(hints):
    with transaction.atomic():
        publish(TaskName.SEND_CHUNK, campaign_id=7)
        assert hints.kept == []
    assert [hint.ids for hint in hints.kept] == [{"campaign_id": 7}]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_gives_no_hint(hints):
    def publish_and_fail() -> None:
        with transaction.atomic():
            publish(TaskName.SEND_CHUNK, campaign_id=7)
            raise Conflict("no")

    with pytest.raises(Conflict):
        publish_and_fail()
    assert hints.kept == []


@pytest.mark.django_db(transaction=True)
def test_a_hint_goes_to_its_tasks_queue_as_ids_alone(sent):
    publish(TaskName.SEND_CHUNK, campaign_id=7)
    ((name, options),) = sent
    assert (name, options["kwargs"], options["queue"]) == ("campaigns.send_chunk", {"campaign_id": 7}, "test-sending")


@pytest.mark.django_db(transaction=True)
def test_the_requests_id_travels_with_the_hint(sent):
    with log_context(correlation_id="4bf92f3577b34da6"):
        publish(TaskName.SEND_CHUNK, campaign_id=7)
    assert sent[0][1]["headers"] == {"correlation_id": "4bf92f3577b34da6"}


@pytest.mark.django_db(transaction=True)
def test_a_delay_is_no_longer_than_the_queue_can_hold(sent):
    publish(TaskName.PLAN_CAMPAIGN, delay_s=5000, campaign_id=7)
    publish(TaskName.PLAN_CAMPAIGN, campaign_id=7)
    assert [options.get("delay_seconds") for _name, options in sent] == [900, None]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_is_logged_and_nothing_else(sent, monkeypatch, caplog):
    def refuse(*_args: object, **_options: object) -> None:
        raise OperationalError("no route to SQS")

    monkeypatch.setattr(seam.producer, "send_task", refuse)
    with caplog.at_level(logging.WARNING):
        publish(TaskName.SEND_CHUNK, campaign_id=7)
    assert [record.message for record in caplog.records] == ["publish.failed"]
