from __future__ import annotations

import pytest
from django.db import OperationalError

from portal.aws import sqs
from portal.queues import QUEUES, Feed, QueueName
from workers import consume, feeds

pytestmark = pytest.mark.django_db

EVENTS = QUEUES[QueueName.SES_EVENTS]


class QueueInMemory:
    """Stands in for SQS: hands out what waits, ten at a time, and remembers what was acknowledged."""

    def __init__(self, *bodies: str) -> None:
        self.waiting = [sqs.Message(body, f"handle-{body}", f"id-{body}") for body in bodies]
        self.deleted: list[str] = []
        self.hidden: list[tuple[str, int]] = []

    def receive(self, _name: str, *, wait_s: int) -> list[sqs.Message]:
        taken, self.waiting = self.waiting[:10], self.waiting[10:]
        return taken

    def delete(self, _name: str, messages: list[sqs.Message]) -> None:
        self.deleted += [message.body for message in messages]

    def hide(self, _name: str, messages: list[sqs.Message], *, for_s: int) -> None:
        self.hidden += [(message.body, for_s) for message in messages]


@pytest.fixture
def consumed(monkeypatch):
    """Consume one batch of these bodies with this service; returns what was acknowledged."""

    def consume_with(service, *bodies: str) -> list[str]:
        queue = QueueInMemory(*bodies)
        monkeypatch.setattr(sqs, "receive", queue.receive)
        monkeypatch.setattr(sqs, "delete", queue.delete)
        monkeypatch.setattr(sqs, "hide", queue.hide)
        monkeypatch.setitem(feeds.SERVICES, Feed.SES_EVENTS, service)
        consume.consume_batch(EVENTS, wait_s=0)
        return queue.deleted

    return consume_with


def refuse_poison(bodies: list[str]) -> None:
    if "poison" in bodies:
        raise RuntimeError("cannot be read")


def test_a_poison_message_stays_and_does_not_take_the_others_along(consumed):
    bodies = [str(number) for number in range(15)]
    assert consumed(refuse_poison, *bodies, "poison") == bodies


def test_a_poison_message_alone_is_left_for_its_dead_letter_queue(consumed):
    with pytest.raises(RuntimeError):
        consumed(refuse_poison, "poison")


@pytest.fixture
def database_away(monkeypatch):
    monkeypatch.setattr(feeds, "is_database_away", lambda: True)


@pytest.mark.usefixtures("database_away")
def test_an_outage_of_the_database_is_not_blamed_on_each_message(consumed):
    seen: list[int] = []

    def fail(bodies: list[str]) -> None:
        seen.append(len(bodies))
        raise OperationalError("the server closed the connection")

    with pytest.raises(OperationalError):
        consumed(fail, "a", "b", "c")
    assert seen == [3]


def test_a_message_that_the_database_refuses_does_not_take_the_others_along(consumed):
    def fail(bodies: list[str]) -> None:
        if "poison" in bodies:
            raise OperationalError("index row size exceeds the maximum")

    assert consumed(fail, "a", "poison", "b") == ["a", "b"]


@pytest.mark.usefixtures("database_away")
def test_what_was_received_when_the_database_went_away_comes_again_within_seconds(monkeypatch):
    def fail(_bodies: list[str]) -> None:
        raise OperationalError("the server closed the connection")

    queue = QueueInMemory("a", "b")
    monkeypatch.setattr(sqs, "receive", queue.receive)
    monkeypatch.setattr(sqs, "hide", queue.hide)
    monkeypatch.setitem(feeds.SERVICES, Feed.SES_EVENTS, fail)
    with pytest.raises(OperationalError):
        consume.consume_batch(EVENTS, wait_s=0)
    assert queue.hidden == [("a", 2), ("b", 2)]


def test_nothing_is_received_while_the_database_is_away(consumed, monkeypatch):
    def no_connection() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("workers.consume.connection.ensure_connection", no_connection)
    monkeypatch.setattr(sqs, "receive", pytest.fail)
    with pytest.raises(OperationalError):
        consume.consume_batch(EVENTS, wait_s=0)
