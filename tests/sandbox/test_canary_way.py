"""A test mail against moto and the doubles: out by SES, in by the door, bucket, topic, queue and router."""

from __future__ import annotations

import time

import pytest

from portal.aws import s3, ses, session, sqs
from portal.queues import QUEUES, QueueName
from routing.canary.models import CanaryRun
from routing.canary.services import keep_canary
from sandbox.environment import changed_environment
from sandbox.testing import run_double, run_server
from tests.factories.routing_pages import make_domain
from workers.consume import consume_batch

pytestmark = pytest.mark.django_db
CACHES = (session.client, session.session, s3._client, ses._wire, sqs.queue_url)


@pytest.fixture
def way(sandbox, monkeypatch, settings):
    """A double of SES that passes mail to own domains on to the door."""
    monkeypatch.setenv("QUEUE_PREFIX", "postroom")
    settings.QUEUE_PREFIX, settings.INBOUND_BUCKET = "postroom", "postroom-inbound"
    settings.DEFAULT_FROM_ADDRESS, settings.CANARY_EVERY_MIN = "news@postroom.example", 60
    environment = {**sandbox.environment, "QUEUE_PREFIX": "postroom"}
    with (
        run_server("sandbox.smtp_door", environment=environment) as door,
        run_double("--door-port", door.rpartition(":")[2], "--verified", "postroom.example") as double,
        changed_environment({**sandbox.environment, "AWS_ENDPOINT_URL_SESV2": double.url}),
    ):
        for cache in CACHES:
            cache.cache_clear()
        while consume_batch(QUEUES[QueueName.INBOUND], wait_s=0):
            pass
        yield double
    for cache in CACHES:
        cache.cache_clear()


def test_a_test_mail_comes_back_through_the_sandbox_and_is_measured(way):
    make_domain("postroom.example")
    keep_canary()
    deadline = time.monotonic() + 20
    while not consume_batch(QUEUES[QueueName.INBOUND], wait_s=1):
        assert time.monotonic() < deadline
    keep_canary()
    run = CanaryRun.objects.get()
    assert (run.state, run.message.subject[:18]) == (CanaryRun.State.ARRIVED, "Postroom test mail")
    assert run.message.envelope_from == "news@postroom.example"
    assert run.arrived_at >= run.taken_in_at >= run.sent_at
