from __future__ import annotations

import json
import smtplib
from datetime import UTC, datetime
from urllib.request import Request, urlopen

import boto3
import pytest

from routing.inbound.notification import Place, read_notifications
from sandbox.receiving import InboundNames, Incoming, read_verdicts, receive_mail, ses_headers
from sandbox.testing import run_server

RAW = b"From: Ada <ada@sender.example>\r\nTo: x@y.example\r\nSubject: Hello\r\nMessage-ID: <1@s>\r\n\r\n\xe4 body\r\n"


@pytest.fixture
def names(sandbox, monkeypatch) -> InboundNames:
    monkeypatch.setenv("QUEUE_PREFIX", "postroom")
    monkeypatch.delenv("INBOUND_BUCKET", raising=False)
    return InboundNames.from_environment()


def told() -> list[str]:
    sqs = boto3.client("sqs", region_name="us-east-1")
    url = sqs.get_queue_url(QueueName="postroom-inbound")["QueueUrl"]
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    for message in answer.get("Messages", []):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in answer.get("Messages", [])]


def test_mail_lies_in_the_bucket_byte_for_byte_behind_what_ses_adds(names):
    told()
    message_id = receive_mail(Incoming(RAW, "ada@sender.example", ["a@in.example"], {"spam": "FAIL"}), names)
    stored = boto3.client("s3", region_name="us-east-1").get_object(Bucket=names.bucket, Key=message_id)["Body"].read()
    assert stored.endswith(RAW)
    assert b"X-SES-Spam-Verdict: FAIL\r\n" in stored
    assert b"Authentication-Results: amazonses.com;" in stored


def test_the_queue_is_told_as_ses_tells_it(names):
    told()
    message_id = receive_mail(
        Incoming(RAW, "ada@sender.example", ["a@in.example", "b@in.example"], {"dkim": "GRAY"}), names
    )
    [body] = told()
    [found] = read_notifications(body, Place(names.bucket))
    assert (found.ses_message_id, found.recipients) == (message_id, ("a@in.example", "b@in.example"))
    assert (found.subject, found.sender_key, found.envelope_from) == (
        "Hello",
        "ada@sender.example",
        "ada@sender.example",
    )
    assert [status.value for status in found.verdicts.values()] == ["PASS", "PASS", "PASS", "GRAY", "PASS"]


def test_long_headers_are_cut_off_and_said_so(names):
    told()
    receive_mail(Incoming(b"X: " + b"y" * 20_000 + b"\r\n" + RAW, "ada@sender.example", ["a@in.example"]), names)
    assert json.loads(told()[0])["mail"]["headersTruncated"] is True


def test_mail_comes_in_by_smtp(sandbox, names):
    told()
    with (
        run_server("sandbox.smtp_door", environment={**sandbox.environment, "QUEUE_PREFIX": "postroom"}) as address,
        smtplib.SMTP("127.0.0.1", int(address.rpartition(":")[2])) as client,
    ):
        client.sendmail("", ["a@in.example"], b"X-Sandbox-Verdict: spf=FAIL\r\n" + RAW)
    [found] = read_notifications(told()[0], Place(names.bucket))
    assert found.envelope_from == ""
    assert [status.value for status in found.verdicts.values()] == ["PASS", "PASS", "FAIL", "PASS", "PASS"]


def test_verdicts_are_read_or_refused():
    assert read_verdicts(["Spam=fail"]) == {"spam": "FAIL"}
    with pytest.raises(ValueError, match="no verdict"):
        read_verdicts(["spam=MAYBE"])


def test_what_ses_adds_is_a_block_of_headers():
    block = ses_headers(Incoming(RAW, "", ["a@in.example"]), "id", datetime(2026, 1, 1, tzinfo=UTC))
    assert block.startswith(b"Return-Path: <>\r\n")
    assert b"\r\n\r\n" not in block


def bounce(
    names, message_id: str, recipient: str = "a@in.example", sender: str = "mailer-daemon@postroom.example"
) -> str:
    ses = boto3.client("ses", region_name="us-east-1")
    wanted = [{"Recipient": recipient, "BounceType": "DoesNotExist"}]
    answer = ses.send_bounce(OriginalMessageId=message_id, BounceSender=sender, BouncedRecipientInfoList=wanted)
    return answer["MessageId"]


def test_a_received_mail_can_be_bounced_to_its_sender(sandbox, names):
    message_id = receive_mail(Incoming(RAW, "ada@sender.example", ["a@in.example"]), names)
    before = len(sandbox.accepted())
    bounced = bounce(names, message_id)
    line = sandbox.accepted()[before]
    assert (line["ses_message_id"], line["address"], line["operation"]) == (bounced, "ada@sender.example", "SendBounce")


@pytest.mark.parametrize(
    ("change", "advance_s"),
    [
        ({"message_id": "never-received"}, 0),
        ({"recipient": "stranger@in.example"}, 0),
        ({"sender": "x@not-verified.example"}, 0),
        ({}, 24 * 3600 + 1),
    ],
)
def test_what_ses_would_not_bounce_is_refused(sandbox, names, change, advance_s):
    message_id = receive_mail(Incoming(RAW, "ada@sender.example", ["a@in.example"]), names)
    sandbox.advance_clock(advance_s)
    wanted = {"message_id": message_id} | change
    with pytest.raises(boto3.client("ses", region_name="us-east-1").exceptions.MessageRejected):
        bounce(names, wanted.pop("message_id"), **wanted)
    sandbox.reset()


def test_only_forms_of_known_actions_are_answered(sandbox):
    request = Request(f"{sandbox.url}/", b"Action=Nonsense", method="POST")
    with pytest.raises(OSError, match="400"):
        urlopen(request)
