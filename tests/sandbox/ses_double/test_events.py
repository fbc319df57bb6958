"""Events: what SES would publish about a message, through SNS to the queue."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.factories.ses_calls import bulk_entry, bulk_send, simple_send

QUEUE = "postroom-ses-events"
WITH_EVENTS = {"ConfigurationSetName": "postroom"}


@pytest.fixture
def ses(sandbox_client):
    return sandbox_client("sesv2")


@pytest.fixture
def queue(sandbox_client):
    """Reads as many events as asked for, in the order of the queue; the queue is empty at first."""
    sqs = sandbox_client("sqs")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]

    def read(count):
        events: list[dict[str, Any]] = []
        while received := receive(sqs, url, wait_s=5 if len(events) < count else 0):
            events += [json.loads(body) for body in received]
        return events

    read(0)
    return read


def receive(sqs, url, *, wait_s):
    """The bodies of up to ten messages, which are deleted."""
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_s).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]


def types(events):
    return [event["eventType"] for event in events]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("success+1@simulator.amazonses.com", ["Send", "Delivery"]),
        ("ooto@simulator.amazonses.com", ["Send", "Delivery"]),
        ("bounce+anna@simulator.amazonses.com", ["Send", "Bounce"]),
        ("complaint@simulator.amazonses.com", ["Send", "Delivery", "Complaint"]),
        ("suppressionlist@simulator.amazonses.com", ["Send", "Bounce"]),
        ("anna@delay.example", ["Send", "DeliveryDelay", "Delivery"]),
        ("anna@reject.example", ["Send", "Reject"]),
    ],
)
def test_the_address_decides_what_follows(ses, queue, address, expected):
    ses.send_email(**simple_send(address, **WITH_EVENTS))
    assert types(queue(len(expected))) == expected


def test_events_carry_our_tags_and_the_message_id(ses, queue):
    tags = {"postroom_delivery": "7", "postroom_attempt": "3"}
    reply = ses.send_bulk_email(**bulk_send([bulk_entry(tags=tags)], **WITH_EVENTS))
    for event in queue(2):
        assert event["mail"]["messageId"] == reply["BulkEmailEntryResults"][0]["MessageId"]
        assert event["mail"]["tags"]["postroom_delivery"] == ["7"]
        assert event["mail"]["tags"]["postroom_attempt"] == ["3"]
        assert event["mail"]["tags"]["ses:configuration-set"] == ["postroom"]


@pytest.mark.parametrize(
    ("address", "kind", "sub_kind"),
    [
        ("anna@bounce.example", "Permanent", "General"),
        ("anna@mailboxfull.example", "Transient", "MailboxFull"),
        ("suppressionlist@simulator.amazonses.com", "Permanent", "Suppressed"),
    ],
)
def test_a_bounce_says_of_which_kind_it_is(ses, queue, address, kind, sub_kind):
    ses.send_email(**simple_send(address, **WITH_EVENTS))
    bounce = queue(2)[1]["bounce"]
    assert (bounce["bounceType"], bounce["bounceSubType"]) == (kind, sub_kind)
    assert [each["emailAddress"] for each in bounce["bouncedRecipients"]] == [address]


def test_a_missing_value_gives_one_rendering_failure_and_no_send(ses, queue):
    ses.send_bulk_email(**bulk_send([bulk_entry(values={})], html="{{name}}", **WITH_EVENTS))
    [event] = queue(1)
    assert event["eventType"] == "Rendering Failure"
    assert event["failure"]["errorMessage"] == "Attribute 'name' is not present in the rendering data."


def test_duplicates_come_on_demand(sandbox, ses, queue):
    sandbox.set_events(duplicate_rate=1)
    ses.send_email(**simple_send(**WITH_EVENTS))
    assert types(queue(4)) == ["Send", "Send", "Delivery", "Delivery"]


def test_shuffled_events_all_arrive_in_another_order(sandbox, ses, queue):
    sandbox.set_events(shuffle_s=0.2, seed=1)
    entries = [bulk_entry(f"p{number}@example.org", tags={"n": str(number)}) for number in range(20)]
    ses.send_bulk_email(**bulk_send(entries, **WITH_EVENTS))
    seen = [(int(event["mail"]["tags"]["n"][0]), event["eventType"]) for event in queue(40)]
    in_order = [(number, kind) for number in range(20) for kind in ("Send", "Delivery")]
    assert sorted(seen) == sorted(in_order)
    assert seen != in_order


def test_events_that_are_late_wait_in_the_double(sandbox, ses, queue):
    sandbox.set_events(delay_s=60)
    ses.send_email(**simple_send(**WITH_EVENTS))
    assert sandbox.events_waiting_count() == 2
    assert queue(0) == []


def test_no_events_when_they_are_off_or_without_a_configuration_set(sandbox, ses, queue):
    ses.send_email(**simple_send())
    sandbox.set_events(enabled=False)
    ses.send_email(**simple_send(**WITH_EVENTS))
    assert (sandbox.events_waiting_count(), queue(0)) == (0, [])


def test_clicks_are_told_only_where_the_configuration_set_tracks(ses, queue):
    ses.send_email(**simple_send("anna@scanner.example", **WITH_EVENTS))
    ses.send_email(**simple_send("anna@scanner.example", ConfigurationSetName="postroom-tracked"))
    told = queue(5)
    assert sorted(types(told)) == ["Click", "Delivery", "Delivery", "Send", "Send"]
    [click] = [event for event in told if event["eventType"] == "Click"]
    assert click["mail"]["tags"]["ses:configuration-set"] == ["postroom-tracked"]
    assert click["click"]["link"].startswith("https://")
