"""The SQL of the event intake, a batch at a time: one statement each on PostgreSQL, the plain way on SQLite.

A batch travels as one JSON text: psycopg makes arrays element by element. Every function runs inside the caller's
transaction. Order of locks: chunks, then deliveries, each by id, as the send path takes them.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.utils import timezone

from campaigns.feedback.models import RawEvent
from campaigns.sending.counts import Tally, apply_tally, count_column
from campaigns.sending.models import Acceptance, Chunk, Delivery, DeliveryEvent
from campaigns.sending.states import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from campaigns.sending.event_reader import SesEvent

TRACKING_COLUMNS = ("opened_count", "clicked_count", "machine_opened_count", "machine_clicked_count")


@dataclass(slots=True)
class ChunkChange:
    """A locked chunk and what a batch changes in its counters."""

    chunk_id: int
    campaign_id: int
    number: int
    cause_counts: dict[str, int]
    tally: Tally = field(default_factory=Tally)
    tracking: Counter[str] = field(default_factory=Counter)  # by TRACKING_COLUMNS

    @property
    def is_empty(self) -> bool:
        return not (self.tally.of_states() or self.tally.of_causes() or any(self.tracking.values()))


class LockedDelivery(NamedTuple):
    """One delivery as it was when it was locked."""

    delivery_id: int
    campaign_id: int
    chunk_number: int
    state: int
    reason: int
    address: str
    address_key: str


class Move(NamedTuple):
    """Where one delivery goes."""

    delivery_id: int
    state: int
    reason: int


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _run(sql: str, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


_IDS = {
    "postgresql": "SELECT value::bigint FROM json_array_elements_text(%s::json)",
    "sqlite": "SELECT value FROM json_each(%s)",
}


def lock_chunks_of(delivery_ids: Collection[int]) -> dict[tuple[int, int], ChunkChange]:
    """Lock the chunks of these deliveries, by campaign and number."""
    lock = " FOR UPDATE" if _is_postgres() else ""
    found = _rows(
        f"""
        SELECT id, campaign_id, number, cause_counts FROM campaigns_chunk
         WHERE (campaign_id, number) IN (SELECT campaign_id, chunk_number FROM campaigns_delivery
                                          WHERE id IN ({_IDS[connection.vendor]}))
         ORDER BY id{lock}
        """,  # noqa: S608
        [json.dumps(sorted(delivery_ids))],
    )
    return {(row[1], row[2]): ChunkChange(row[0], row[1], row[2], json.loads(row[3])) for row in found}


def lock_deliveries(delivery_ids: Collection[int]) -> dict[int, LockedDelivery]:
    """Lock these deliveries, by id; those that do not exist are missing."""
    lock = " FOR UPDATE" if _is_postgres() else ""
    found = _rows(
        f"""
        SELECT id, campaign_id, chunk_number, state, reason, address, address_key FROM campaigns_delivery
         WHERE id IN ({_IDS[connection.vendor]}) ORDER BY id{lock}
        """,  # noqa: S608
        [json.dumps(sorted(delivery_ids))],
    )
    return {row[0]: LockedDelivery(*row) for row in found}


_COLUMNS = "delivery_id, event_key, event_type, sub_type, diagnostic, happened_at, machine_sign"
_TYPES = (
    "delivery_id bigint, event_key text, event_type text, sub_type text, diagnostic text, happened_at timestamptz, "
    "machine_sign text, body text"
)
_APPEND = f"""
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s::json) AS e({_TYPES})
), fresh AS (
    INSERT INTO campaigns_deliveryevent ({_COLUMNS}, received_at)
    SELECT {_COLUMNS}, now() FROM given ON CONFLICT DO NOTHING
    RETURNING id, event_key
), raw AS (
    INSERT INTO campaigns_rawevent (event_id, body, received_at)
    SELECT fresh.id, given.body, now() FROM fresh JOIN given USING (event_key) WHERE given.body <> ''
)
SELECT event_key, id FROM fresh
"""  # noqa: S608  # only names of this module


def append_events(events: Sequence[SesEvent]) -> dict[str, int]:
    """Append those that are new, each with its raw body unless that is empty; returns their ids by event key.

    No two of `events` have the same key.
    """
    if not events:
        return {}
    if not _is_postgres():
        return _append_plainly(events)
    rows = [
        {
            "delivery_id": event.delivery_id,
            "event_key": event.event_key,
            "event_type": event.event_type,
            "sub_type": event.sub_type,
            "diagnostic": event.diagnostic,
            "happened_at": event.happened_at.isoformat(),
            "machine_sign": event.machine_sign,
            "body": event.body,
        }
        for event in events
    ]
    return dict(_rows(_APPEND, [json.dumps(rows, ensure_ascii=False)]))


def _append_plainly(events: Sequence[SesEvent]) -> dict[str, int]:
    keys = [event.event_key for event in events]
    known = set(DeliveryEvent.objects.filter(event_key__in=keys).values_list("event_key", flat=True))
    fresh = [event for event in events if event.event_key not in known]
    DeliveryEvent.objects.bulk_create(
        [
            DeliveryEvent(
                delivery_id=event.delivery_id,
                event_key=event.event_key,
                event_type=event.event_type,
                sub_type=event.sub_type,
                diagnostic=event.diagnostic,
                happened_at=event.happened_at,
                machine_sign=event.machine_sign,
            )
            for event in fresh
        ]
    )
    kept = DeliveryEvent.objects.order_by().filter(event_key__in=[event.event_key for event in fresh])
    ids: dict[str, int] = dict(kept.values_list("event_key", "pk"))
    RawEvent.objects.bulk_create(
        [RawEvent(event_id=ids[event.event_key], body=event.body) for event in fresh if event.body]
    )
    return ids


def move_deliveries(moves: Sequence[Move]) -> None:
    """Write the new positions of locked deliveries."""
    if not moves:
        return
    if _is_postgres():
        sql = """
            UPDATE campaigns_delivery d SET state = m.state, reason = m.reason, changed_at = now()
              FROM json_to_recordset(%s::json) AS m(id bigint, state smallint, reason smallint) WHERE d.id = m.id
            """
        _run(sql, [json.dumps([{"id": move[0], "state": int(move[1]), "reason": int(move[2])} for move in moves])])
        return
    by_position: dict[tuple[int, int], list[int]] = {}
    for move in moves:
        by_position.setdefault((move.state, move.reason), []).append(move.delivery_id)
    for (state, reason), ids in by_position.items():
        Delivery.objects.filter(pk__in=ids).update(state=state, reason=reason, changed_at=timezone.now())


_COUNTS = (*(count_column(state) for state in DeliveryState), *TRACKING_COLUMNS)
_COUNT = f"""
UPDATE campaigns_chunk c
   SET {", ".join(f"{name} = c.{name} + d.{name}" for name in _COUNTS)}, cause_counts = d.cause_counts
  FROM json_to_recordset(%s::json)
       AS d(id bigint, {", ".join(f"{name} int" for name in _COUNTS)}, cause_counts jsonb)
 WHERE c.id = d.id
