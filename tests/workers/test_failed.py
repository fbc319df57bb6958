"""What the workers write down of messages that fail, and whom they do not blame."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from portal.aws import sqs
from portal.failures.models import FailedMessage
from portal.queues import QUEUES, Feed, QueueName, TaskName
from workers import consume, failed, feeds
from workers.app import app

pytestmark = pytest.mark.django_db

EVENTS = QUEUES[QueueName.SES_EVENTS]
EVENT = '{"eventType": "Bounce", "mail": {"tags": {"postroom_delivery": ["7"]}, "destination": ["ada@club.example"]}}'


@pytest.fixture
def run_hint(monkeypatch):
    """Runs the check of import 3 as a worker does, with the id that a hint has."""

    def run(error: Exception | None, *, receive_count: int = 1) -> None:
        def check(_import_id: int) -> None:
            if error:
                raise error

        monkeypatch.setattr("workers.tasks.importing.check", check)
        task = app.tasks[TaskName.CHECK_IMPORT.value]
        task.push_request(id="hint-3", receive_count=receive_count)
        try:
            task(import_id=3)
        finally:
            task.pop_request()

    return run


def test_a_hint_that_fails_leaves_its_reason_once(run_hint):
    for count in (1, 2):
        with pytest.raises(ValueError, match="odd"):
            run_hint(ValueError("odd file of ada@club.example"), receive_count=count)
    row = FailedMessage.objects.get()
    assert (row.what, row.ids, row.failure_count, row.state) == (
        "campaigns.check_import",
        {"import_id": 3},
        2,
        "retrying",
    )
    assert row.error == "odd file of <address>"


def test_a_hint_that_succeeds_is_forgotten(run_hint):
    with pytest.raises(ValueError, match="odd"):
        run_hint(ValueError("odd"))
    run_hint(None, receive_count=2)
    assert FailedMessage.objects.count() == 0


def test_while_the_database_is_away_hints_are_acknowledged_and_not_blamed(run_hint, monkeypatch):
    monkeypatch.setattr(failed, "is_database_away", lambda: True)
    run_hint(OperationalError("the server closed the connection"))
    assert FailedMessage.objects.count() == 0


def test_an_error_of_one_statement_is_the_tasks_own(run_hint):
    with pytest.raises(OperationalError):
        run_hint(OperationalError("index row size exceeds the maximum"))
    assert FailedMessage.objects.get().error_class == "OperationalError"


def test_an_event_that_nobody_can_take_leaves_its_reason_and_comes_again_within_seconds(monkeypatch):
    hidden: list[int] = []
    monkeypatch.setattr(sqs, "receive", lambda _name, *, wait_s: [sqs.Message(EVENT, "handle", "id", 2)])
    monkeypatch.setattr(sqs, "hide", lambda _name, _messages, *, for_s: hidden.append(for_s))
    monkeypatch.setattr(sqs, "delete", lambda _name, _messages: None)

    def refuse(_bodies: list[str]) -> None:
        raise RuntimeError("cannot be applied")

    monkeypatch.setitem(feeds.SERVICES, Feed.SES_EVENTS, refuse)
    with pytest.raises(RuntimeError):
        consume.consume_batch(EVENTS, wait_s=0)
    row = FailedMessage.objects.get()
    assert (row.what, row.ids, hidden) == ("Bounce", {"postroom_delivery": "7"}, [4])
    monkeypatch.setitem(feeds.SERVICES, Feed.SES_EVENTS, lambda _bodies: None)
    consume.consume_batch(EVENTS, wait_s=0)
    assert FailedMessage.objects.count() == 0


def test_failed_messages_rest_for_longer_each_time_and_for_about_a_minute_in_all():
    delays = [sqs.retry_delay_s(count) for count in range(1, 6)]
    assert (delays, sum(delays)) == ([2, 4, 8, 16, 32], 62)
