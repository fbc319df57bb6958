from __future__ import annotations

import pytest
from django.db import OperationalError

from portal.aws import sqs
from portal.failures.models import FailedMessage
from portal.logs import correlation
from portal.queues import QUEUES, Feed, QueueName
from tests.workers.handlers.sqs_events import Clock, batch, failed, record
from workers import feeds
from workers.handlers import ticks

pytestmark = pytest.mark.django_db

FUNCTION_OF = {QueueName.SES_EVENTS: "events", QueueName.UPLOADS: "uploads", QueueName.INBOUND: "inbound"}


@pytest.fixture(autouse=True)
def unwatched(monkeypatch):
    monkeypatch.setattr(ticks, "watch_sweep", lambda: None)


def refuse_poison(bodies: list[str]) -> None:
    if "poison" in bodies:
        raise RuntimeError("cannot be read")


@pytest.mark.parametrize("queue", FUNCTION_OF)
def test_what_aws_wrote_reaches_the_service_of_its_queue_in_one_call(queue, entry, monkeypatch):
    seen: list[list[str]] = []
    feed = QUEUES[queue].feed
    monkeypatch.setitem(feeds.SERVICES, feed, seen.append)
    assert failed(entry(FUNCTION_OF[queue])(batch(queue, "a", "b"), Clock())) == []
    assert seen == [["a", "b"]]


def test_a_poison_event_fails_alone_and_leaves_its_reason(entry, hidden, monkeypatch):
    monkeypatch.setitem(feeds.SERVICES, Feed.SES_EVENTS, refuse_poison)
    assert failed(entry("events")(batch(QueueName.SES_EVENTS, "a", "poison", "b"), Clock())) == ["m-2"]
    assert hidden == [("m-2", 2)]
    assert FailedMessage.objects.get().error == "cannot be read"


def test_a_poison_event_in_a_batch_of_its_own_fails(entry, hidden, monkeypatch):
    monkeypatch.setitem(feeds.SERVICES, Feed.SES_EVENTS, refuse_poison)
    assert failed(entry("events")(batch(QueueName.SES_EVENTS, "poison"), Clock())) == ["m-1"]


@pytest.fixture
def database_away(monkeypatch):
    def fail(_bodies: list[str]) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setitem(feeds.SERVICES, Feed.SES_EVENTS, fail)
    monkeypatch.setattr(feeds, "is_database_away", lambda: True)


def test_an_outage_of_the_database_uses_up_no_receives(entry, database_away, monkeypatch):
    sent: list[tuple[str, str, int]] = []
    monkeypatch.setattr(sqs, "send", lambda name, body, *, delay_s: sent.append((name, body, delay_s)))
    assert failed(entry("events")(batch(QueueName.SES_EVENTS, "a", "b"), Clock())) == []
    assert sent == [("test-ses-events", "a", 10), ("test-ses-events", "b", 10)]


def test_what_cannot_be_put_back_in_an_outage_fails(entry, database_away, monkeypatch):
    def refuse(_name: str, _body: str, *, delay_s: int) -> None:
        raise sqs_error()

    monkeypatch.setattr(sqs, "send", refuse)
    assert failed(entry("events")(batch(QueueName.SES_EVENTS, "a"), Clock())) == ["m-1"]


def sqs_error() -> Exception:
    from portal.errors import Unavailable

    return Unavailable("no answer", service="sqs")


def test_a_message_that_the_database_refuses_is_no_outage_and_fails_alone(entry, hidden, monkeypatch):
    def fail(bodies: list[str]) -> None:
        if "poison" in bodies:
            raise OperationalError("index row size exceeds the maximum")

    monkeypatch.setitem(feeds.SERVICES, Feed.SES_EVENTS, fail)
    assert failed(entry("events")(batch(QueueName.SES_EVENTS, "a", "poison", "b"), Clock())) == ["m-2"]
    assert hidden == [("m-2", 2)]
    assert FailedMessage.objects.get().error_class == "OperationalError"


def test_hints_that_follow_from_events_carry_the_invocations_id(entry, monkeypatch):
    seen: list[str] = []
    monkeypatch.setitem(feeds.SERVICES, Feed.INBOUND, lambda _bodies: seen.append(correlation.get()["correlation_id"]))
    entry("inbound")(batch(QueueName.INBOUND, "a"), Clock(aws_request_id="request-9"))
    assert seen == ["request-9"]


def test_the_function_of_events_watches_the_schedule_once_a_minute(entry, monkeypatch):
    looks: list[int] = []
    monkeypatch.setattr(ticks, "watch_sweep", lambda: looks.append(1))
    monkeypatch.setitem(feeds.SERVICES, Feed.SES_EVENTS, lambda _bodies: None)
    for _batch in range(3):
        entry("events")({"Records": [record(QueueName.SES_EVENTS, "a")]}, Clock())
    assert looks == [1]
