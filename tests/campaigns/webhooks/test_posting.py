"""From what happens to what other systems get."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.sending.models import Campaign, Delivery, DeliveryEvent
from campaigns.sending.states import CampaignStatus
from campaigns.suppression.models import Suppression
from campaigns.webhooks import gather, services
from campaigns.webhooks.gather import tell_all
from campaigns.webhooks.models import WebhookEndpoint, WebhookPost
from campaigns.webhooks.posting import RETRY_S, post_due
from portal.alerts.models import Alert
from portal.errors import Conflict
from portal.queues import TaskName
from portal.webhook_signing import is_genuine
from tests.doubles.webhook_receiver import Answer, WebhookReceiver
from tests.factories.sending import make_finished_campaign
from tests.factories.webhooks import SECRET, make_endpoint, make_post

pytestmark = pytest.mark.django_db
State = WebhookPost.State


@pytest.fixture(autouse=True)
def _all_is_over(monkeypatch):
    """A test is one transaction, which would keep its own rows from being read; test_horizon.py has the real thing."""
    monkeypatch.setattr("campaigns.webhooks.gather._is_complete", lambda _position: True)


@pytest.fixture
def receiver(settings):
    with WebhookReceiver() as found:
        settings.WEBHOOK_ALLOWED_HOSTS = [found.host]
        yield found


@pytest.fixture
def somebody(django_user_model):
    return django_user_model.objects.create_user("op")


def note_event(delivery, event_type, number=1):
    return DeliveryEvent.objects.create(
        delivery_id=delivery.pk, event_key=f"{event_type}-{delivery.pk}-{number}", event_type=event_type,
        happened_at=timezone.now(), diagnostic="250 ok",
    )  # fmt: skip


def events_of(post):
    return json.loads(post.body)["data"]["events"]


def test_what_happens_is_posted_signed(receiver, hints):
    endpoint = make_endpoint(url=receiver.url)
    campaign = make_finished_campaign(people=2)
    first, second = campaign.deliveries.order_by("pk")
    note_event(first, "delivery")
    note_event(second, "bounce")
    Suppression.objects.create(
        address=second.address, address_key=second.address_key, reason="bounce", source="ses-event"
    )
    hints.kept.clear()
    tell_all(again=0)
    hints.run_all()
    posted = [event for came in receiver.posts for event in json.loads(came.body)["data"]["events"]]
    assert [event["type"] for event in posted] == [
        "message.delivered", "message.bounced", "suppression.added", "campaign.finished",
    ]  # fmt: skip
    assert posted[0]["data"]["address"] == first.address
    assert posted[0]["data"]["campaign"] == campaign.pk
    came = receiver.posts[0]
    assert is_genuine(came.headers, came.body, secret=SECRET, now_s=int(timezone.now().timestamp()))
    endpoint.refresh_from_db()
    assert (endpoint.failed_in_a_row, endpoint.taken_at is not None) == (0, True)
    assert set(WebhookPost.objects.values_list("state", flat=True)) == {State.TAKEN}


def test_nothing_is_told_twice_nor_what_was_before(hints):
    delivery = make_finished_campaign(people=1).deliveries.get()
    note_event(delivery, "delivery")
    make_endpoint()
    assert tell_all(again=0) == 0
    note_event(delivery, "open")
    assert [tell_all(again=0), tell_all(again=0)] == [1, 0]
    assert [event["type"] for event in events_of(WebhookPost.objects.get())] == ["message.opened"]


def test_only_chosen_events_are_told():
    delivery = make_finished_campaign(people=1).deliveries.get()
    make_endpoint(event_types=["message.bounced"])
    note_event(delivery, "delivery")
    note_event(delivery, "bounce")
    tell_all(again=0)
    assert [event["type"] for event in events_of(WebhookPost.objects.get())] == ["message.bounced"]


def test_many_events_go_in_few_posts():
    delivery = make_finished_campaign(people=1).deliveries.get()
    make_endpoint()
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(delivery_id=delivery.pk, event_key=f"e{n}", event_type="click", happened_at=timezone.now())
        for n in range(600)
    )
    tell_all(again=0)
    assert [post.event_count for post in WebhookPost.objects.order_by("pk")] == [250, 250, 100]


def test_a_stretch_is_read_only_when_all_that_ran_is_over(monkeypatch):
    delivery = make_finished_campaign(people=1).deliveries.get()
    make_endpoint()
    note_event(delivery, "open")
    monkeypatch.setattr("campaigns.webhooks.gather._is_complete", lambda _position: False)
    assert tell_all(again=0) == 0
    note_event(delivery, "click")
    monkeypatch.setattr("campaigns.webhooks.gather._is_complete", lambda _position: True)
    tell_all(again=0)
    told = [event["type"] for post in WebhookPost.objects.order_by("pk") for event in events_of(post)]
    assert told == ["message.opened", "message.clicked"]


def test_without_an_endpoint_one_look_is_all(django_assert_num_queries, hints):
    with django_assert_num_queries(1):
        tell_all(again=3)
    assert hints.kept == []


def test_a_campaign_is_told_as_finished_once():
    make_endpoint()
    make_finished_campaign()
    for _turn in range(3):
        tell_all(again=0)
    post = WebhookPost.objects.get()
    assert events_of(post)[0]["data"]["status"] == CampaignStatus.COMPLETED
    assert Campaign.objects.count() == 1


def test_a_failed_post_is_tried_again_later_and_later(receiver, hints):
    receiver.answers = [Answer(500, b"broken"), Answer(503), Answer(200)]
    endpoint = make_endpoint(url=receiver.url)
    post = make_post(endpoint)
    for _turn in range(3):
        post_due(endpoint.pk)
        WebhookPost.objects.update(retry_at=None)
        WebhookEndpoint.objects.update(retry_at=None)
    post.refresh_from_db()
    assert (post.state, post.try_count) == (State.TAKEN, 3)
    assert [hint.delay_s for hint in hints.of(TaskName.POST_WEBHOOKS)] == list(RETRY_S[:2])
    assert list(post.tries.values_list("status", flat=True)) == [500, 503, 200]
    assert post.tries.first().excerpt == "broken"
    keys = {came.headers["webhook-id"] for came in receiver.posts}
    assert keys == {post.post_key}


def test_a_short_outage_does_not_fail_all_that_waits_at_once(receiver, hints):
    receiver.answers = [Answer(503)]
    endpoint = make_endpoint(url=receiver.url)
    for _number in range(30):
        make_post(endpoint)
    post_due(endpoint.pk)
    hints.run_all()
    endpoint.refresh_from_db()
    assert (endpoint.failed_in_a_row, endpoint.paused_at, len(receiver.posts)) == (1, None, 1)
    WebhookEndpoint.objects.update(retry_at=None)  # the rest is over
    post_due(endpoint.pk)
    assert len(receiver.posts) == 2


def test_a_post_waits_for_its_time(receiver):
    endpoint = make_endpoint(url=receiver.url)
    make_post(endpoint, retry_at=timezone.now() + timedelta(hours=1))
    assert post_due(endpoint.pk) == 0
    assert receiver.posts == []


def test_a_redirect_is_a_failure_and_is_not_followed(receiver):
    receiver.answers = [Answer(302, headers={"Location": receiver.url})]
    endpoint = make_endpoint(url=receiver.url)
    make_post(endpoint)
    post_due(endpoint.pk)
    assert len(receiver.posts) == 1
    assert WebhookPost.objects.get().state == State.WAITING


def test_an_internal_address_is_never_asked():
    endpoint = make_endpoint(url="http://127.0.0.1/")
    post = make_post(endpoint)
    post_due(endpoint.pk)
    assert "internal" in post.tries.get().error


def test_a_post_that_nobody_takes_is_given_up_with_an_alert(receiver):
    receiver.answers = [Answer(500)]
    endpoint = make_endpoint(url=receiver.url)
    make_post(endpoint, give_up_at=timezone.now() - timedelta(minutes=1))
    post_due(endpoint.pk)
    assert WebhookPost.objects.get().state == State.FAILED
    assert Alert.objects.get().code == "webhook.given_up"


def test_an_endpoint_that_fails_too_often_is_paused_and_loses_nothing(receiver, settings, somebody, hints):
    settings.WEBHOOK_PAUSED_AFTER = 2
    receiver.answers = [Answer(500), Answer(500), Answer(200)]
    endpoint = make_endpoint(url=receiver.url)
    make_post(endpoint)
    for _turn in range(3):
        post_due(endpoint.pk)
        WebhookPost.objects.update(retry_at=None)
        WebhookEndpoint.objects.update(retry_at=None)
    endpoint.refresh_from_db()
    assert endpoint.paused_at is not None
    assert len(receiver.posts) == 2
    assert Alert.objects.get(cleared_at=None).code == "webhook.paused"
    note_event(make_finished_campaign(people=1).deliveries.get(), "open")
    services.let_go_on(endpoint, actor=somebody)
    hints.run_all()
    assert WebhookPost.objects.exclude(state=State.TAKEN).count() == 0
    assert "message.opened" in receiver.posts[-1].body.decode() + receiver.posts[-2].body.decode()
    assert not Alert.objects.filter(cleared_at=None).exists()


def test_gone_pauses_at_once(receiver):
    receiver.answers = [Answer(410)]
    endpoint = make_endpoint(url=receiver.url)
    make_post(endpoint)
    post_due(endpoint.pk)
    endpoint.refresh_from_db()
    assert endpoint.paused_at is not None


def test_two_secrets_sign_while_one_is_replaced(receiver, somebody):
    endpoint = make_endpoint(url=receiver.url)
    fresh = services.replace_secret(endpoint, actor=somebody)
    make_post(endpoint)
    post_due(endpoint.pk)
    (came,) = receiver.posts
    now_s = int(timezone.now().timestamp())
    assert is_genuine(came.headers, came.body, secret=SECRET, now_s=now_s)
    assert is_genuine(came.headers, came.body, secret=fresh, now_s=now_s)
    WebhookEndpoint.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
    make_post(endpoint)
    post_due(endpoint.pk)
    assert not is_genuine(receiver.posts[1].headers, receiver.posts[1].body, secret=SECRET, now_s=now_s)


def test_the_secret_stands_nowhere_in_the_clear(somebody):
    endpoint = WebhookEndpoint(name="CRM", url="https://crm.example/", event_types=["message.bounced"])
    secret = services.add_endpoint(endpoint, actor=somebody)
    assert secret.startswith("whsec_")
    assert secret not in str(list(WebhookEndpoint.objects.values()))


def test_a_post_can_be_sent_again_but_not_while_it_waits(receiver, somebody):
    endpoint = make_endpoint(url=receiver.url)
    post = make_post(endpoint)
    with pytest.raises(Conflict):
        services.post_again(post.pk, actor=somebody)
    post_due(endpoint.pk)
    services.post_again(post.pk, actor=somebody)
    post_due(endpoint.pk)
    assert [came.body for came in receiver.posts] == [post.body.encode()] * 2


def test_a_ping_is_posted_whatever_was_chosen(receiver, somebody, hints):
    endpoint = make_endpoint(url=receiver.url, event_types=["message.bounced"])
    services.send_ping(endpoint, actor=somebody)
    hints.run_all()
    assert json.loads(receiver.posts[0].body)["type"] == "ping"


def test_an_endpoint_switched_on_again_begins_anew(somebody):
    endpoint = make_endpoint()
    WebhookEndpoint.objects.update(is_active=False)
    note_event(make_finished_campaign(people=1).deliveries.get(), "open")
    assert tell_all(again=0) == 0
    services.change_endpoint(endpoint, actor=somebody)
    gather.tell_all(again=0)
    assert not any("message.opened" in post.body for post in WebhookPost.objects.all())


def test_the_log_is_pruned_and_what_waits_stays():
    make_post(state=State.TAKEN, ended_at=timezone.now() - timedelta(days=15))
    kept = make_post()
    assert services.prune_log() == 1
    assert WebhookPost.objects.get() == kept


def test_one_worker_at_a_time_posts(receiver):
    endpoint = make_endpoint(url=receiver.url)
    make_post(endpoint)
    WebhookEndpoint.objects.update(lease_token="other", lease_until=timezone.now() + timedelta(minutes=1))
    assert post_due(endpoint.pk) == 0
    assert receiver.posts == []
    assert Delivery.objects.count() == 0


def test_campaigns_that_end_together_are_all_told_however_many(monkeypatch):
    monkeypatch.setattr("campaigns.webhooks.sources.READ_AT_ONCE", 2)
    endpoint = make_endpoint()
    for _number in range(5):
        make_finished_campaign()
    tell_all(again=0)
    posts = WebhookPost.objects.filter(endpoint=endpoint)
    events = [event["data"] for post in posts for event in events_of(post)]
    told = [event["campaign"] for event in events if "name" in event]
    assert sorted(told) == sorted(Campaign.objects.values_list("pk", flat=True))
