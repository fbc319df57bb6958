"""Postroom's own part of bench.events: one sent campaign, its feedback as queue bodies, measured intake."""

from __future__ import annotations

import json
import os
import random
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.db import connection

from bench.cpu import own_cpu_s, postgres_cpu_s, postmaster_pid
from bench.sending_postroom import make_campaign
from campaigns.sending.events import apply_events
from campaigns.sending.models import Campaign, Delivery, DeliveryEvent
from campaigns.sending.states import DeliveryState
from sandbox.ses_double import fate
from sandbox.ses_double.events import TYPES_BY_OUTCOME, event_for
from sandbox.ses_double.letter import Accepted, Entry, Letter

CHUNK = 1_000
NEIGHBOURS = 3_000  # events are shuffled within as many, as SES has many mails on their way at once
SHARES = {fate.DELIVERED: 95.8, fate.BOUNCED: 2, fate.MAILBOX_FULL: 1, fate.COMPLAINED: 0.2, fate.DELAYED: 1}
REPEATED = 0.05


def main(people: int, one_by_one: int, batch: int) -> None:
    campaign = make_campaign()
    plan(campaign, people)
    bodies = feedback_of(campaign, random.Random(4))
    if len(bodies) <= one_by_one:
        raise SystemExit("more people are needed")
    apply_events(bodies[:100])  # connections and caches are warm
    single_per_s = one_by_one / timed(bodies[:one_by_one], 1)
    rest = bodies[one_by_one:]
    pid = postmaster_pid(connection)
    before = own_cpu_s(), postgres_cpu_s(pid)
    elapsed_s = timed(rest, batch)
    own, database = own_cpu_s() - before[0], postgres_cpu_s(pid) - before[1]
    check(campaign, people)
    print(f"{len(rest)} events in {elapsed_s:.1f} s; CPU per event: intake {own / len(rest) * 1e6:.0f} us, "
          f"database {database / len(rest) * 1e6:.0f} us", file=sys.stderr)  # fmt: skip
    print(json.dumps({"batched_per_s": len(rest) / elapsed_s, "single_per_s": single_per_s}))


def timed(bodies: list[str], batch: int) -> float:
    """Seconds to apply them, `batch` at a time."""
    started_s = time.perf_counter()
    for start in range(0, len(bodies), batch):
        apply_events(bodies[start : start + batch])
    return time.perf_counter() - started_s


def plan(campaign: Campaign, people: int) -> None:
    """Deliveries that SES took, in chunks of CHUNK, straight into PostgreSQL."""
    accepted = int(DeliveryState.ACCEPTED)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_delivery (campaign_id, address, address_key, chunk_number, state, reason, "
            "attempt_count, changed_at) SELECT %s, 'person' || n || '@club.example', 'person' || n || '@club.example', "
            "n / %s, %s, 0, 1, now() FROM generate_series(0, %s - 1) n",
            [campaign.pk, CHUNK, accepted, people],
        )
        cursor.execute(
            "INSERT INTO campaigns_acceptance (delivery_id, attempt_id, ses_message_id, accepted_at) "
            "SELECT id, 1, 'bench-' || id, now() FROM campaigns_delivery"
        )
    rows = campaign.deliveries.order_by("pk").values_list("chunk_number", "pk")
    by_chunk: dict[int, list[int]] = {}
    for number, pk in rows:
        by_chunk.setdefault(number, []).append(pk)
    campaign.chunks.bulk_create(
        [
            campaign.chunks.model(
                campaign=campaign, number=number, first_delivery_id=ids[0], last_delivery_id=ids[-1], is_open=False,
                accepted_count=len(ids),
            )
            for number, ids in by_chunk.items()
        ]
    )  # fmt: skip


def feedback_of(campaign: Campaign, chance: random.Random) -> list[str]:
    """The bodies of all events of the campaign, as they would lie in the queue."""
    kinds, shares = list(SHARES), list(SHARES.values())
    letter = Letter("SendBulkEmail", campaign.from_address, subject=campaign.subject, configuration_set="postroom")
    bodies: list[str] = []
    now_s = time.time()
    for row in campaign.deliveries.order_by("pk").iterator():
        outcome = chance.choices(kinds, shares)[0]
        entry = Entry((row.address,), tags={"postroom_delivery": str(row.pk), "postroom_attempt": "1"})
        message = Accepted(f"bench-{row.pk}", now_s, letter, entry, campaign.subject, outcome)
        for order, event_type in enumerate(TYPES_BY_OUTCOME[outcome]):
            body = json.dumps(event_for(message, event_type, at_s=now_s + order))
            body = enveloped(body) if row.pk % 2 else body
            bodies += [body] * (2 if chance.random() < REPEATED else 1)
    for start in range(0, len(bodies), NEIGHBOURS):
        part = bodies[start : start + NEIGHBOURS]
        chance.shuffle(part)
        bodies[start : start + NEIGHBOURS] = part
    return bodies


def enveloped(body: str) -> str:
    """The body as SNS delivers it where raw message delivery is off."""
    arn = "arn:aws:sns:us-east-1:123456789012:postroom-ses-events"
    around = {"Type": "Notification", "MessageId": "a" * 36, "TopicArn": arn, "Message": body}
    return json.dumps({**around, "SignatureVersion": "1", "Signature": "b" * 344, "SigningCertURL": "c" * 120})


def check(campaign: Campaign, people: int) -> None:
    """Fast is not enough: everybody is where the events say, and the counters agree."""
    waiting = Delivery.objects.filter(campaign=campaign, state=DeliveryState.ACCEPTED).count()
    counted = sum(campaign.chunks.values_list("delivered_count", flat=True))
    delivered = Delivery.objects.filter(campaign=campaign, state=DeliveryState.DELIVERED).count()
    if waiting or counted != delivered or DeliveryEvent.objects.count() < 2 * people:
        raise SystemExit(f"wrong: {waiting} waiting, {counted} counted, {delivered} delivered")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
