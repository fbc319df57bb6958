"""Sends a campaign in the past: planned, attempted and answered by the same code as a real one, at another time.

Only the provider is missing: its answers are made here, and its events have the double's own shape.
"""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from time_machine import Traveller, travel

from campaigns.sending.events import apply_events
from campaigns.sending.finish import complete_if_done
from campaigns.sending.ledger import WaitingRow, open_attempt, read_waiting, write_outcomes
from campaigns.sending.models import Attempt, Campaign, Chunk
from campaigns.sending.outcomes import Outcome
from campaigns.sending.plan import plan_campaign
from campaigns.sending.speed import note_accepted
from campaigns.sending.states import DeliveryState, Reason
from sandbox.demo.texts import Letter
from sandbox.ses_double import fate
from sandbox.ses_double.acceptance_log import DELIVERY_TAG
from sandbox.ses_double.events import TYPES_BY_OUTCOME, event_for
from sandbox.ses_double.letter import Accepted, Entry, Letter as SesLetter

GROUP_SIZE = 50
RATE_PER_S = 14.0
EVENTS_PER_BATCH = 500
# What became of people, and how many in a thousand
FATES: tuple[tuple[str, float], ...] = (
    (fate.BOUNCED, 7),
    (fate.MAILBOX_FULL, 5),
    (fate.COMPLAINED, 0.4),
    (fate.DELAYED, 4),
    (fate.DELIVERED, 983.6),
)


@dataclass(slots=True)
class Past:
    """One campaign being sent in the past."""

    campaign: Campaign
    letter: Letter
    clock: Traveller
    now: datetime
    chance: random.Random
    taken: list[Accepted] = field(default_factory=list)
    had_loss: bool = False

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        self.clock.move_to(self.now)


def send_in_the_past(campaign: Campaign, letter: Letter, *, started_at: datetime) -> datetime:
    """Plan the campaign, which is pending, and send it, whole or in part; return when the last answer came."""
    with travel(started_at, tick=False) as clock:
        past = Past(campaign, letter, clock, started_at, random.Random(campaign.pk))
        plan_campaign(campaign.pk)
        _send_chunks(past)
        _hear_back(past)
        Campaign.objects.filter(pk=campaign.pk).update(updated_at=past.now)
    return past.now


def _send_chunks(past: Past) -> None:
    chunks = list(Chunk.objects.filter(campaign=past.campaign).order_by("number"))
    waiting = [(chunk, row) for chunk in chunks for row in read_waiting(chunk)]
    sent_count = round(len(waiting) * past.letter.stops_after)
    for chunk in chunks:
        rows = [row for of, row in waiting[:sent_count] if of.pk == chunk.pk]
        for start in range(0, len(rows), GROUP_SIZE):
            _send_group(past, chunk, rows[start : start + GROUP_SIZE])
        chunk.refresh_from_db()
        if chunk.queued_count == 0:
            Chunk.objects.filter(pk=chunk.pk).update(is_open=False)
    complete_if_done(past.campaign.pk)


def _send_group(past: Past, chunk: Chunk, rows: list[WaitingRow]) -> None:
    attempt_id = open_attempt(chunk, rows)
    Attempt.objects.filter(pk=attempt_id).update(started_at=past.now)
    past.move(len(rows) / RATE_PER_S)
    outcomes = _outcomes(past, len(rows))
    write_outcomes(chunk, rows, outcomes, attempt_id=attempt_id)
    note_accepted(past.campaign.pk, sum(outcome.state is DeliveryState.ACCEPTED for outcome in outcomes))
    for row, outcome in zip(rows, outcomes, strict=True):
        if outcome.state is DeliveryState.ACCEPTED and past.chance.random() >= past.letter.unanswered_share:
            past.taken.append(_accepted(past, row, outcome.ses_message_id))


def _outcomes(past: Past, count: int) -> list[Outcome]:
    """Return the provider's answers; in the letter's unlucky group the answer to some of them got lost."""
    lost_count = past.letter.uncertain_count if not past.had_loss and past.taken else 0
    past.had_loss = past.had_loss or bool(lost_count)
    lost = Outcome(DeliveryState.UNCERTAIN, Reason.ANSWER_LOST, error="The connection was reset.")
    return [lost if number < lost_count else _acceptance(past) for number in range(count)]


def _acceptance(past: Past) -> Outcome:
    number = uuid.UUID(int=past.chance.getrandbits(128))
    at_ms = int(past.now.timestamp() * 1000)
    return Outcome(DeliveryState.ACCEPTED, ses_message_id=f"0100{at_ms:012x}-{number}-000000")


def _accepted(past: Past, row: WaitingRow, ses_message_id: str) -> Accepted:
    """Return the message as the provider would know it, with what becomes of it."""
    campaign = past.campaign
    return Accepted(
        ses_message_id=ses_message_id,
        accepted_at_s=past.now.timestamp(),
        letter=SesLetter("SendBulkEmail", campaign.from_address, subject=campaign.subject),
        entry=Entry((row.address,), tags={DELIVERY_TAG: str(row.delivery_id)}),
        subject=campaign.subject,
        outcome=past.chance.choices([kind for kind, _share in FATES], [share for _kind, share in FATES])[0],
    )


def _hear_back(past: Past) -> None:
    """Apply the events of all messages, in the order in which they come."""
    events = sorted((_events(past)), key=lambda event: event[0])
    for start in range(0, len(events), EVENTS_PER_BATCH):
        batch = events[start : start + EVENTS_PER_BATCH]
        past.now = max(past.now, datetime.fromtimestamp(batch[-1][0], UTC))
        past.clock.move_to(past.now)
        apply_events([body for _at_s, body in batch])


def _events(past: Past) -> list[tuple[float, str]]:
    """Return (when, body) of every event but Send, which says nothing new here."""
    found: list[tuple[float, str]] = []
    for message in past.taken:
        at_s = message.accepted_at_s
        for event_type in TYPES_BY_OUTCOME[message.outcome][1:]:
            at_s += past.chance.uniform(0.5, 20)
            found.append((at_s, json.dumps(event_for(message, event_type, at_s=at_s))))
    return found
