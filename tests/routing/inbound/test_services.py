from __future__ import annotations

import pytest

from portal.errors import Conflict, InvalidInput
from portal.models import Activity
from portal.queues import TaskName
from routing.domains.models import InboundDomain
from routing.inbound.models import DeliveryState, InboundDelivery
from routing.inbound.services import deliver_again, deliver_to, give_up, release, unpark
from routing.rules.definition import Action, ActionKind
from routing.rules.services import RuleChange
from routing.rules.trying import replay_last_week
from tests.doubles.inbound_bucket import InboundBucket
from tests.factories.inbound import make_inbound_delivery, make_message, make_rule

pytestmark = pytest.mark.django_db
GMAIL = {"kind": "gmail", "account_id": 3}
HOLD = {"kind": "hold"}


@pytest.fixture(autouse=True)
def bucket(monkeypatch):
    return InboundBucket().install(monkeypatch)


def state_of(delivery: InboundDelivery) -> str:
    return InboundDelivery.objects.get(pk=delivery.pk).state


def test_released_mail_goes_where_the_rules_send_it_now(hints):
    held = make_inbound_delivery(HOLD, state="held")
    make_rule("a@in.example", GMAIL)
    assert release([held.pk], actor=None) == 1
    assert state_of(held) == "stored"
    made = InboundDelivery.objects.get(action="gmail")
    assert (made.destination, made.state) == ("3", "pending")
    assert hints.of(TaskName.DELIVER_TO_GMAIL)[0].ids == {"delivery_id": made.pk}


def test_mail_that_no_rule_wants_stays_held():
    held = make_inbound_delivery(HOLD, state="held")
    assert release([held.pk], actor=None) == 0
    assert state_of(held) == "held"


def test_a_held_loop_does_what_its_rule_said():
    held = make_inbound_delivery(GMAIL, state="held", reason="loop")
    assert release([held.pk], actor=None) == 1
    assert state_of(held) == "pending"


@pytest.mark.parametrize("state", ["delivered", "failed", "parked", "uncertain", "dropped"])
def test_a_delivery_can_be_done_again_at_a_persons_word(state, hints):
    delivery = make_inbound_delivery(GMAIL, state=state, is_attempted=True)
    assert deliver_again([delivery.pk], actor=None) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.is_attempted) == ("pending", False)
    assert len(hints.of(TaskName.DELIVER_TO_GMAIL)) == 1
    assert Activity.objects.filter(verb="inbound.delivered_again").exists()


def test_what_is_under_way_is_left_alone():
    delivery = make_inbound_delivery(GMAIL, state="leased")
    assert deliver_again([delivery.pk], actor=None) == 0


def test_without_the_raw_mail_nothing_is_delivered_again():
    delivery = make_inbound_delivery(GMAIL, state="failed", message=make_message(raw="deleted"))
    with pytest.raises(Conflict):
        deliver_again([delivery.pk], actor=None)


def test_mail_can_go_to_a_destination_that_no_rule_named():
    message = make_message()
    action = Action(ActionKind.GMAIL, account_id=9)
    first = deliver_to(message.pk, "a@in.example", action, actor=None)
    assert deliver_to(message.pk, "A@in.example", action, actor=None).pk == first.pk
    assert list(first.events.values_list("state", "reason")) == [("pending", "released")]


def test_nothing_is_delivered_to_a_place_that_leads_back():
    InboundDomain.objects.create(name="in.example")
    with pytest.raises(InvalidInput):
        deliver_to(make_message().pk, "a@in.example", Action(ActionKind.FORWARD, address="b@in.example"), actor=None)


def test_what_is_given_up_is_dropped():
    delivery = make_inbound_delivery(GMAIL, state="parked")
    assert give_up([delivery.pk], actor=None) == 1
    assert state_of(delivery) == "dropped"


def test_a_destination_that_works_again_gets_all_that_was_parked_for_it(hints):
    parked = [make_inbound_delivery(GMAIL, state=DeliveryState.PARKED) for _ in range(3)]
    other = make_inbound_delivery({"kind": "gmail", "account_id": 4}, state=DeliveryState.PARKED)
    assert unpark(ActionKind.GMAIL, "3") == 3
    assert [state_of(each) for each in [*parked, other]] == ["pending"] * 3 + ["parked"]
    assert [hint.ids["delivery_id"] for hint in hints.kept] == [each.pk for each in parked]


def a_held_mail_with_headers_cut_off(bucket):
    """What the rule asks about stands in the mail alone."""
    message = make_message(headers=[["From", "ada@sender.example"]], headers_truncated=True)
    bucket.objects[message.bucket, message.object_key] = b"From: ada@sender.example\r\nX-Order: 12\r\n\r\n"
    condition = {"kind": "header", "name": "x-order", "test": "exists", "value": ""}
    make_rule("a@in.example", GMAIL, conditions=[condition])
    return make_inbound_delivery(HOLD, state="held", message=message)


def test_released_mail_is_decided_by_all_its_headers_where_the_row_has_not_all(bucket):
    held = a_held_mail_with_headers_cut_off(bucket)
    assert release([held.pk], actor=None) == 1
    assert InboundDelivery.objects.filter(action="gmail").exists()


def test_mail_stays_held_while_the_bucket_that_has_its_headers_is_away(bucket):
    held = a_held_mail_with_headers_cut_off(bucket)
    bucket.is_away = True
    with pytest.raises(Conflict, match="bucket"):
        release([held.pk], actor=None)
    assert state_of(held) == "held"


def test_mail_of_last_week_is_replayed_by_all_its_headers(bucket):
    a_held_mail_with_headers_cut_off(bucket)
    replay = replay_last_week([RuleChange("a@in.example", None)])
    assert (replay.recipients, replay.moved) == (1, 1)
