"""moto with our patches: queues keep their semantics, nothing sent is lost."""

from __future__ import annotations

import json
import threading

import pytest


@pytest.fixture
def sqs(sandbox_client):
    return sandbox_client("sqs")


def new_queue(sqs, name, **attributes):
    return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def bodies(reply):
    return [message["Body"] for message in reply.get("Messages", [])]


def test_a_message_received_too_often_goes_to_the_dlq(sqs):
    dlq = new_queue(sqs, "poison-dlq")
    arn = sqs.get_queue_attributes(QueueUrl=dlq, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    url = new_queue(sqs, "poison", VisibilityTimeout="0", RedrivePolicy=policy)
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    received = [bodies(sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)) for _ in range(3)]
    assert received == [["poison"], ["poison"], []]
    assert bodies(sqs.receive_message(QueueUrl=dlq)) == ["poison"]


def test_a_delayed_message_is_not_visible_yet_but_counted(sqs):
    url = new_queue(sqs, "delayed")
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=900)
    assert bodies(sqs.receive_message(QueueUrl=url)) == []
    wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
    assert counts == {"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesDelayed": "1"}


def test_a_received_message_is_hidden_until_it_is_deleted(sqs):
    url = new_queue(sqs, "hidden", VisibilityTimeout="60")
    sqs.send_message(QueueUrl=url, MessageBody="one")
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert bodies(sqs.receive_message(QueueUrl=url)) == []
    for _ in range(2):  # a second delete is harmless
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"])
    assert counts["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_no_message_is_lost_while_others_are_deleted(sqs):
    url = new_queue(sqs, "busy", VisibilityTimeout="60")
    sender = threading.Thread(
        target=lambda: [sqs.send_message(QueueUrl=url, MessageBody=str(number)) for number in range(200)]
    )
    sender.start()
    seen: set[str] = set()
    while sender.is_alive() or len(seen) < 200:
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        seen.update(message["Body"] for message in received)
        entries = [{"Id": str(i), "ReceiptHandle": each["ReceiptHandle"]} for i, each in enumerate(received)]
        if entries:
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)
        elif not sender.is_alive():
            break
    sender.join()
    assert len(seen) == 200