"""  # noqa: S608


def count_changes(changes: Collection[ChunkChange]) -> None:
    """Add what changed to the locked chunks' counters."""
    filled = [change for change in changes if not change.is_empty]
    if not filled:
        return
    if _is_postgres():
        _run(_COUNT, [json.dumps([_count_row(change) for change in filled])])
        return
    for change in filled:
        chunk = Chunk.objects.get(pk=change.chunk_id)
        apply_tally(chunk, change.tally)
        _count_tracking(change)


def _count_row(change: ChunkChange) -> dict[str, object]:
    states = change.tally.of_states()
    row: dict[str, object] = {count_column(state): states.get(int(state), 0) for state in DeliveryState}
    causes = Counter(change.cause_counts)
    causes.update(change.tally.of_causes())
    row |= {name: change.tracking[name] for name in TRACKING_COLUMNS}
    return row | {"id": change.chunk_id, "cause_counts": {key: count for key, count in causes.items() if count}}


def _count_tracking(change: ChunkChange) -> None:
    if not any(change.tracking.values()):
        return
    columns = ", ".join(f"{name} = {name} + %s" for name in TRACKING_COLUMNS)
    params = [*(change.tracking[name] for name in TRACKING_COLUMNS), change.chunk_id]
    _run(f"UPDATE campaigns_chunk SET {columns} WHERE id = %s", params)  # noqa: S608


def append_receipts(events: Sequence[SesEvent]) -> None:
    """The provider's receipt, as its event tells it, for deliveries whose own answer is not in the ledger."""
    Acceptance.objects.bulk_create(
        [
            Acceptance(
                delivery_id=event.delivery_id,
                attempt_id=event.attempt_id,
                ses_message_id=event.ses_message_id,
                accepted_at=event.sent_at or event.happened_at,
            )
            for event in events
        ],
        ignore_conflicts=True,
    )
