"""Trying again: one first, then the rest; a worker killed at any step loses nothing."""

from __future__ import annotations

from collections import Counter

import pytest
from _pytest.mark import ParameterSet
from django.conf import settings

from portal.aws import sqs
from portal.errors import Conflict, InvalidInput, Unavailable
from portal.failures.bodies import read_letter
from portal.failures.models import FailedMessage, Redrive
from portal.failures.notes import Cause, forget_success, note_failure
from portal.failures.redrive import run_redrive
from portal.failures.services import discard_messages, try_again
from portal.holds import Hold
from portal.models import Activity
from portal.queues import QUEUES, QueueName, TaskName, full_name
from tests.portal.failures.conftest import dlq_count, queue_count

pytestmark = pytest.mark.django_db(transaction=True)

IMPORTS = QUEUES[QueueName.IMPORTS]
NAME = full_name("test", IMPORTS.name)
DLQ = full_name("test", IMPORTS.dlq_name)


class Killed(BaseException):
    """As a SIGKILL: nobody catches it."""


@pytest.fixture
def put_aside(queues, send_hint):
    """Puts hints into the DLQ, with their reason."""

    def put(count: int, *, reason: str = "no file", is_noted: bool = True) -> None:
        for number in range(count):
            send_hint(TaskName.CHECK_IMPORT, QueueName.IMPORTS, import_id=number)
        while messages := sqs.receive(NAME, wait_s=0):
            for message in messages:
                sqs.send(DLQ, message.body)
                if is_noted:
                    letter = read_letter(message.body, is_hint=True)
                    note_failure(IMPORTS, letter, Cause("ValueError", reason), receive_count=IMPORTS.max_receives)
            sqs.delete(NAME, messages)

    return put


class Worker:
    """Takes what lies in the queue as a Celery worker would; each import is done at most once, as by its row."""

    def __init__(self, *, fails: bool = False) -> None:
        self.calls: Counter[int] = Counter()
        self.done: set[int] = set()
        self.effects: Counter[int] = Counter()
        self.fails = fails

    def work(self) -> None:
        while messages := sqs.receive(NAME, wait_s=0):
            for message in messages:
                self._take(message)
            sqs.delete(NAME, messages)

    def _take(self, message: sqs.Message) -> None:
        letter = read_letter(message.body, is_hint=True)
        number = int(letter.ids["import_id"])
        self.calls[number] += 1
        if self.fails:
            sqs.send(DLQ, message.body)
            note_failure(IMPORTS, letter, Cause("ValueError", "still no file"), receive_count=IMPORTS.max_receives)
            return
        if number not in self.done:  # the claim of the row
            self.effects[number] += 1
            self.done.add(number)
        forget_success(IMPORTS, letter.key)


def begin(**options) -> Redrive:
    return try_again("queue:imports", label="imports", planned=5, actor=None, **options)


def free(redrive: Redrive) -> None:
    """The lease of a killed worker has run out, and so has the time for which it hid messages."""
    Redrive.objects.filter(pk=redrive.pk).update(lease_token="", lease_until=None, retry_at=None)


def run_to_the_end(redrive: Redrive, worker: Worker) -> Redrive:
    for _turn in range(50):
        free(redrive)
        run_redrive(redrive.pk)
        worker.work()
        redrive.refresh_from_db()
        if not redrive.is_open:
            return redrive
    raise AssertionError(f"never ends: {redrive.status}")


def test_one_is_tried_before_the_rest(put_aside):
    put_aside(12)
    redrive = begin()
    run_redrive(redrive.pk)
    assert (queue_count(QueueName.IMPORTS), dlq_count(QueueName.IMPORTS)) == (1, 11)
    redrive.refresh_from_db()
    assert redrive.status == Redrive.Status.WAITING
    worker = Worker()
    worker.work()
    redrive = run_to_the_end(redrive, worker)
    assert (redrive.status, redrive.moved_count) == (Redrive.Status.DONE, 12)
    assert worker.effects == dict.fromkeys(range(12), 1)
    assert (dlq_count(QueueName.IMPORTS), FailedMessage.objects.count()) == (0, 0)


def test_when_the_first_fails_again_the_rest_stays(put_aside):
    put_aside(5)
    worker = Worker(fails=True)
    redrive = run_to_the_end(begin(), worker)
    assert (redrive.status, sum(worker.calls.values())) == (Redrive.Status.STOPPED, 1)
    assert "ValueError: still no file" in redrive.problem
    assert dlq_count(QueueName.IMPORTS) == 5


def test_what_fails_again_in_the_rest_is_not_tried_for_ever(put_aside):
    put_aside(4)
    redrive = begin()
    run_redrive(redrive.pk)
    worker = Worker()
    worker.work()
    worker.fails = True
    redrive = run_to_the_end(redrive, worker)
    assert (redrive.status, dlq_count(QueueName.IMPORTS)) == (Redrive.Status.DONE, 3)
    assert set(worker.calls.values()) == {1}


