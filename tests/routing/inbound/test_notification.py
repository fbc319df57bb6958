from __future__ import annotations

import json

import pytest

from routing.inbound.notification import Place, UnreadableNotification, read_notifications
from routing.rules.definition import Status, VerdictName
from tests.factories.inbound import BUCKET, enveloped, notification

PLACE = Place(BUCKET, "mail/")


def read(event, place=PLACE):
    return read_notifications(event if isinstance(event, str) else json.dumps(event), place)


def test_recipients_come_from_the_envelope_alone():
    [found] = read(notification("A@in.example", "b@in.example"))
    assert found.recipients == ("A@in.example", "b@in.example")


def test_raw_and_enveloped_notifications_say_the_same():
    event = notification("a@in.example")
    assert read(event) == read(enveloped(event))


def test_records_of_lambda_are_read():
    event = notification("a@in.example", message_id="m1")
    event["receipt"]["action"] = {"type": "Lambda", "functionArn": "arn"}
    [found] = read(
        {"Records": [{"eventSource": "aws:ses", "ses": {"mail": event["mail"], "receipt": event["receipt"]}}]}
    )
    assert (found.bucket, found.object_key) == (BUCKET, "mail/m1")


def test_records_of_sns_for_lambda_are_read():
    event = notification("a@in.example")
    assert read({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(event)}}]}) == read(event)


def test_the_object_key_is_taken_as_it_is():
    event = notification("a@in.example", message_id="m1")
    event["receipt"]["action"]["objectKey"] = "other/place"
    assert read(event)[0].object_key == "other/place"


def test_the_test_of_a_new_receipt_rule_is_passed_over():
    assert read(notification(message_id="AMAZON_SES_SETUP_NOTIFICATION")) == []


def test_a_verdict_that_is_missing_or_new_counts_as_not_looked_at():
    event = notification(verdicts={"spam": "MAYBE"})
    del event["receipt"]["dmarcVerdict"]
    verdicts = read(event)[0].verdicts
    assert verdicts[VerdictName.SPAM] is verdicts[VerdictName.DMARC] is Status.DISABLED


@pytest.mark.parametrize("source", ["", "<>", "MAILER-DAEMON@amazonses.com"])
def test_a_bounce_has_the_null_sender(source):
    assert read(notification(source=source))[0].envelope_from == ""


def test_what_no_database_takes_is_taken_out():
    event = notification("a@in.example", headers=[["Subject", "a\0b\ud800"]])
    event["mail"]["commonHeaders"] = {}
    assert read(event)[0].subject == "ab?"


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "null", "{", "{}", '{"Type":"Notification","Message":"x"}', '{"Records":[{"s3":{}}]}', '{"Records":[1]}',
        '{"notificationType":"Bounce"}', '{"notificationType":"Received"}', '{"notificationType":"Received","mail":[]}',
        "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_notification_is_refused_with_a_reason(body):
    with pytest.raises(UnreadableNotification):
        read(body)


@pytest.mark.parametrize("recipients", [[], None, "a@in.example", [1], [""], ["a@in.example"] * 1001])
def test_without_envelope_recipients_nothing_is_guessed(recipients):
    event = notification()
    event["receipt"]["recipients"] = recipients
    with pytest.raises(UnreadableNotification):
        read(event)


def test_another_bucket_is_not_believed():
    event = notification()
    event["receipt"]["action"]["bucketName"] = "secrets"
    with pytest.raises(UnreadableNotification, match="another bucket"):
        read(event)


def test_mail_that_was_not_stored_is_refused():
    event = notification()
    event["receipt"]["action"] = {"type": "SNS"}
    with pytest.raises(UnreadableNotification, match="S3 action"):
        read(event, Place())
