from __future__ import annotations

import json
import random
from itertools import permutations

import pytest

from campaigns.sending.events import apply_events
from campaigns.sending.models import Campaign, Delivery, DeliveryEvent
from campaigns.sending.states import DeliveryState, Reason
from campaigns.suppression.models import Suppression
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.sending import make_campaign, plan_people

pytestmark = pytest.mark.django_db

AT = "2026-11-22T10:00:00.000Z"


def event(delivery_id: int | str, kind: str, **detail) -> str:
    key = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}.get(kind, kind.lower())
    return json.dumps(
        {
            "eventType": kind,
            "mail": {"timestamp": AT, "messageId": "m-1", "tags": {"postroom_delivery": [str(delivery_id)]}},
            key: {"timestamp": AT, **detail},
        }
    )


def hard_bounce(delivery_id: int) -> str:
    recipients = [{"emailAddress": "x@y.example", "diagnosticCode": "550 5.1.1 user unknown"}]
    return event(
        delivery_id, "Bounce", bounceType="Permanent", bounceSubType="General", bouncedRecipients=recipients,
        feedbackId="f1",
    )  # fmt: skip


def soft_bounce(delivery_id: int) -> str:
    return event(delivery_id, "Bounce", bounceType="Transient", bounceSubType="MailboxFull", feedbackId="f2")


def accepted(count: int = 1, state: DeliveryState = DeliveryState.ACCEPTED) -> tuple[Campaign, list[Delivery]]:
    campaign = make_campaign()
    return campaign, plan_people(campaign, [state] * count)


def position(delivery: Delivery) -> tuple[int, int]:
    delivery.refresh_from_db()
    return delivery.state, delivery.reason


def test_delivery_is_counted_and_kept_once():
    campaign, [row] = accepted()
    apply_events([event(row.pk, "Delivery", smtpResponse="250 ok")] * 3)
    apply_events([event(row.pk, "Delivery", smtpResponse="250 ok")])
    assert position(row) == (DeliveryState.DELIVERED, Reason.NONE)
    assert DeliveryEvent.objects.count() == 1
    assert_counters_agree(campaign)


def test_hard_bounce_suppresses_with_the_servers_words():
    campaign, [row] = accepted()
    apply_events([hard_bounce(row.pk)])
    assert position(row) == (DeliveryState.BOUNCED, Reason.MAILBOX_UNKNOWN)
    found = Suppression.objects.get()
    assert (found.address_key, found.reason, found.note) == (row.address_key, "bounce", "550 5.1.1 user unknown")
    assert_counters_agree(campaign)


def test_full_mailbox_does_not_suppress():
    _campaign, [row] = accepted()
    apply_events([soft_bounce(row.pk)])
    assert position(row) == (DeliveryState.BOUNCED, Reason.MAILBOX_FULL)
    assert not Suppression.objects.exists()


def test_every_order_ends_in_the_same_state():
    bodies = [
        lambda pk: event(pk, "Send"),
        lambda pk: event(pk, "Delivery"),
        hard_bounce,
        soft_bounce,
        lambda pk: event(pk, "Complaint", feedbackId="c"),
    ]
    orders = list(permutations(bodies))
    campaign, rows = accepted(len(orders))
    for row, order in zip(rows, orders, strict=True):
        apply_events([make(row.pk) for make in order])
    assert {position(row) for row in rows} == {(DeliveryState.COMPLAINED, Reason.COMPLAINED)}
    assert_counters_agree(campaign)


def test_shuffled_and_doubled_batches_agree_with_the_ordered_run():
    random.seed(7)
    campaign, rows = accepted(40)
    bodies = []
    for number, row in enumerate(rows):
        bodies += [event(row.pk, "Send"), event(row.pk, "Delivery")]
        bodies += [hard_bounce(row.pk)] if number % 5 == 0 else []
    shuffled = bodies * 2
    random.shuffle(shuffled)
    for start in range(0, len(shuffled), 17):
        apply_events(shuffled[start : start + 17])
    expected = [DeliveryState.BOUNCED if number % 5 == 0 else DeliveryState.DELIVERED for number in range(40)]
    assert [position(row)[0] for row in rows] == expected
    assert_counters_agree(campaign)


@pytest.mark.parametrize("state", [DeliveryState.SENDING, DeliveryState.UNCERTAIN])
def test_send_event_settles_what_our_own_commit_does_not_know(state):
    campaign, [row] = accepted(state=state)
    apply_events([event(row.pk, "Send")])
    assert position(row)[0] == DeliveryState.ACCEPTED
    assert_counters_agree(campaign)


def test_delay_changes_no_state_but_is_kept():
    _campaign, [row] = accepted()
    apply_events([event(row.pk, "DeliveryDelay", delayType="MailboxFull")])
    assert position(row)[0] == DeliveryState.ACCEPTED
    assert DeliveryEvent.objects.get().event_type == "delivery_delay"


def test_sns_envelope_and_raw_delivery_are_both_read():
    _campaign, rows = accepted(2)
    wrapped = json.dumps({"Type": "Notification", "Message": event(rows[0].pk, "Delivery")})
    report = apply_events([wrapped, event(rows[1].pk, "Delivery")])
    assert report.applied == 2


def test_what_is_not_ours_is_counted_and_changes_nothing():
    _campaign, [row] = accepted()
    junk = ["", "[]", "{", '{"eventType": "Send"}', event("1; drop table", "Send"), event("9" * 40, "Send"), "null"]
    report = apply_events([*junk, event(987654321, "Delivery"), event(row.pk, "Send")])
    assert (report.unreadable, report.unknown, report.applied) == (len(junk), 1, 0)
    assert position(row)[0] == DeliveryState.ACCEPTED


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("Bounce", {"bouncedRecipients": [{"diagnosticCode": "550 no\x00 such user \ud800"}], "feedbackId": "\ud800"}),
        ("Something Entirely New To Us", {}),
        ("Delivery", {"timestamp": "0001-01-01T00:00:00+14:00"}),
    ],
)
def test_what_a_database_would_refuse_does_not_take_the_batch_along(kind, detail):
    campaign, rows = accepted(2)
    apply_events([event(rows[0].pk, kind, **detail), event(rows[1].pk, "Delivery")])
    assert position(rows[1]) == (DeliveryState.DELIVERED, Reason.NONE)
    assert_counters_agree(campaign)