def test_only_the_chosen_cause_is_tried(put_aside):
    put_aside(3, reason="no file")
    put_aside(2, reason="no header")
    key = FailedMessage.objects.filter(error="no header").values_list("cause_key", flat=True)[0]
    worker = Worker()
    redrive = run_to_the_end(begin(cause_key=key), worker)
    assert (redrive.moved_count, sum(worker.calls.values())) == (2, 2)
    assert FailedMessage.objects.filter(error="no file").count() == 3


def test_messages_without_a_reason_are_tried_too(put_aside):
    put_aside(3, is_noted=False)
    worker = Worker()
    run_to_the_end(begin(), worker)
    assert (worker.effects, dlq_count(QueueName.IMPORTS)) == (dict.fromkeys(range(3), 1), 0)


def _steps() -> list[ParameterSet]:
    """Before and after every call outside and every commit of the journal; the second of each in the long form."""
    return [
        pytest.param(f"{when} {what} {turn}", marks=[pytest.mark.long] if turn else [])
        for what in ("receive", "hide", "send", "delete", "keep", "end")
        for when in ("before", "after")
        for turn in range(3)
    ]


@pytest.mark.parametrize("step", _steps())
def test_killed_at_any_step_nothing_is_lost_and_nothing_done_twice(put_aside, monkeypatch, step):
    put_aside(13)
    when, what, turn = step.split()
    owner = sqs if what in {"receive", "hide", "send", "delete"} else Hold

    def deadly(*arguments, **options):
        if what != "send" and arguments[0] == NAME:
            return really(*arguments, **options)  # the worker's own
        calls[what] += 1
        is_hit = calls[what] == int(turn) + 1
        if is_hit and when == "before":
            raise Killed
        answer = really(*arguments, **options)
        if is_hit:
            raise Killed
        return answer

    redrive, worker = begin(), Worker()
    held = _remember_received(monkeypatch)
    really, calls = getattr(owner, what), Counter[str]()
    with monkeypatch.context() as patched:
        patched.setattr(owner, what, deadly)
        killed = _run_until_killed(redrive, worker)
    sqs.hide(DLQ, held, for_s=0)  # the time for which the killed one hid them is over
    redrive = run_to_the_end(redrive, worker)
    assert redrive.status == Redrive.Status.DONE
    assert worker.effects == dict.fromkeys(range(13), 1)
    assert (dlq_count(QueueName.IMPORTS), queue_count(QueueName.IMPORTS), FailedMessage.objects.count()) == (0, 0, 0)
    print(f"killed {step}: {killed}; 13 of 13 done once, {sum(worker.calls.values())} hints, DLQ empty")  # noqa: T201


def _remember_received(monkeypatch) -> list[sqs.Message]:
    held: list[sqs.Message] = []
    receive = sqs.receive

    def remember(name: str, **options):
        found = receive(name, **options)
        held.extend(found if name == DLQ else [])
        return found

    monkeypatch.setattr(sqs, "receive", remember)
    return held


def _run_until_killed(redrive: Redrive, worker: Worker) -> bool:
    for _turn in range(10):
        free(redrive)
        try:
            run_redrive(redrive.pk)
        except Killed:
            return True
        worker.work()
        redrive.refresh_from_db()
        if not redrive.is_open:
            return False
    return False


def test_an_outage_postpones_and_loses_nothing(put_aside, monkeypatch):
    put_aside(3)
    redrive, worker = begin(), Worker()

    def away(*_arguments, **_options):
        raise Unavailable("SQS is away", service="sqs")

    held = _remember_received(monkeypatch)
    with monkeypatch.context() as patched:
        patched.setattr(sqs, "send", away)
        run_redrive(redrive.pk)
    sqs.hide(DLQ, held, for_s=0)  # their time is over before it is tried again
    redrive.refresh_from_db()
    assert (redrive.is_open, redrive.retry_at is not None) == (True, True)
    run_to_the_end(redrive, worker)
    assert worker.effects == dict.fromkeys(range(3), 1)


def test_discarding_asks_for_a_reason_and_stands_in_the_log(put_aside):
    put_aside(12)
    with pytest.raises(InvalidInput):
        discard_messages("imports", label="imports", planned=12, reason=" no ", actor=None)
    redrive = discard_messages("imports", label="imports", planned=12, reason="the files are gone", actor=None)
    run_redrive(redrive.pk)
    redrive.refresh_from_db()
    assert (redrive.status, redrive.moved_count, dlq_count(QueueName.IMPORTS)) == (Redrive.Status.DONE, 12, 0)
    assert FailedMessage.objects.count() == 0
    assert Activity.objects.get(verb="failures.discarded").details["reason"] == "the files are gone"


def test_two_people_cannot_try_the_same_at_once(queues):
    begin()
    with pytest.raises(Conflict):
        begin()


def test_the_prefix_of_the_tests_is_the_one_used_here():
    assert settings.QUEUE_PREFIX == "test"
