"""Messages that can never succeed end in their dead-letter queue within their receives, with the reason."""

from __future__ import annotations

from collections import Counter

import pytest
from django.conf import settings

from portal.failures.models import FailedMessage
from portal.queues import QUEUES, QueueName, TaskName, full_name
from tests.portal.failures.conftest import dlq_count, queue_count

pytestmark = pytest.mark.django_db(transaction=True)

IMPORTS = QueueName.IMPORTS
RECEIVES = QUEUES[IMPORTS].max_receives


@pytest.fixture
def tried(monkeypatch):
    """How often each import was tried; those of `poison` fail each time."""
    counts: Counter[int] = Counter()
    poison: set[int] = set()

    def check(import_id: int) -> None:
        counts[import_id] += 1
        if import_id in poison:
            raise ValueError(f"import {import_id} of ada@example.com has no file")

    monkeypatch.setattr("workers.tasks.importing.check", check)
    return counts, poison


def run_poison(tried, run_worker, send_hint, *, total: int, every: int) -> tuple[Counter[int], set[int]]:
    counts, poison = tried
    poison |= set(range(0, total, every))
    for number in range(total):
        send_hint(TaskName.CHECK_IMPORT, IMPORTS, import_id=number)
    took_s = run_worker(IMPORTS, lambda: dlq_count(IMPORTS) == len(poison) and queue_count(IMPORTS) == 0)
    done = [number for number in counts if number not in poison]
    print(  # noqa: T201  # the figures are what is shown
        f"{total} messages, {len(poison)} poison: {len(done)} done, each {max(counts[n] for n in done)} time; "
        f"{dlq_count(IMPORTS)} in the DLQ after {max(counts.values())} receives, "
        f"{FailedMessage.objects.filter(state='put-aside').count()} with their reason; {took_s:.1f} s"
    )
    return counts, poison


def assert_only_poison_is_put_aside(counts: Counter[int], poison: set[int], total: int) -> None:
    assert {number: count for number, count in counts.items() if number not in poison} == dict.fromkeys(
        set(range(total)) - poison, 1
    )
    assert {counts[number] for number in poison} == {RECEIVES}
    assert (dlq_count(IMPORTS), queue_count(IMPORTS)) == (len(poison), 0)
    rows = FailedMessage.objects.filter(queue=IMPORTS, state=FailedMessage.State.PUT_ASIDE)
    assert {row.ids["import_id"] for row in rows} == poison
    assert {row.failure_count for row in rows} == {RECEIVES}
    assert len({row.cause_key for row in rows}) == 1


def test_poison_ends_in_the_dead_letter_queue_with_its_reason(tried, run_worker, send_hint):
    counts, poison = run_poison(tried, run_worker, send_hint, total=40, every=20)
    assert_only_poison_is_put_aside(counts, poison, 40)
    row = FailedMessage.objects.get(ids={"import_id": 20})
    assert (row.error_class, row.error) == ("ValueError", "import 20 of <address> has no file")


@pytest.mark.long
def test_of_a_thousand_messages_fifty_that_are_poison_keep_nobody(tried, run_worker, send_hint):
    counts, poison = run_poison(tried, run_worker, send_hint, total=1_000, every=20)
    assert_only_poison_is_put_aside(counts, poison, 1_000)


def test_a_message_that_succeeds_later_is_forgotten(tried, run_worker, send_hint, monkeypatch):
    counts: Counter[int] = Counter()

    def fail_twice(import_id: int) -> None:
        counts[import_id] += 1
        if counts[import_id] <= 2:
            raise ValueError("not yet")

    monkeypatch.setattr("workers.tasks.importing.check", fail_twice)
    send_hint(TaskName.CHECK_IMPORT, IMPORTS, import_id=7)
    run_worker(IMPORTS, lambda: queue_count(IMPORTS) == 0)
    assert (counts[7], dlq_count(IMPORTS), FailedMessage.objects.count()) == (3, 0, 0)


def test_what_no_worker_can_read_blocks_nobody_and_ends_in_the_dead_letter_queue(tried, queues, run_worker, send_hint):
    url = queues.get_queue_url(QueueName=full_name(settings.QUEUE_PREFIX, IMPORTS))["QueueUrl"]
    strange = [
        "",
        " ",
        "{",
        "[]",
        "null",
        "{}",
        '{"headers": {"task": 7}}',
        "//8=",
        "\u2603 snow",
        '{"body": "x", "headers": {}}',
    ]
    bodies = [body for body in strange if body.strip()]
    for body in bodies:
        queues.send_message(QueueUrl=url, MessageBody=body)
    send_hint("campaigns.no_such_task", IMPORTS, import_id=1)
    send_hint(TaskName.CHECK_IMPORT, IMPORTS, import_id=5)
    run_worker(IMPORTS, lambda: dlq_count(IMPORTS) == len(bodies) + 1)
    assert tried[0] == {5: 1}
    rows = FailedMessage.objects.filter(queue=IMPORTS, state=FailedMessage.State.PUT_ASIDE)
    assert sorted({row.error_class for row in rows}) == ["UnknownTask", "Unreadable"]
    assert (len(rows), {row.failure_count for row in rows}) == (len(bodies) + 1, {RECEIVES})
