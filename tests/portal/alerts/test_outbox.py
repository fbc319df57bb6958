from __future__ import annotations

from typing import Any

import pytest
from django.db.models.functions import Now

from portal.alerts import outbox
from portal.alerts.models import AlertNotice, AlertRecipient
from portal.alerts.outbox import publish_waiting, send_notices
from portal.alerts.services import clear_alert, raise_alert
from portal.aws import ses, sns
from portal.aws.sns import plain_subject
from portal.errors import AnswerLost, Unavailable
from portal.queues import TaskName

pytestmark = pytest.mark.django_db
TOPIC = "arn:aws:sns:us-east-1:123456789012:postroom-alerts"


class Outside:
    """Stands in for SNS and SES: keeps what it is told, or fails."""

    def __init__(self) -> None:
        self.published: list[dict[str, Any]] = []
        self.mails: list[dict[str, Any]] = []
        self.error: Exception | None = None

    def publish(self, topic: str, **message) -> str:
        self.published.append({"topic": topic, **message})
        return self._answer()

    def mail(self, request: dict[str, Any]) -> str:
        self.mails.append(request)
        return self._answer()

    def _answer(self) -> str:
        if self.error:
            raise self.error
        return "m-1"


@pytest.fixture
def outside(monkeypatch, settings) -> Outside:
    settings.ALERTS_TOPIC_ARN, settings.DEFAULT_FROM_ADDRESS = TOPIC, "post@club.example"
    settings.PUBLIC_URL = "https://post.club.example"
    double = Outside()
    monkeypatch.setattr(sns, "publish_message", double.publish)
    monkeypatch.setattr(ses, "send_raw_email", double.mail)
    return double


def raise_one(text: str = "Überall Fehler.") -> None:
    raise_alert("queue.dead_letters", subject_key="sending", text=text, url="/admin/failures/")


def test_the_topic_hears_plain_words_the_way_to_the_page_and_what_it_is_about(outside):
    raise_one()
    assert send_notices() == 1
    [message] = outside.published
    assert "See to it: https://post.club.example/admin/failures/" in message["text"]
    attributes = message["attributes"]
    assert (attributes["code"], attributes["subject"], attributes["kind"]) == (
        "queue.dead_letters",
        "sending",
        "raised",
    )
    assert attributes["notice"] == str(AlertNotice.objects.get().pk)


def test_a_mailbox_hears_it_by_one_mail_without_events(outside):
    AlertRecipient.objects.create(address="office@club.example")
    raise_one()
    assert send_notices() == 2
    [mail] = outside.mails
    assert mail["Destination"] == {"ToAddresses": ["office@club.example"]}
    assert mail["FromEmailAddress"] == "post@club.example"
    assert "ConfigurationSetName" not in mail
    assert "Überall Fehler." in mail["Content"]["Simple"]["Body"]["Text"]["Data"]


def test_what_was_told_is_not_told_again(outside):
    raise_one()
    send_notices()
    assert send_notices() == 0
    assert len(outside.published) == 1


def test_what_could_not_be_told_is_tried_again_later(outside):
    raise_one()
    outside.error = Unavailable("no route", service="sns")
    assert send_notices() == 0
    notice = AlertNotice.objects.get()
    assert (notice.state, notice.try_count, notice.error) == ("waiting", 1, "no route")
    assert send_notices() == 0  # not before its time
    AlertNotice.objects.update(retry_at=Now())
    outside.error = None
    assert send_notices() == 1


def test_after_a_lost_answer_it_is_told_again_under_the_same_number(outside):
    raise_one()
    outside.error = AnswerLost("silence", service="sns")
    send_notices()
    outside.error = None
    AlertNotice.objects.update(retry_at=None)
    send_notices()
    assert len({message["attributes"]["notice"] for message in outside.published}) == 1
    assert len(outside.published) == 2


def test_a_worker_killed_in_the_middle_leaves_it_to_the_next(outside, monkeypatch):
    raise_one()

    class Killed(BaseException):
        pass

    outside.error = Killed()
    with pytest.raises(Killed):
        send_notices()
    outside.error = None
    assert send_notices() == 0  # its lease holds still
    AlertNotice.objects.update(lease_until=None)
    assert send_notices() == 1


def test_without_a_sender_the_notice_says_what_is_missing(outside, settings):
    settings.ALERTS_TOPIC_ARN = settings.DEFAULT_FROM_ADDRESS = ""
    AlertRecipient.objects.create(address="office@club.example")
    raise_one()
    send_notices()
    assert "ALERTS_FROM_ADDRESS" in AlertNotice.objects.get().error


def test_after_two_days_it_is_given_up_and_said_so(outside, monkeypatch):
    raise_one()
    outside.error = Unavailable("no route", service="sns")
    monkeypatch.setattr(outbox, "TRIED_FOR", -outbox.TRIED_FOR)
    send_notices()
    assert AlertNotice.objects.get().state == "failed"


def test_the_end_is_told_in_words(outside):
    raise_one("The queue is full.")
    clear_alert("queue.dead_letters", subject_key="sending")
    send_notices()
    assert ": Over: The queue is full." in outside.published[1]["subject"]
    assert "See to it" not in outside.published[1]["text"]


def test_the_sweep_hints_only_when_something_waits(outside, hints):
    assert publish_waiting() == 0
    raise_one()
    hints.kept.clear()
    assert publish_waiting() == 1
    assert hints.of(TaskName.SEND_ALERTS)


def test_a_subject_of_sns_is_one_short_ascii_line():
    subject = plain_subject("Über\nalles " + "x" * 200)
    assert subject.startswith("?ber alles")
    assert len(subject) < 100
