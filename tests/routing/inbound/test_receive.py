from __future__ import annotations

import json

import pytest
from django.db import OperationalError

from portal.queues import TaskName
from routing.inbound.models import InboundDelivery, InboundMessage
from routing.inbound.notification import UnreadableNotification
from routing.inbound.receive import receive_notifications
from routing.inbound.router import route_messages
from routing.inbound.sweep import sweep_inbound
from routing.inbound.trace import trace_header
from routing.rules.models import RuleHit
from tests.doubles.inbound_bucket import InboundBucket
from tests.factories.inbound import BUCKET, RAW, enveloped, make_rule, notification

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bucket(monkeypatch) -> InboundBucket:
    return InboundBucket().install(monkeypatch)


def receive(bucket, *events, raw=RAW) -> int:
    for event in events:
        bucket.objects[BUCKET, event["receipt"]["action"]["objectKey"]] = raw
    return receive_notifications([json.dumps(event) for event in events])


def states() -> list[tuple[str, str, str]]:
    return list(InboundDelivery.objects.order_by("pk").values_list("recipient", "action", "state"))


def test_each_envelope_recipient_gets_what_its_rule_says(bucket):
    make_rule("a@in.example")
    make_rule("b@in.example", {"kind": "bounce", "code": "no_mailbox"})
    receive(bucket, notification("A@in.example", "b+tag@IN.example", "c@in.example"))
    assert states() == [
        ("a@in.example", "store", "stored"),
        ("b+tag@in.example", "bounce", "pending"),
        ("c@in.example", "hold", "held"),
    ]


def test_several_actions_are_several_deliveries(bucket, hints):
    make_rule("*", {"kind": "gmail", "account_id": 1}, {"kind": "gmail", "account_id": 2}, {"kind": "store"})
    receive(bucket, notification("a@in.example"))
    assert [action for _recipient, action, _state in states()] == ["gmail", "gmail", "store"]
    assert len(hints.of(TaskName.DELIVER_TO_GMAIL)) == 2


def test_a_notification_that_comes_again_changes_nothing(bucket, hints):
    make_rule("*", {"kind": "gmail", "account_id": 1})
    event = notification("a@in.example")
    assert receive(bucket, event) == 1
    hints.kept.clear()
    assert receive(bucket, event, event) == 0
    assert receive_notifications([enveloped(event)]) == 0
    assert len(states()) == 1
    assert hints.kept == []


def test_the_decision_is_kept_with_the_message(bucket):
    rule = make_rule("*@in.example")
    receive(bucket, notification("a@in.example"))
    [decision] = InboundMessage.objects.get().decisions
    assert decision["rule_id"] == rule.pk
    assert [tried["key"] for tried in decision["tried"]] == ["a@in.example", "*@in.example"]


def test_hits_are_counted_by_rule_and_day(bucket):
    rule = make_rule("*@in.example")
    receive(bucket, notification("a@in.example", "b@in.example"), notification("a@in.example"))
    hit = RuleHit.objects.get(rule=rule)
    assert (hit.count, hit.last_message) == (3, InboundMessage.objects.order_by("pk").last())


def test_mail_that_comes_back_is_held(bucket):
    make_rule("*", {"kind": "forward", "address": "x@else.example"})
    trace = trace_header("a@in.example").decode().strip().split(": ")
    receive(bucket, notification("a@in.example", headers=[trace]))
    assert list(InboundDelivery.objects.values_list("action", "state", "reason")) == [("forward", "held", "loop")]


def test_headers_that_were_cut_off_are_read_from_the_mail(bucket):
    condition = {"kind": "header", "name": "x-late", "test": "equals", "value": "yes"}
    make_rule("*", {"kind": "drop"}, conditions=[condition])
    raw = b"Subject: x\r\n" + b"X-Filler: y\r\n" * 20_000 + b"X-Late: yes\r\n\r\nbody"
    event = notification("a@in.example", headersTruncated=True)
    receive(bucket, event, raw=raw.replace(b"X-Filler: y\r\n" * 20_000, b"X-Filler: " + b"y" * 200_000 + b"\r\n"))
    assert states() == [("a@in.example", "drop", "dropped")]


def test_a_condition_on_size_asks_the_bucket(bucket):
    make_rule("*", {"kind": "drop"}, conditions=[{"kind": "size", "test": "over", "size_bytes": 10}])
    receive(bucket, notification("a@in.example"))
    assert states() == [("a@in.example", "drop", "dropped")]
    assert InboundMessage.objects.get().size_bytes == len(RAW)


def test_mail_waits_while_the_bucket_is_away_and_the_sweep_comes_back(bucket, hints):
    make_rule("*")
    bucket.is_away = True
    receive(bucket, notification("a@in.example"))
    message = InboundMessage.objects.get()
    assert (message.status, states()) == ("received", [])
    bucket.is_away = False
    InboundMessage.objects.update(retry_at=None, created_at="2020-01-01T00:00Z")
    sweep_inbound()
    hints.run_all()
    assert states() == [("a@in.example", "store", "stored")]


def test_an_object_that_is_not_there_is_told(bucket):
    make_rule("*")
    receive_notifications([json.dumps(notification("a@in.example"))])
    assert InboundMessage.objects.get().raw == "missing"
    assert len(states()) == 1


def test_what_cannot_be_read_is_refused_after_the_others_are_done(bucket):
    event = notification("a@in.example")
    with pytest.raises(UnreadableNotification):
        receive_notifications(["nonsense", json.dumps(event)])
    assert InboundMessage.objects.count() == 1


def test_a_database_that_fails_is_no_missing_rule(bucket, monkeypatch):
    def fail(_recipients):
        raise OperationalError("server closed the connection")

    make_rule("*", {"kind": "drop"})
    with monkeypatch.context() as patch:
        patch.setattr("routing.inbound.router.load_rules", fail)
        with pytest.raises(OperationalError):
            receive(bucket, notification("a@in.example"))
    assert states() == []
    route_messages([InboundMessage.objects.get().pk])
    assert states() == [("a@in.example", "drop", "dropped")]


def test_a_rule_that_cannot_be_read_holds_its_mail(bucket):
    rule = make_rule("a@in.example")
    make_rule("*", {"kind": "drop"})
    type(rule).objects.filter(pk=rule.pk).update(choices=[{"nonsense": 1}])
    receive(bucket, notification("a@in.example"))
    assert states() == [("a@in.example", "hold", "held")]


def test_headers_that_the_notification_leaves_out_are_read_from_the_mail(bucket):
    make_rule("*", conditions=[{"kind": "header", "name": "x-kind", "test": "equals", "value": "order"}])
    event = notification("a@in.example", headers=[])
    receive(bucket, event, raw=b"X-Kind: order\r\n\r\nBody")
    assert states() == [("a@in.example", "store", "stored")]


def test_headers_that_a_row_does_not_hold_are_read_from_the_mail(bucket):
    make_rule("*", conditions=[{"kind": "header", "name": "x-kind", "test": "equals", "value": "order"}])
    long = [[f"X-{number}", "x" * 7_000] for number in range(5)]
    receive(bucket, notification("a@in.example", headers=[*long, ["X-Kind", "order"]]), raw=b"X-Kind: order\r\n\r\n")
    assert states() == [("a@in.example", "store", "stored")]
