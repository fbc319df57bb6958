from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.alerts.models import Alert
from portal.aws import s3
from portal.errors import Refused
from portal.holds import HoldLost
from portal.queues import TaskName
from routing.inbound.models import DeliveryState, InboundDelivery, InboundMessage
from routing.inbound.reasons import Reason
from routing.inbound.services import deliver_again
from routing.inbound.sweep import delete_old_raw, delete_old_rows, sweep_inbound
from routing.inbound.work import MAX_CLAIMS, retry_delay_s, take
from routing.rules.definition import ActionKind
from tests.doubles.inbound_bucket import InboundBucket
from tests.factories.inbound import BUCKET, make_inbound_delivery, make_message

pytestmark = pytest.mark.django_db
GMAIL = {"kind": "gmail", "account_id": 3}
LONG_AGO = timezone.now() - timedelta(days=400)


@pytest.fixture(autouse=True)
def bucket(monkeypatch) -> InboundBucket:
    return InboundBucket().install(monkeypatch)


def fresh(delivery: InboundDelivery) -> InboundDelivery:
    return InboundDelivery.objects.get(pk=delivery.pk)


def test_one_worker_takes_a_delivery():
    delivery = make_inbound_delivery(GMAIL)
    assert take(delivery.pk, ActionKind.GMAIL) is not None
    assert take(delivery.pk, ActionKind.GMAIL) is None
    assert fresh(delivery).state == "leased"


@pytest.mark.parametrize("state", ["delivered", "held", "parked", "failed", "uncertain", "dropped"])
def test_what_is_not_open_is_not_taken(state):
    assert take(make_inbound_delivery(GMAIL, state=state).pk, ActionKind.GMAIL) is None


def test_a_worker_that_was_taken_over_writes_nothing():
    delivery = make_inbound_delivery(GMAIL)
    work = take(delivery.pk, ActionKind.GMAIL)
    InboundDelivery.objects.update(lease_token="another")
    with pytest.raises(HoldLost):
        work.end(DeliveryState.DELIVERED)
    assert fresh(delivery).state == "leased"


def test_each_step_is_written_down():
    delivery = make_inbound_delivery(GMAIL)
    work = take(delivery.pk, ActionKind.GMAIL)
    work.attempted()
    work.postpone(Reason.THROTTLED, detail="slow down")
    assert fresh(delivery).retry_at > timezone.now()
    InboundDelivery.objects.update(retry_at=None)
    take(delivery.pk, ActionKind.GMAIL).end(DeliveryState.DELIVERED, Reason.BY_RULE, gmail_message_id="g1")
    steps = list(delivery.events.values_list("state", "reason", "attempt"))
    assert steps == [("pending", "throttled", 1), ("delivered", "by_rule", 1)]
    assert fresh(delivery).gmail_message_id == "g1"


def test_a_begun_attempt_is_known_to_the_next_worker_until_its_outcome_is():
    delivery = make_inbound_delivery(GMAIL)
    work = take(delivery.pk, ActionKind.GMAIL)
    work.attempted()
    assert fresh(delivery).is_attempted
    work.postpone(Reason.UNAVAILABLE)
    assert not fresh(delivery).is_attempted


def test_work_that_keeps_killing_its_workers_fails():
    delivery = make_inbound_delivery(GMAIL, claim_count=MAX_CLAIMS)
    assert take(delivery.pk, ActionKind.GMAIL) is None
    assert (fresh(delivery).state, fresh(delivery).reason) == ("failed", "kept_stopping")


def test_delays_grow_to_an_hour():
    assert [retry_delay_s(attempts) for attempts in (0, 1, 2, 3, 50)] == [15, 15, 30, 60, 3600]


def test_the_sweep_hints_what_is_due_and_no_more(hints):
    now = timezone.now()
    lost = make_inbound_delivery(GMAIL, hinted_at=now - timedelta(hours=1))
    died = make_inbound_delivery(
        GMAIL, state="leased", hinted_at=now - timedelta(minutes=4), lease_until=now - timedelta(minutes=1)
    )
    ripe = make_inbound_delivery(GMAIL, hinted_at=now - timedelta(minutes=2), retry_at=now - timedelta(minutes=1))
    make_inbound_delivery(GMAIL)
    make_inbound_delivery(GMAIL, state="parked", hinted_at=now - timedelta(hours=1))
    make_inbound_delivery(GMAIL, hinted_at=now - timedelta(hours=1), retry_at=now + timedelta(hours=1))
    sweep_inbound()
    assert [hint.ids["delivery_id"] for hint in hints.of(TaskName.DELIVER_TO_GMAIL)] == [lost.pk, died.pk, ripe.pk]
    hints.kept.clear()
    sweep_inbound()
    assert hints.kept == []


