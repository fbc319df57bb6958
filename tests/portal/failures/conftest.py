"""Real queues (moto with our patches) with their dead-letter queues, and a real Celery worker in this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import boto3
import pytest
from celery.worker import state
from django.conf import settings
from kombu import Connection

from portal.aws import session, sqs, sync_sqs
from portal.queues import QUEUES, QueueName, full_name
from sandbox.environment import aws_environment, changed_environment
from sandbox.seed import SeedNames, seed_queues
from sandbox.testing import run_moto

LONGEST_RUN_S = 900  # a slow machine is no failure
OPTIONS = {"region": "us-east-1", "wait_time_seconds": 1, "polling_interval": 0.01, "queue_name_prefix": ""}


@pytest.fixture(scope="session")
def moto_url():
    with run_moto() as url:
        yield url


@pytest.fixture
def queues(moto_url, monkeypatch):
    """The queues of the table, empty; failed messages come again at once."""
    with changed_environment(aws_environment(moto_url, "us-east-1")):
        session.client.cache_clear()
        sqs.forget_urls()
        client = boto3.client("sqs", region_name="us-east-1")
        seed_queues(client, SeedNames(queue_prefix=settings.QUEUE_PREFIX))
        for url in client.list_queues()["QueueUrls"]:
            client.purge_queue(QueueUrl=url)
        for module in (sqs, sync_sqs):
            monkeypatch.setattr(module, "retry_delay_s", lambda _receives: 0)
        monkeypatch.setattr("portal.failures.lanes.LONG_POLL_S", 0)
        yield client
    session.client.cache_clear()
    sqs.forget_urls()


def dlq_count(queue: QueueName) -> int:
    return sqs.waiting_count(full_name(settings.QUEUE_PREFIX, QUEUES[queue].dlq_name))


def queue_count(queue: QueueName) -> int:
    return sqs.waiting_count(full_name(settings.QUEUE_PREFIX, queue))


@pytest.fixture
def send_hint(queues):
    """As portal.publish does, past the double of the broker."""
    from workers.app import app

    with Connection("sqs://", transport_options=OPTIONS) as connection:

        def send(task: str, queue: QueueName, **ids: int | str) -> None:
            name = full_name(settings.QUEUE_PREFIX, queue)
            app.send_task(str(task), kwargs=ids, queue=name, ignore_result=True, connection=connection)

        yield send


@pytest.fixture
def run_worker(queues, monkeypatch):
    """Runs a real Celery worker on these queues until `is_done`; fails when that takes too long."""
    from workers.app import app

    monkeypatch.setitem(app.conf, "broker_read_url", "sqs://")
    monkeypatch.setitem(app.conf, "broker_transport_options", OPTIONS)

    def run(queue: QueueName, is_done: Callable[[], bool]) -> float:
        names = [full_name(settings.QUEUE_PREFIX, queue)]
        worker = app.WorkController(
            queues=names, pool_cls="solo", concurrency=1, without_gossip=True, without_mingle=True
        )
        started_s = time.monotonic()
        stopper = threading.Thread(target=_stop_when, args=(is_done, started_s + LONGEST_RUN_S))
        stopper.start()
        try:
            worker.start()
        finally:
            stopper.join()
            state.should_stop = None
        return time.monotonic() - started_s

    return run


def _stop_when(is_done: Callable[[], bool], deadline_s: float) -> None:
    while not is_done() and time.monotonic() < deadline_s:
        time.sleep(0.05)
    state.should_stop = 0  # type: ignore[assignment]  # the stubs know its first value alone
