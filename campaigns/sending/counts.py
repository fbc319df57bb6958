"""Keeping a chunk's counters equal to its rows: every move of a delivery is tallied and applied in its transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from campaigns.sending.models import Chunk
from campaigns.sending.states import DeliveryState, Reason

if TYPE_CHECKING:
    from django.db.models import QuerySet

Position = tuple[int, int]  # (DeliveryState, Reason), also as read from the database


@dataclass(slots=True)
class Tally:
    """How many deliveries moved from one (state, reason) to another."""

    changes: Counter[Position] = field(default_factory=Counter)

    def move(self, before: Position, after: Position, count: int = 1) -> None:
        if before != after:
            self.changes[before] -= count
            self.changes[after] += count

    def of_state(self, state: int) -> int:
        """Net change of one state."""
        return sum(count for (found, _reason), count in self.changes.items() if found == state)

    def of_states(self) -> dict[int, int]:
        found: Counter[int] = Counter()
        for (state, _reason), count in self.changes.items():
            found[state] += count
        return {state: count for state, count in found.items() if count}

    def of_causes(self) -> dict[str, int]:
        """Net change by cause, keyed as in Chunk.cause_counts."""
        return {
            cause_key(state, reason): count
            for (state, reason), count in self.changes.items()
            if count and reason != Reason.NONE
        }


def cause_key(state: int, reason: int) -> str:
    """Key of one cause in Chunk.cause_counts."""
    return f"{int(state)}:{int(reason)}"


_COLUMNS = {int(state): f"{state.name.lower()}_count" for state in DeliveryState}


def count_column(state: int) -> str:
    """The chunk's column that counts this state."""
    return _COLUMNS[int(state)]


def lock_chunks(chunks: QuerySet[Chunk]) -> QuerySet[Chunk]:
    """The chunks, locked in one order for the rest of the transaction."""
    return chunks.select_for_update().order_by("pk")


def apply_tally(chunk: Chunk, tally: Tally) -> None:
    """Add the tally to the chunk's counters; state columns by addition, causes under the row's lock."""
    states = tally.of_states()
    if not states and not tally.of_causes():
        return
    if tally.of_causes():
        _apply_causes(chunk, tally.of_causes())
    if states:
        columns = ", ".join(f"{count_column(state)} = {count_column(state)} + %s" for state in states)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE campaigns_chunk SET {columns} WHERE id = %s",  # noqa: S608
                [*states.values(), chunk.pk],
            )


def _apply_causes(chunk: Chunk, changes: dict[str, int]) -> None:
    locked = Chunk.objects.select_for_update().only("cause_counts").get(pk=chunk.pk)
    counts = dict(locked.cause_counts)
    for key, change in changes.items():
        counts[key] = counts.get(key, 0) + change
    counts = {key: count for key, count in counts.items() if count}
    Chunk.objects.filter(pk=chunk.pk).update(cause_counts=counts)
