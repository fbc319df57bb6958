"""The whole way of a mail, against moto and the double of SES: door, bucket, topic, queue, router, actions."""

from __future__ import annotations

import pytest

from portal.aws import s3, ses, ses_bounce, session, sqs
from portal.queues import QUEUES, QueueName
from routing.inbound.models import InboundDelivery
from sandbox.receiving import InboundNames, Incoming, receive_mail
from tests.factories.inbound import make_rule
from workers.consume import consume_batch

pytestmark = pytest.mark.django_db
RAW = b"From: Ada <ada@sender.example>\r\nTo: x@y.example\r\nSubject: Hello\r\n\r\nBody \xe4\r\n"
CACHES = (session.client, session.session, s3._client, ses_bounce._client, ses._wire, sqs.queue_url)


@pytest.fixture
def way(sandbox, monkeypatch, settings):
    """Clients of this process lead to the sandbox, and to nothing of it afterwards."""
    monkeypatch.setenv("QUEUE_PREFIX", "postroom")
    settings.QUEUE_PREFIX = "postroom"
    settings.INBOUND_BUCKET = "postroom-inbound"
    settings.FORWARD_FROM_ADDRESS = "forward@postroom.example"
    for cache in CACHES:
        cache.cache_clear()
    yield sandbox
    for cache in CACHES:
        cache.cache_clear()


def test_mail_from_the_door_to_its_ends(way, hints):
    make_rule("bounced@postroom.example", {"kind": "bounce", "code": "no_mailbox", "text": "Gone."})
    make_rule("*@postroom.example", {"kind": "forward", "address": "home@else.example"}, {"kind": "store"})
    recipients = ["bounced@postroom.example", "anybody@postroom.example"]
    while consume_batch(QUEUES[QueueName.INBOUND], wait_s=0):
        pass
    receive_mail(Incoming(RAW, "ada@sender.example", recipients), InboundNames.from_environment())
    assert consume_batch(QUEUES[QueueName.INBOUND], wait_s=2) == 1
    hints.run_all()
    states = InboundDelivery.objects.order_by("pk").values_list("recipient", "action", "state")
    assert list(states) == [
        ("bounced@postroom.example", "bounce", "bounced"),
        ("anybody@postroom.example", "forward", "delivered"),
        ("anybody@postroom.example", "store", "stored"),
    ]
    assert sorted((line["operation"], line["address"]) for line in way.accepted()) == [
        ("SendBounce", "ada@sender.example"),
        ("SendEmail", "home@else.example"),
    ]