def old_mail(bucket, *states: str) -> InboundMessage:
    message = make_message(received_at=LONG_AGO)
    bucket.objects[BUCKET, message.object_key] = b"raw"
    for number, state in enumerate(states, 1):
        make_inbound_delivery({"kind": "gmail", "account_id": number}, message=message, state=state)
    return message


def test_raw_mail_goes_after_its_time(bucket):
    message = old_mail(bucket, "delivered", "stored")
    young = make_message()
    assert delete_old_raw() == 1
    message.refresh_from_db()
    assert (message.raw, message.headers, bucket.objects) == ("deleted", [], {})
    assert InboundMessage.objects.get(pk=young.pk).raw == "kept"


@pytest.mark.parametrize("state", ["pending", "leased", "held", "parked", "failed", "uncertain"])
def test_raw_mail_stays_as_long_as_a_delivery_is_not_final(bucket, state):
    old_mail(bucket, "delivered", state)
    assert delete_old_raw() == 0
    assert len(bucket.objects) == 1


def test_raw_mail_of_a_message_that_was_not_routed_stays(bucket):
    message = old_mail(bucket)
    InboundMessage.objects.filter(pk=message.pk).update(status="received")
    assert delete_old_raw() == 0


def test_a_bucket_that_is_away_keeps_the_row_as_it_is(bucket):
    old_mail(bucket, "delivered")
    bucket.is_away = True
    assert delete_old_raw() == 0
    assert InboundMessage.objects.get().raw == "kept"


def test_rows_go_after_their_raw_mail_and_their_time(bucket):
    old_mail(bucket, "delivered")
    assert delete_old_rows() == 0
    delete_old_raw()
    assert delete_old_rows() == 1


def test_raw_mail_that_somebody_wants_again_while_others_are_deleted_stays(bucket, monkeypatch):
    messages = [make_message(received_at=LONG_AGO + timedelta(hours=number)) for number in range(2)]
    deliveries = [make_inbound_delivery(GMAIL, message=message, state="delivered") for message in messages]
    bucket.objects.update({(BUCKET, message.object_key): b"raw" for message in messages})

    def delete(name, key):
        bucket.delete_object(name, key)
        deliver_again([deliveries[1].pk], actor=None)

    monkeypatch.setattr(s3, "delete_object", delete)
    assert delete_old_raw() == 1
    assert (BUCKET, messages[1].object_key) in bucket.objects


def test_forwarding_that_waited_for_an_address_of_ours_goes_once_there_is_one(settings, hints):
    settings.FORWARD_FROM_ADDRESS = settings.DEFAULT_FROM_ADDRESS = ""
    delivery = make_inbound_delivery({"kind": "forward", "address": "x@else.example"}, state="parked")
    sweep_inbound()
    assert fresh(delivery).state == "parked"
    settings.FORWARD_FROM_ADDRESS = "us@ours.example"
    sweep_inbound()
    assert fresh(delivery).state == "pending"
    assert hints.of(TaskName.FORWARD_MAIL)[0].ids == {"delivery_id": delivery.pk}


def test_an_object_that_is_refused_keeps_no_other_and_is_told_of(bucket, monkeypatch):
    refused, other = old_mail(bucket, "stored"), old_mail(bucket, "stored")
    forget = bucket.delete_object

    def delete(name, key):
        if key == refused.object_key:
            raise Refused("Access Denied", service="s3", code="AccessDenied")
        forget(name, key)

    monkeypatch.setattr(s3, "delete_object", delete)
    assert delete_old_raw() == 1
    assert InboundMessage.objects.get(pk=other.pk).raw == "deleted"
    assert Alert.objects.get(cleared_at=None).code == "inbound.raw_kept"
    monkeypatch.setattr(s3, "delete_object", forget)
    InboundMessage.objects.update(retry_at=None)
    assert delete_old_raw() == 1
    assert not Alert.objects.filter(cleared_at=None).exists()


def test_more_refused_objects_than_one_look_takes_do_not_stand_in_the_way(bucket, monkeypatch):
    monkeypatch.setattr("routing.inbound.sweep.MAX_DELETED", 1)
    refused, other = old_mail(bucket, "stored"), old_mail(bucket, "stored")

    def delete(_name, key):
        if key == refused.object_key:
            raise Refused("Access Denied", service="s3", code="AccessDenied")

    monkeypatch.setattr(s3, "delete_object", delete)
    assert [delete_old_raw(), delete_old_raw()] == [0, 1]
    assert InboundMessage.objects.get(pk=other.pk).raw == "deleted"


def test_while_the_bucket_is_away_each_look_asks_once(bucket):
    old_mail(bucket, "stored")
    bucket.is_away = True
    assert delete_old_raw() == 0
    assert not InboundMessage.objects.exclude(retry_at=None).exists()
