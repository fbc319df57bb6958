from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.public_post import PostAnswer
from portal.webhook_signing import is_genuine
from routing.actions.webhook import post_mail, secrets_of
from routing.inbound.models import InboundDelivery
from tests.doubles.inbound_bucket import InboundBucket
from tests.doubles.webhook_receiver import Answer, WebhookReceiver
from tests.factories.inbound import make_inbound_delivery

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _bucket(monkeypatch):
    InboundBucket().install(monkeypatch)


def posted(settings, answer: Answer, **fields) -> tuple[InboundDelivery, WebhookReceiver]:
    with WebhookReceiver([answer]) as receiver:
        settings.WEBHOOK_ALLOWED_HOSTS = [receiver.host] if hasattr(receiver, "host") else [receiver.url.split("/")[2]]
        delivery = make_inbound_delivery({"kind": "webhook", "url": receiver.url}, **fields)
        post_mail(delivery.pk)
    delivery.refresh_from_db()
    return delivery, receiver


def test_the_receiver_gets_a_signed_note_and_where_the_mail_is(settings):
    delivery, receiver = posted(settings, Answer(200))
    [post] = receiver.posts
    told = json.loads(post.body)
    assert delivery.state == "delivered"
    assert (told["type"], told["data"]["recipient"], told["data"]["subject"]) == (
        "mail.received",
        "a@in.example",
        "Hello",
    )
    assert told["data"]["raw_url"].startswith("https://s3.example/")
    [secret] = secrets_of(delivery.destination)
    assert is_genuine(post.headers, post.body, secret=secret, now_s=int(time.time()))


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [(500, "pending", "unavailable"), (404, "pending", "unavailable"), (410, "failed", "destination_gone")],
)
def test_answers_are_told_apart(settings, status, state, reason):
    delivery, _receiver = posted(settings, Answer(status))
    assert (delivery.state, delivery.reason) == (state, reason)


def test_after_a_day_it_is_given_up(settings):
    delivery, _receiver = posted(settings, Answer(500), wanted_at=timezone.now() - timedelta(hours=25))
    assert (delivery.state, delivery.reason) == ("failed", "given_up")


def test_nothing_inside_is_posted_to():
    delivery = make_inbound_delivery({"kind": "webhook", "url": "http://127.0.0.1/hook"})
    post_mail(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("failed", "refused")


def test_each_url_has_a_secret_of_its_own():
    assert secrets_of("https://a.example/") != secrets_of("https://b.example/")


def test_whoever_has_lost_the_delivery_meanwhile_leaves_it_to_the_other(monkeypatch):
    def answer(*_call, **_more) -> PostAnswer:
        InboundDelivery.objects.update(lease_token="another")
        return PostAnswer(200, "", 0)

    monkeypatch.setattr("routing.actions.webhook.post", answer)
    delivery = make_inbound_delivery({"kind": "webhook", "url": "https://hook.example/in"})
    post_mail(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.lease_token == "another"
