from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.aws.ses_bounce import Bounce
from portal.errors import AnswerLost, Refused, Throttled
from routing.actions.bounce import bounce_mail
from routing.actions.pace import reserve_slot
from routing.inbound.models import InboundDelivery
from tests.doubles.inbound_bucket import InboundBucket
from tests.factories.inbound import make_inbound_delivery, make_message

pytestmark = pytest.mark.django_db
BOUNCE = {"kind": "bounce", "code": "no_mailbox", "text": "Nobody here."}


@pytest.fixture(autouse=True)
def sent(monkeypatch) -> list[Bounce]:
    asked: list[Bounce] = []

    def send(bounce):
        asked.append(bounce)
        if isinstance(sent_error.get("error"), Exception):
            raise sent_error["error"]
        return "bounce-id"

    sent_error.clear()
    monkeypatch.setattr("routing.actions.bounce.ask_ses", send)
    InboundBucket().install(monkeypatch)
    return asked


sent_error: dict[str, Exception] = {}


def bounced(**message):
    delivery = make_inbound_delivery(BOUNCE, message=make_message(**message))
    bounce_mail(delivery.pk, sleep=lambda _s: None)
    delivery.refresh_from_db()
    return delivery


def test_a_bounce_goes_out_in_the_name_of_the_recipients_domain(sent):
    delivery = bounced(recipients=["A@in.example"])
    assert (delivery.state, delivery.provider_id) == ("bounced", "bounce-id")
    [bounce] = sent
    assert (bounce.sender, bounce.recipient, bounce.status) == ("mailer-daemon@in.example", "A@in.example", "5.1.1")


def test_a_second_hint_bounces_nothing(sent):
    delivery = bounced()
    bounce_mail(delivery.pk, sleep=lambda _s: None)
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"envelope_from": ""}, "null_sender"),
        ({"spf": "FAIL", "dmarc": "FAIL"}, "unauthenticated"),
        ({"spf": "GRAY", "dmarc": "DISABLED"}, "unauthenticated"),
        ({"spf": "FAIL", "dmarc": "PASS", "envelope_from": "victim@other.example"}, "unauthenticated"),
        ({"spf": "FAIL", "dmarc": "PASS", "sender_key": ""}, "unauthenticated"),
        ({"spam": "FAIL"}, "unsafe"),
        ({"virus": "FAIL"}, "unsafe"),
        ({"headers": [["List-Id", "<x.example>"]]}, "list_mail"),
        ({"headers": [["Auto-Submitted", "auto-replied"]]}, "automatic"),
        ({"envelope_from": "bounce+1@sender.example"}, "automatic"),
    ],
)
def test_what_would_be_backscatter_is_dropped_with_the_reason(sent, message, reason):
    delivery = bounced(**message)
    assert (delivery.state, delivery.reason, sent) == ("dropped", reason, [])


def test_dmarc_vouches_for_an_envelope_sender_of_the_same_domain(sent):
    assert bounced(spf="FAIL", dmarc="PASS").state == "bounced"


def test_after_a_day_there_is_no_bounce(sent):
    delivery = bounced(received_at=timezone.now() - timedelta(hours=24))
    assert (delivery.state, delivery.reason, sent) == ("failed", "too_old", [])


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (AnswerLost("lost", service="ses"), "uncertain"),
        (Refused("no", service="ses", code="MessageRejected"), "failed"),
        (Throttled("slow", service="ses"), "pending"),
    ],
)
def test_outcomes_are_told_apart(error, state):
    sent_error["error"] = error
    assert bounced().state == state


def test_an_attempt_whose_worker_died_is_uncertain_and_not_repeated(sent):
    delivery = make_inbound_delivery(BOUNCE, is_attempted=True, attempts=1)
    bounce_mail(delivery.pk, sleep=lambda _s: None)
    delivery.refresh_from_db()
    assert (delivery.state, sent) == ("uncertain", [])


@pytest.fixture
def _clock_stands(monkeypatch):
    now = timezone.now()
    monkeypatch.setattr("routing.actions.pace.database_now", lambda: now)


@pytest.mark.usefixtures("_clock_stands")
def test_bounces_take_turns_a_second_apart():
    assert [reserve_slot() for _ in range(13)] == [*range(11), None, None]


@pytest.mark.usefixtures("_clock_stands")
def test_a_bounce_whose_turn_is_far_away_is_given_back(sent):
    while reserve_slot() is not None:
        pass
    delivery = bounced()
    assert (delivery.state, delivery.reason) == ("pending", "throttled")
    assert InboundDelivery.objects.get().retry_at is not None


def test_whoever_has_lost_the_delivery_meanwhile_leaves_it_to_the_other(monkeypatch):
    def send(_bounce) -> str:
        InboundDelivery.objects.update(lease_token="another")
        return "bounce-id"

    monkeypatch.setattr("routing.actions.bounce.ask_ses", send)
    assert bounced().lease_token == "another"
