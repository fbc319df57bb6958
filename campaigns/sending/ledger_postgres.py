"""The ledger's common case on PostgreSQL: opening an attempt and accepting a whole group, one statement each.

The same moves as campaigns.sending.ledger makes in several statements; a round trip costs more than the work itself
(bench/README.md). Rows that are not the common case are left to the ledger. Each statement is its own transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from campaigns.sending.prepared import run_prepared
from campaigns.sending.speed import SPAN_S
from campaigns.sending.states import CampaignStatus, DeliveryState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.sending.ledger import WaitingRow
    from campaigns.sending.models import Chunk
    from campaigns.sending.outcomes import Outcome

# The chunk's row is locked first, then its deliveries: the order that events keep, too.
_OPEN = f"""
WITH held AS MATERIALIZED (
    SELECT id FROM campaigns_chunk WHERE id = %(chunk)s AND lease_token = %(token)s FOR UPDATE
), running AS MATERIALIZED (
    SELECT id FROM campaigns_campaign
     WHERE id = %(campaign)s AND status = '{CampaignStatus.IN_PROGRESS.value}' AND EXISTS (SELECT FROM held)
       FOR SHARE
), opened AS (
    UPDATE campaigns_delivery d
       SET state = {DeliveryState.SENDING:d}, attempt_count = attempt_count + 1, changed_at = now()
     WHERE d.id = ANY(string_to_array(%(ids)s, ' ')::bigint[]) AND d.campaign_id = %(campaign)s
       AND d.state = {DeliveryState.QUEUED:d} AND EXISTS (SELECT FROM running)
       AND NOT EXISTS (SELECT FROM campaigns_suppression s WHERE s.address_key = d.address_key)
       AND NOT EXISTS (
           SELECT FROM campaigns_listoptout o
            WHERE o.address_key = d.address_key
              AND o.contact_list_id = ANY(string_to_array(%(lists)s, ' ')::bigint[]))
       AND NOT EXISTS (
           SELECT FROM campaigns_forgottenaddress
            WHERE address_hash = ANY(string_to_array(%(hashes)s, ' ')))
    RETURNING d.id
), counted AS (
    UPDATE campaigns_chunk
       SET lease_until = now() + make_interval(secs => %(lease_s)s),
           queued_count = queued_count - (SELECT count(*) FROM opened),
           sending_count = sending_count + (SELECT count(*) FROM opened)
     WHERE id = %(chunk)s AND EXISTS (SELECT FROM running)
), attempt AS (
    INSERT INTO campaigns_attempt
           (chunk_id, first_delivery_id, last_delivery_id, delivery_count, outcome, accepted_count, error)
    SELECT %(chunk)s, min(id), max(id), count(*), 'open', 0, '' FROM opened HAVING count(*) > 0
    RETURNING id
)
SELECT (SELECT count(*) FROM running), (SELECT id FROM attempt), (SELECT string_agg(id::text, ' ') FROM opened)
"""  # noqa: S608  # only names and numbers of this module

_ACCEPT = f"""
WITH held AS MATERIALIZED (
    SELECT id FROM campaigns_chunk WHERE id = %(chunk)s FOR UPDATE
), moved AS (
    UPDATE campaigns_delivery
       SET state = {DeliveryState.ACCEPTED:d}, changed_at = now()
     WHERE id = ANY(string_to_array(%(ids)s, ' ')::bigint[]) AND campaign_id = %(campaign)s
       AND state = {DeliveryState.SENDING:d} AND EXISTS (SELECT FROM held)
    RETURNING id
), receipts AS (
    INSERT INTO campaigns_acceptance (delivery_id, attempt_id, ses_message_id, accepted_at)
    SELECT delivery_id, %(attempt)s::bigint, ses_message_id, now()
      FROM unnest(string_to_array(%(ids)s, ' ')::bigint[], string_to_array(%(message_ids)s, E'\n'))
           AS receipt (delivery_id, ses_message_id)
        ON CONFLICT DO NOTHING
), closed AS (
    UPDATE campaigns_attempt
       SET outcome = 'answered', accepted_count = %(count)s::smallint, finished_at = now()
     WHERE id = %(attempt)s
), speed AS (
    INSERT INTO campaigns_ratepoint (campaign_id, span_s, accepted_count)
    SELECT %(campaign)s, extract(epoch FROM now())::bigint / {SPAN_S} * {SPAN_S}, count(*) FROM moved
        ON CONFLICT (campaign_id, span_s)
        DO UPDATE SET accepted_count = campaigns_ratepoint.accepted_count + EXCLUDED.accepted_count
), counted AS (
    UPDATE campaigns_chunk
       SET sending_count = sending_count - (SELECT count(*) FROM moved),
           accepted_count = accepted_count + (SELECT count(*) FROM moved)
     WHERE id = %(chunk)s
)
SELECT count(*), CASE WHEN %(gate)s::bigint <> 0 THEN pg_advisory_unlock_shared(%(gate)s::bigint) END FROM moved
"""  # noqa: S608


def can_open(rows: Sequence[WaitingRow]) -> bool:
    """Whether these rows are the common case: PostgreSQL, and never tried before."""
    return connection.vendor == "postgresql" and all(row.state == DeliveryState.QUEUED for row in rows)


@dataclass(frozen=True, slots=True)
class Lease:
    """A chunk's lease and how long it lasts from now on."""

    token: str
    lease_s: float


@dataclass(frozen=True, slots=True)
class Bars:
    """What keeps people from a mail beside suppression: ids of the lists it goes to, hashes of the rows' addresses."""

    lists: str = ""  # separated by spaces
    hashes: str = ""


def open_attempt(chunk: Chunk, rows: Sequence[WaitingRow], *, lease: Lease, bars: Bars) -> tuple[int, set[int]] | None:
    """Commit an attempt for those rows that nothing keeps back; returns its id (0: none was needed) and their ids.

    Where one of them was forgotten, none is opened: the ledger then asks for each.

    None when the lease was lost or the campaign is not sending, so that the chunk must be left.
    """
    is_running, attempt_id, opened = run_prepared(
        _OPEN,
        {
            "chunk": chunk.pk,
            "token": lease.token,
            "campaign": chunk.campaign_id,
            "ids": " ".join([str(row.delivery_id) for row in rows]),
            "lease_s": lease.lease_s,
            "lists": bars.lists,
            "hashes": bars.hashes,
        },
    )
    return (attempt_id or 0, {int(word) for word in (opened or "").split()}) if is_running else None


def is_whole(outcomes: Sequence[Outcome]) -> bool:
    """Whether the answer is the common case: PostgreSQL, and everybody was accepted."""
    return connection.vendor == "postgresql" and all(outcome.state is DeliveryState.ACCEPTED for outcome in outcomes)


def accept_all(chunk: Chunk, receipts: dict[int, str], *, attempt_id: int, gate_key: int) -> int:
    """Commit that the provider took every delivery of the attempt; returns how many rows moved.

    `receipts`: the provider's message id for each delivery's. With a `gate_key` this session's shared lock of that name
    is let go of by the way. Fewer than `receipts` means that events or a lost lease were faster: the ledger settles
    those.
    """
    moved, _has_let_go = run_prepared(
        _ACCEPT,
        {
            "chunk": chunk.pk,
            "campaign": chunk.campaign_id,
            "ids": " ".join([str(delivery_id) for delivery_id in receipts]),
            "message_ids": "\n".join(receipts.values()),
            "attempt": attempt_id,
            "count": len(receipts),
            "gate": gate_key,
        },
    )
    return int(moved)
