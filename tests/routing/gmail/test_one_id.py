"""One correlation id leads from SES's notification to the mail in Gmail."""

from __future__ import annotations

import json

import pytest

from portal.logs import log_context
from routing.inbound.receive import receive_notifications
from tests.doubles.log_lines import json_lines
from tests.factories.gmail import make_mailbox
from tests.factories.inbound import RAW, make_rule, notification

pytestmark = pytest.mark.django_db
ANNA = "anna@gmail.example"


def test_from_the_notification_to_gmail(google, bucket, hints, settings):
    mailbox = make_mailbox(ANNA, refresh_token=google.grant(ANNA))
    make_rule("a@in.example", {"kind": "gmail", "account_id": mailbox.pk})
    event = notification("a@in.example")
    settings.INBOUND_BUCKET = event["receipt"]["action"]["bucketName"]
    bucket[event["receipt"]["action"]["objectKey"]] = RAW
    with json_lines() as lines:
        with log_context(correlation_id="invocation-9"):
            receive_notifications([json.dumps(event)])
        hints.run_all()
    assert len(google.mail(ANNA)) == 1
    of_invocation = [line for line in lines() if line.get("correlation_id") == "invocation-9"]
    events = [line["event"] for line in of_invocation if line["event"] != "metric"]
    assert events == ["inbound.received", "task.done"]
    assert of_invocation[-1]["task"] == "routing.deliver_to_gmail"
