from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

import pytest

from portal.errors import AnswerLost, InvalidInput, Refused, Unavailable
from routing.actions.forward import forward_mail
from routing.domains.models import InboundDomain
from routing.inbound.models import InboundDelivery
from tests.doubles.inbound_bucket import InboundBucket
from tests.factories.inbound import BUCKET, RAW, make_inbound_delivery, make_message, make_rule

pytestmark = pytest.mark.django_db
FORWARD = {"kind": "forward", "address": "x@else.example"}


@pytest.fixture(autouse=True)
def bucket(monkeypatch, settings) -> InboundBucket:
    settings.FORWARD_FROM_ADDRESS = "forward@ours.example"
    return InboundBucket().install(monkeypatch)


@dataclass(slots=True)
class Answers:
    """Errors that SES gives, the last one first, and what it was asked."""

    errors: list[Exception] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def send(self, request: dict[str, Any]) -> str:
        self.asked.append(request)
        if self.errors:
            raise self.errors.pop()
        return "ses-id"


@pytest.fixture
def answers(monkeypatch) -> Answers:
    given = Answers()
    monkeypatch.setattr("routing.actions.forward.send_raw_email", given.send)
    return given


def forwarded(bucket, **fields):
    message = make_message()
    bucket.objects[BUCKET, message.object_key] = RAW
    delivery = make_inbound_delivery(FORWARD, message=message, **fields)
    forward_mail(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def test_the_mail_is_sent_on_once(bucket, answers):
    delivery = forwarded(bucket)
    forward_mail(delivery.pk)
    assert (delivery.state, delivery.provider_id) == ("delivered", "ses-id")
    [request] = answers.asked
    assert request["Destination"] == {"ToAddresses": ["x@else.example"]}
    assert b"Reply-To: ada@sender.example" in base64.b64decode(request["Content"]["Raw"]["Data"])


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (AnswerLost("lost", service="ses"), "uncertain", "answer_lost"),
        (Refused("no", service="ses"), "failed", "refused"),
        (Unavailable("away", service="ses"), "pending", "unavailable"),
    ],
)
def test_outcomes_are_told_apart(bucket, answers, error, state, reason):
    answers.errors.append(error)
    delivery = forwarded(bucket)
    assert (delivery.state, delivery.reason, delivery.attempts) == (state, reason, 1)


def test_an_attempt_whose_worker_died_is_uncertain_and_not_repeated(bucket, answers):
    assert forwarded(bucket, is_attempted=True).state == "uncertain"
    assert answers.asked == []


def test_without_a_sender_of_ours_the_mail_is_parked(bucket, answers, settings):
    settings.FORWARD_FROM_ADDRESS = settings.DEFAULT_FROM_ADDRESS = ""
    assert forwarded(bucket).state == "parked"


def test_a_destination_that_leads_back_is_refused_when_saved_and_when_run(bucket, answers):
    InboundDomain.objects.create(name="else.example")
    with pytest.raises(InvalidInput, match="round in circles"):
        make_rule("*", FORWARD)
    assert forwarded(bucket).reason == "leads_back"


def test_a_missing_mail_fails_and_a_bucket_that_is_away_is_asked_again(bucket, answers):
    missing = make_inbound_delivery(FORWARD)
    forward_mail(missing.pk)
    bucket.is_away = True
    waiting = make_inbound_delivery(FORWARD)
    forward_mail(waiting.pk)
    missing.refresh_from_db()
    waiting.refresh_from_db()
    assert (missing.state, missing.reason) == ("failed", "raw_missing")
    assert (waiting.state, waiting.reason) == ("pending", "raw_unreachable")


def test_whoever_has_lost_the_delivery_meanwhile_leaves_it_to_the_other(bucket, monkeypatch):
    def send(_request) -> str:
        InboundDelivery.objects.update(lease_token="another")
        return "ses-id"

    monkeypatch.setattr("routing.actions.forward.send_raw_email", send)
    assert forwarded(bucket).lease_token == "another"
