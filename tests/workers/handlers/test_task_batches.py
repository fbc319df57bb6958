from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
from django.db import OperationalError

from portal.failures.models import FailedMessage
from portal.logs import correlation
from portal.queues import QueueName, TaskName
from tests.workers.handlers.sqs_events import Clock, batch, failed, hint_body, record
from workers import failed as failures, stopping

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class FixedTime:
    """Stands in for the module `time`."""

    now_s: float

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def routed(monkeypatch) -> list[int]:
    """Messages that were routed; number 13 cannot be."""
    found: list[int] = []

    def route(ids: list[int]) -> None:
        if 13 in ids:
            raise RuntimeError("no rule for ada@example.org")
        found.extend(ids)

    monkeypatch.setattr("workers.tasks.routing.route_messages", route)
    return found


def route_hint(message_id: int, **more: str) -> str:
    return hint_body(TaskName.ROUTE_MESSAGE, message_id=message_id, **more)


def test_hints_are_carried_out_and_deleted(entry, routed, hidden):
    answer = entry("inbound")(batch(QueueName.ROUTING, route_hint(1), route_hint(2)), Clock())
    assert (failed(answer), routed, hidden) == ([], [1, 2], [])


def test_a_hint_that_fails_comes_again_alone_and_soon_and_its_reason_is_written_down(entry, routed, hidden):
    event = batch(QueueName.ROUTING, route_hint(1), route_hint(13), route_hint(3))
    assert failed(entry("inbound")(event, Clock())) == ["m-2"]
    assert (routed, hidden) == ([1, 3], [("m-2", 2)])
    row = FailedMessage.objects.get()
    assert (row.what, row.ids, row.error) == ("routing.route_message", {"message_id": 13}, "no rule for <address>")


def test_a_hint_that_succeeds_later_leaves_no_reason(entry, routed, hidden, monkeypatch):
    event = batch(QueueName.ROUTING, route_hint(13, key="same"))
    entry("inbound")(event, Clock())
    monkeypatch.setattr("workers.tasks.routing.route_messages", routed.extend)
    assert failed(entry("inbound")(event, Clock())) == []
    assert not FailedMessage.objects.exists()


@pytest.mark.parametrize(
    ("body", "error_class"),
    [
        ("no hint at all", "Unreadable"),
        (hint_body("routing.no_such_task"), "UnknownTask"),
        (hint_body(TaskName.SWEEP), "WrongQueue"),
        (hint_body(TaskName.ROUTE_MESSAGE, other_id=1), "TypeError"),
    ],
    ids=["no hint", "unknown task", "another function's task", "ids that the task has no use for"],
)
def test_what_nobody_here_can_carry_out_fails_alone(body, error_class, entry, routed, hidden):
    answer = entry("inbound")(batch(QueueName.ROUTING, body, route_hint(2)), Clock())
    assert (failed(answer), routed) == (["m-1"], [2])
    assert FailedMessage.objects.get().error_class == error_class


def test_the_last_receive_counts_as_put_aside(entry, routed, hidden):
    event = {"Records": [record(QueueName.ROUTING, route_hint(13), receives=5)]}
    entry("inbound")(event, Clock())
    assert FailedMessage.objects.get().state == FailedMessage.State.PUT_ASIDE
    assert hidden == [("m-1", 32)]


def test_a_queue_of_another_function_fails_and_nothing_is_carried_out(entry, routed, hidden):
    assert failed(entry("gmail")(batch(QueueName.ROUTING, route_hint(1)), Clock())) == ["m-1"]
    assert routed == []


def test_what_there_is_no_time_for_is_given_back_at_once(entry, routed, hidden):
    answer = entry("inbound")(batch(QueueName.ROUTING, route_hint(1), route_hint(2)), Clock(left_s=19))
    assert (failed(answer), routed) == (["m-1", "m-2"], [])
    assert hidden == [("m-1", 0), ("m-2", 0)]


def test_a_chunk_hears_that_it_is_to_stop_before_lambda_ends_it(entry, hidden, monkeypatch):
    heard: list[bool] = []

    def send(_campaign_id, *, is_stopping):
        now_s = time.monotonic()
        for passed_s in (188, 192):
            with monkeypatch.context() as later:
                later.setattr(stopping, "time", FixedTime(now_s + passed_s))
                heard.append(is_stopping())

    monkeypatch.setattr("workers.tasks.campaigns.send_next_chunk", send)
    body = hint_body(TaskName.SEND_CHUNK, campaign_id=1, at_s=4_000_000_000)
    entry("sending")(batch(QueueName.SENDING, body), Clock(left_s=300))
    assert heard == [False, True]
    assert not stopping.is_stopping()


def test_the_correlation_id_of_the_hint_stands_on_its_log_lines(entry, hidden, monkeypatch):
    seen: list[dict[str, str]] = []
    monkeypatch.setattr("workers.tasks.routing.route_messages", lambda _ids: seen.append(correlation.get()))
    entry("inbound")(batch(QueueName.ROUTING, route_hint(1, correlation_id="click-7")), Clock())
    assert [(each["correlation_id"], each["function"]) for each in seen] == [("click-7", "inbound")]


def test_while_the_database_is_away_hints_are_acknowledged_as_the_sweep_brings_them_again(entry, hidden, monkeypatch):
    def fail(_ids: list[int]) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("workers.tasks.routing.route_messages", fail)
    monkeypatch.setattr(failures, "is_database_away", lambda: True)
    assert failed(entry("inbound")(batch(QueueName.ROUTING, route_hint(1)), Clock())) == []
