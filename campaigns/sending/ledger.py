"""The ledger's own SQL: opening an attempt and writing its outcomes, a group at a time.

Each function runs inside the caller's transaction. Plain SQL, because a campaign of a million passes through these
statements: one range update per group instead of one per person.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.utils import timezone

from campaigns.sending.counts import Position, Tally, apply_tally
from campaigns.sending.models import Acceptance, Attempt
from campaigns.sending.states import WAITING, DeliveryState, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.sending.models import Chunk
    from campaigns.sending.outcomes import Outcome

_WAITING = ", ".join(str(int(state)) for state in sorted(WAITING))

# Not the message's failure, so not counted as one of its attempts.
COSTS_NO_ATTEMPT = frozenset(
    {Reason.THROTTLED, Reason.QUOTA_REACHED, Reason.SENDING_PAUSED, Reason.UNREACHABLE, Reason.NOT_TRIED}
)


class WaitingRow(NamedTuple):
    """One delivery that waits, with its contact's values as stored; `attributes` is JSON text or None."""

    delivery_id: int
    address: str
    address_key: str
    state: int  # DeliveryState
    reason: int  # Reason
    attempt_count: int
    contact_id: int | None
    first_name: str | None  # None: the contact is gone
    last_name: str | None
    attributes: str | None

    def merge_values(self) -> dict[str, str]:
        """As Contact.merge_values, without building a model instance."""
        values: dict[str, str] = json.loads(self.attributes) if self.attributes else {}
        for name, value in values.items():
            if type(value) is not str:
                values[name] = str(value)
        values["address"] = self.address
        values["first_name"] = self.first_name or ""
        values["last_name"] = self.last_name or ""
        return values


# One look-up by key per row: PostgreSQL would rather read all contacts once per chunk, which grows with their number.
_CONTACT = {
    "postgresql": "LATERAL (SELECT * FROM campaigns_contact WHERE id = d.contact_id LIMIT 1) c ON TRUE",
    "sqlite": "campaigns_contact c ON c.id = d.contact_id",
}


def read_waiting(chunk: Chunk) -> list[WaitingRow]:
    """All deliveries of the chunk that wait to be sent, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT d.id, d.address, d.address_key, d.state, d.reason, d.attempt_count, d.contact_id,
                   c.first_name, c.last_name, c.attributes
              FROM campaigns_delivery d LEFT JOIN {_CONTACT[connection.vendor]}
             WHERE d.campaign_id = %s AND d.id BETWEEN %s AND %s AND d.state IN ({_WAITING})
             ORDER BY d.id
            """,  # noqa: S608
            [chunk.campaign_id, chunk.first_delivery_id, chunk.last_delivery_id],
        )
        return [WaitingRow(*row) for row in cursor.fetchall()]


def lock_campaign_status(campaign_id: int) -> str:
    """The campaign's status, held against change until the transaction ends; many readers may hold it."""
    lock = " FOR SHARE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT status FROM campaigns_campaign WHERE id = %s{lock}", [campaign_id])  # noqa: S608
        row = cursor.fetchone()
    return str(row[0]) if row else ""


class RowsMoved(Exception):
    """Rows that were read as waiting no longer wait; the transaction must be rolled back."""


def open_attempt(chunk: Chunk, rows: Sequence[WaitingRow]) -> int:
    """Write the attempt and mark its deliveries SENDING; returns the attempt's id. Commit before calling out.

    Raises RowsMoved when one of them is not waiting any more.
    """
    attempt = Attempt.objects.create(
        chunk_id=chunk.pk,
        first_delivery_id=rows[0].delivery_id,
        last_delivery_id=rows[-1].delivery_id,
        delivery_count=len(rows),
    )
    where, params = _exactly([row.delivery_id for row in rows])
    moved = _update(
        f"SET state = {DeliveryState.SENDING:d}, reason = 0, attempt_count = attempt_count + 1, changed_at = %s",
        f"campaign_id = %s AND {where} AND state IN ({_WAITING})",
        [timezone.now(), chunk.campaign_id, *params],
    )
    if moved != len(rows):
        raise RowsMoved
    tally = Tally()
    for row in rows:
        tally.move((row.state, row.reason), (DeliveryState.SENDING, Reason.NONE))
    apply_tally(chunk, tally)
    return int(attempt.pk)


def mark(chunk: Chunk, rows: Sequence[WaitingRow], *, state: DeliveryState, reason: Reason) -> None:
    """Move waiting rows to one other state, without an attempt. Raises RowsMoved."""
    if not rows:
        return
    where, params = _exactly([row.delivery_id for row in rows])
    moved = _update(
        f"SET state = {state:d}, reason = {reason:d}, changed_at = %s",
        f"campaign_id = %s AND {where} AND state IN ({_WAITING})",
        [timezone.now(), chunk.campaign_id, *params],
    )
    if moved != len(rows):
        raise RowsMoved
    tally = Tally()
    for row in rows:
        tally.move((row.state, row.reason), (state, reason))
    apply_tally(chunk, tally)


