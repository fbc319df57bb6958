"""Whatever comes through the queue: it is applied or counted, never an error, never slow."""

from __future__ import annotations

import json
import random
import time
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from campaigns.feedback.causes import Cause
from campaigns.sending.event_reader import SesEvent, UnreadableEvent, read_event
from campaigns.sending.events import apply_events
from campaigns.sending.states import DeliveryState
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.feedback import hard_bounce, in_envelope, notification, ses_event, soft_bounce
from tests.factories.sending import make_campaign, plan_people

MUTANTS = 20_000
MAX_S = 1.0
ODD: tuple[object, ...] = (
    None, True, 0, -1, 1e308, "", "\x00", "\ud800", "9" * 5000, [], [None], {}, {"a": {}}, "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z", "2026-11-22", float("nan"), "Bounce", ["1", "2"],
)  # fmt: skip
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def samples(delivery_id: int) -> list[str]:
    kinds = ("Send", "Delivery", "DeliveryDelay", "Complaint", "Reject", "Rendering Failure", "Open", "Click")
    wishes = {"unsubscribeAll": False, "topicSubscriptionStatus": [{"topicName": "n", "subscriptionStatus": "OptOut"}]}
    return [
        *[ses_event(delivery_id, kind, to="person0@club.example") for kind in kinds],
        hard_bounce(delivery_id), soft_bounce(delivery_id),
        ses_event(delivery_id, "Subscription", newTopicPreferences=wishes),
        notification("Bounce", message_id="mid", to="person0@club.example", bounceType="Permanent"),
    ]  # fmt: skip


def mutant(body: str, chance: random.Random) -> str:
    """The body with some of its values swapped for odd ones, or its text cut, doubled or garbled."""
    if chance.random() < 0.3:
        return _garbled(body, chance)
    event = json.loads(body)
    for _change in range(chance.randint(1, 3)):
        _swap_somewhere(event, chance)
    text = json.dumps(event)
    return in_envelope(text) if chance.random() < 0.3 else text


def _swap_somewhere(event: dict[str, object], chance: random.Random) -> None:
    place: object = event
    while isinstance(place, dict) and place:
        name = chance.choice(list(place))
        if not isinstance(place[name], dict) or chance.random() < 0.3:
            place[name] = deepcopy(chance.choice(ODD))
            return
        place = place[name]


def _garbled(body: str, chance: random.Random) -> str:
    cut = chance.randrange(len(body))
    letter = chance.choice('{}[]",:\\\x00é\u2028')
    return chance.choice(
        (body[:cut], body[cut:], body * 2, body[:cut] + letter + body[cut:], body[:cut] + body[cut + 1 :])
    )


def read_or_refused(body: str) -> SesEvent | Cause:
    try:
        return read_event(body)
    except UnreadableEvent as error:
        return error.cause


def test_mutated_events_are_read_or_refused_and_none_is_slow():
    chance = random.Random(7)
    bodies = samples(1)
    slowest_s = 0.0
    found: set[type] = set()
    for _number in range(MUTANTS):
        body = mutant(chance.choice(bodies), chance)
        started_s = time.perf_counter()
        found.add(type(read_or_refused(body)))
        slowest_s = max(slowest_s, time.perf_counter() - started_s)
    assert found == {SesEvent, Cause}
    assert slowest_s < MAX_S


@given(
    st.dictionaries(
        st.sampled_from(["eventType", "notificationType", "mail", "bounce", "Type", "Message"]), JSON_VALUES
    )
)
def test_any_json_is_read_or_refused(event):
    read_or_refused(json.dumps(event))


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    read_or_refused(text)
    read_or_refused('{"eventType": "' + text)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        json.dumps({"eventType": "B" * 200_000, "mail": {}}),
        json.dumps({"eventType": "Send", "mail": {"tags": {"postroom_delivery": ["1"] * 50_000}}}),
        '{"eventType": ' + "9" * 200_000 + "}",
        in_envelope(in_envelope(ses_event(1, "Send"))),
    ],
)
def test_huge_and_nested_bodies_are_refused_at_once(body):
    assert isinstance(read_or_refused(body), Cause)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_mutants_among_good_events_harm_neither_the_ledger_nor_the_batch(seed):
    chance = random.Random(seed)
    campaign = make_campaign()
    [row, good] = plan_people(campaign, [DeliveryState.ACCEPTED] * 2, prefix=f"fuzz{campaign.pk}-")
    bodies = [mutant(body, chance) for body in samples(row.pk)]
    apply_events([*bodies, ses_event(good.pk, "Delivery")])
    good.refresh_from_db()
    assert good.state == DeliveryState.DELIVERED
    assert_counters_agree(campaign)
