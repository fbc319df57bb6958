"""Whatever the order, however often, wherever our own commit falls: one final state."""

from __future__ import annotations

import random
import sys
from collections import Counter
from functools import partial

import pytest
from django.db import transaction

from campaigns.feedback.models import WaitingNotification
from campaigns.feedback.services import apply_waiting
from campaigns.sending import ledger
from campaigns.sending.events import apply_events
from campaigns.sending.models import Acceptance, Campaign, Chunk, Delivery, DeliveryEvent
from campaigns.sending.outcomes import Outcome
from campaigns.sending.states import CampaignStatus, DeliveryState
from campaigns.suppression.models import Suppression
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.feedback import hard_bounce, in_envelope, notification, ses_event, soft_bounce
from tests.factories.sending import make_campaign, plan_people

pytestmark = pytest.mark.django_db

PERMUTATIONS = 1_000
FEWER = 60
LATER = "2026-11-22T10:00:20.000Z"  # after the haste of machines
MUCH_LATER = "2026-11-22T11:00:00.000Z"
# One story for each delivery; the numbers say which of them hear what.
STORIES = {
    "delivered": ("Send", "Delivery", "DeliveryDelay"),
    "hard bounce": ("Send", "hard"),
    "bounce after delivery": ("Send", "Delivery", "hard"),
    "auto-reply": ("Send", "Delivery", "soft"),
    "mailbox full": ("Send", "soft"),
    "complaint": ("Send", "Delivery", "Complaint"),
    "bounce and complaint": ("Send", "hard", "soft", "Complaint"),
    "rejected": ("Send", "Reject"),
    "cannot be made": ("Rendering Failure",),
    "read": ("Send", "Delivery", "Open", "Click"),
    "scanned": ("Send", "Delivery", "early click", "Open"),
    "told twice": ("Send", "Delivery", "notified bounce"),
    "told without tags": ("notified complaint",),
}


def bodies_of(row: Delivery, number: int) -> list[str]:
    """All that SES says about one delivery."""
    message_id = f"mid-{number}"
    about = partial(ses_event, row.pk, message_id=message_id, to=row.address)
    known = {
        "hard": lambda: hard_bounce(row.pk, message_id=message_id, to=row.address),
        "soft": lambda: soft_bounce(row.pk, message_id=message_id, to=row.address),
        "Open": lambda: about("Open", at=LATER, userAgent="Thunderbird/128"),
        "Click": lambda: about("Click", at=MUCH_LATER, link="https://club.example/", userAgent="Firefox/130"),
        "early click": lambda: about("Click", link="https://club.example/", userAgent="Firefox/130"),
        "notified bounce": lambda: notification(
            "Bounce", message_id=message_id, to=row.address, bounceType="Permanent", bounceSubType="General"
        ),
        "notified complaint": lambda: notification("Complaint", message_id=message_id, to=row.address),
    }
    story = list(STORIES.values())[number]
    return [known[name]() if name in known else about(name) for name in story]


def our_commit(chunk: Chunk, rows: list[ledger.WaitingRow], attempt_id: int) -> None:
    """The worker writes what the provider answered, whatever the events have said by then."""
    outcomes = [Outcome(DeliveryState.ACCEPTED, ses_message_id=f"mid-{number}") for number in range(len(rows))]
    with transaction.atomic():
        list(Chunk.objects.select_for_update().filter(pk=chunk.pk))
        ledger.write_outcomes(chunk, rows, outcomes, attempt_id=attempt_id)


def opened_campaign() -> tuple[Campaign, Chunk, list[ledger.WaitingRow], int]:
    campaign = make_campaign(status=CampaignStatus.CANCELLED)  # what was on its way by then; no breaker looks at it
    plan_people(campaign, [DeliveryState.QUEUED] * len(STORIES), chunk_size=len(STORIES))
    chunk = Chunk.objects.get(campaign=campaign)
    rows = ledger.read_waiting(chunk)
    with transaction.atomic():
        return campaign, chunk, rows, ledger.open_attempt(chunk, rows)


def final_state(campaign: Campaign) -> tuple[object, ...]:
    chunk = Chunk.objects.get(campaign=campaign)
    rows = Delivery.objects.filter(campaign=campaign).order_by("pk")
    ids = [row.pk for row in rows]
    heard = DeliveryEvent.objects.filter(delivery_id__in=ids)
    return (
        tuple((row.state, row.reason) for row in rows),
        tuple(sorted((ids.index(event.delivery_id), event.event_type, event.machine_sign) for event in heard)),
        tuple(getattr(chunk, f"{name}_count") for name in ("opened", "clicked", "machine_opened", "machine_clicked")),
        tuple(sorted(Suppression.objects.values_list("address_key", "reason"))),
        tuple(Acceptance.objects.filter(delivery_id__in=ids).order_by("pk").values_list("ses_message_id", flat=True)),
    )


def one_permutation(chance: random.Random) -> tuple[object, ...]:
    """Events doubled, shuffled, cut into batches, our commit before, between or after them."""
    campaign, chunk, rows, attempt_id = opened_campaign()
    people = list(Delivery.objects.filter(campaign=campaign).order_by("pk"))
    said = [body for number, row in enumerate(people) for body in bodies_of(row, number)]
    said = [in_envelope(body) if chance.random() < 0.5 else body for body in said for _ in range(chance.randint(1, 2))]
    chance.shuffle(said)
    commit_at, position = chance.randint(0, len(said)), 0
    is_committed = False
    while position < len(said) or not is_committed:
        if not is_committed and position >= commit_at:
            our_commit(chunk, rows, attempt_id)
            is_committed = True
        size = chance.choice((3, 10, 40, 120))
        apply_events(said[position : position + size])
        position += size
    apply_waiting()
    assert not WaitingNotification.objects.exists()
    assert_counters_agree(campaign)
    return final_state(campaign)


def final_states(permutations: int) -> list[int]:
    """How often each final state was reached."""
    chance = random.Random(20261122)
    found: Counter[tuple[object, ...]] = Counter()
    for _number in range(permutations):
        with transaction.atomic():  # taken back, so that the next begins with the same rows
            found[one_permutation(chance)] += 1
            transaction.set_rollback(True)
    return list(found.values())


def test_doubled_and_shuffled_events_end_in_one_state():
    assert final_states(FEWER) == [FEWER]


@pytest.mark.long
def test_a_thousand_permutations_end_in_one_state(capsys):
    found = final_states(PERMUTATIONS)
    with capsys.disabled():
        sys.stdout.write(f"\n{sum(found)} permutations of events and our own commit: {len(found)} final state\n")
    assert found == [PERMUTATIONS]
