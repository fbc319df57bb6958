"""What the seed makes is what the portal and its workers look for."""

from __future__ import annotations

import json
from urllib.parse import unquote_plus

from portal.queues import QUEUES, full_name
from sandbox.seed import SeedNames, seed


def attributes(sqs, name):
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def test_every_queue_of_the_table_has_its_visibility_and_its_dlq(sandbox_client):
    sqs = sandbox_client("sqs")
    for queue in QUEUES.values():
        made = attributes(sqs, full_name("postroom", queue.name))
        redrive = json.loads(made["RedrivePolicy"])
        assert made["VisibilityTimeout"] == str(queue.visibility_timeout_s)
        assert redrive["maxReceiveCount"] == queue.max_receives
        assert redrive["deadLetterTargetArn"].endswith(full_name(":postroom", queue.dlq_name))


def test_a_second_run_changes_nothing(sandbox_client):
    sns, sqs = sandbox_client("sns"), sandbox_client("sqs")
    before = (sns.list_subscriptions()["Subscriptions"], sqs.list_queues()["QueueUrls"])
    seed(SeedNames())
    assert (sns.list_subscriptions()["Subscriptions"], sqs.list_queues()["QueueUrls"]) == before


def test_only_csv_files_under_uploads_are_told_to_the_queue(sandbox_client):
    s3, sqs = sandbox_client("s3"), sandbox_client("sqs")
    url = sqs.get_queue_url(QueueName="postroom-uploads")["QueueUrl"]
    for key in ("uploads/people and friends.csv", "uploads/people.txt", "other/people.csv"):
        s3.put_object(Bucket="postroom-uploads", Key=key, Body=b"address\n")
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    told = [json.loads(message["Body"]) for message in received]
    keys = [unquote_plus(record["s3"]["object"]["key"]) for body in told for record in body.get("Records", [])]
    assert keys == ["uploads/people and friends.csv"]


def test_names_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("QUEUE_PREFIX", "other")
    monkeypatch.setenv("FILES_BUCKET", "files")
    monkeypatch.setenv("UPLOADS_BUCKET", "drops")
    names = SeedNames.from_environment()
    assert (names.topic, names.buckets, names.uploads_bucket) == ("other-ses-events", ("drops", "files"), "drops")