def write_outcomes(chunk: Chunk, rows: Sequence[WaitingRow], outcomes: Sequence[Outcome], *, attempt_id: int) -> Tally:
    """Write what became of each row of one attempt; returns what moved.

    Only rows that are still open or uncertain move: an event may have said more already, and it stays.
    """
    now = timezone.now()
    tally = Tally()
    for (state, reason, attempt_count), ids in _by_outcome(rows, outcomes).items():
        moved = _move_open(chunk, ids, state=state, reason=reason, attempt_count=attempt_count)
        for before in moved:
            tally.move(before, (state, reason))
    apply_tally(chunk, tally)
    accepted = [
        Acceptance(
            delivery_id=row.delivery_id, attempt_id=attempt_id, ses_message_id=outcome.ses_message_id, accepted_at=now
        )
        for row, outcome in zip(rows, outcomes, strict=True)
        if outcome.state is DeliveryState.ACCEPTED
    ]
    _append_acceptances(accepted)
    _close_attempt(attempt_id, outcomes, len(accepted))
    return tally


def _by_outcome(
    rows: Sequence[WaitingRow], outcomes: Sequence[Outcome]
) -> dict[tuple[DeliveryState, Reason, int], list[int]]:
    """Ids by what became of them and by how many attempts they have had with this one."""
    found: dict[tuple[DeliveryState, Reason, int], list[int]] = {}
    for row, outcome in zip(rows, outcomes, strict=True):
        found.setdefault((outcome.state, outcome.reason, row.attempt_count + 1), []).append(row.delivery_id)
    return found


def _move_open(
    chunk: Chunk, ids: list[int], *, state: DeliveryState, reason: Reason, attempt_count: int
) -> list[Position]:
    """Move open rows; returns what each was before, as told by the ledger itself.

    An answer that says that nothing was sent counts only for its own attempt: it may come so late that the row was
    settled and is being sent once more. That something was sent is true whichever attempt it was.
    """
    where, params = _exactly(ids)
    if state is not DeliveryState.ACCEPTED:
        where, params = f"{where} AND attempt_count = %s", [*params, attempt_count]
    refund = ", attempt_count = attempt_count - 1" if reason in COSTS_NO_ATTEMPT else ""
    moved = _update(
        f"SET state = {state:d}, reason = {reason:d}, changed_at = %s{refund}",
        f"campaign_id = %s AND {where} AND state = {DeliveryState.SENDING:d}",
        [timezone.now(), chunk.campaign_id, *params],
    )
    before: list[Position] = [(DeliveryState.SENDING, Reason.NONE)] * moved
    if moved == len(ids):
        return before
    given_up = _GIVEN_UP if state is not DeliveryState.ACCEPTED else _GIVEN_UP + _TO_BE_SENT_AGAIN
    for was_state, was_reason in given_up:
        moved = _update(
            f"SET state = {state:d}, reason = {reason:d}, changed_at = %s",
            f"campaign_id = %s AND {where} AND state = {was_state:d} AND reason = {was_reason:d}",
            [timezone.now(), chunk.campaign_id, *params],
        )
        before += [(was_state, was_reason)] * moved
    return before


# The lease ran out while the call was on its way and the rows were given up as uncertain: now it is known.
_GIVEN_UP = [(DeliveryState.UNCERTAIN, was) for was in (Reason.WORKER_DIED, Reason.ANSWER_LOST, Reason.LEFT_OPEN)]
_TO_BE_SENT_AGAIN = [(DeliveryState.DEFERRED, was) for was in (Reason.NOT_ACCEPTED, Reason.SENT_AGAIN)]


def _exactly(ids: list[int]) -> tuple[str, list[Any]]:
    """A condition for exactly these ids, given in order: a range where there are no gaps."""
    if ids[-1] - ids[0] + 1 == len(ids):
        return "id BETWEEN %s AND %s", [ids[0], ids[-1]]
    return f"id IN ({', '.join(['%s'] * len(ids))})", list(ids)


def _update(assignment: str, where: str, params: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE campaigns_delivery {assignment} WHERE {where}", params)
        return int(cursor.rowcount)


def _append_acceptances(accepted: list[Acceptance]) -> None:
    if not accepted:
        return
    rows = [(row.delivery_id, row.attempt_id, row.ses_message_id, row.accepted_at) for row in accepted]
    places = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_acceptance (delivery_id, attempt_id, ses_message_id, accepted_at) "  # noqa: S608
            f"VALUES {places} ON CONFLICT DO NOTHING",
            [value for row in rows for value in row],
        )


def _close_attempt(attempt_id: int, outcomes: Sequence[Outcome], accepted_count: int) -> None:
    outcome = Attempt.Outcome.ANSWERED
    if any(found.state is DeliveryState.UNCERTAIN for found in outcomes):
        outcome = Attempt.Outcome.UNCERTAIN
    elif not accepted_count and all(found.state is DeliveryState.DEFERRED for found in outcomes):
        outcome = Attempt.Outcome.NOT_ACCEPTED
    error = next((found.error for found in outcomes if found.error), "")
    Attempt.objects.filter(pk=attempt_id).update(
        outcome=outcome, accepted_count=accepted_count, error=error[:300], finished_at=timezone.now()
    )
