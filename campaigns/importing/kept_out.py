"""Whom a file may not bring back: people who asked to be forgotten, and onto a list those who left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.importing.problems import ProblemCode, RowProblem
from campaigns.preferences.models import ListOptOut
from campaigns.privacy.forgotten import forgotten_among

if TYPE_CHECKING:
    from campaigns.importing.batching import RowBatch

_KEYS_PER_QUERY = 5_000


def leave_out_forgotten(batch: RowBatch) -> None:
    """Take out of a batch who was forgotten; the remark on it says the line and nothing else of the row."""
    if not (forgotten := forgotten_among(row.address_key for row in batch.staged)):
        return
    lines = [row.line for row in batch.staged if row.address_key in forgotten]
    batch.staged = [row for row in batch.staged if row.address_key not in forgotten]
    _remark(batch, ProblemCode.FORGOTTEN, lines)


def note_who_left(batch: RowBatch, list_id: int) -> None:
    """Remark on everybody in a batch who left the list; they are imported, and stay off it."""
    left = _left_among([row.address_key for row in batch.staged], list_id)
    _remark(batch, ProblemCode.LEFT_LIST, [row.line for row in batch.staged if row.address_key in left])


def _left_among(address_keys: list[str], list_id: int) -> set[str]:
    of_list = ListOptOut.objects.filter(contact_list_id=list_id)
    if not list_id or not of_list.exists():
        return set()
    found: set[str] = set()
    for begin in range(0, len(address_keys), _KEYS_PER_QUERY):
        keys = address_keys[begin : begin + _KEYS_PER_QUERY]
        found.update(of_list.filter(address_key__in=keys).values_list("address_key", flat=True))
    return found


def _remark(batch: RowBatch, code: ProblemCode, lines: list[int]) -> None:
    if lines:
        remarks = [RowProblem(code=code, line=line) for line in lines]
        batch.problems = sorted([*batch.problems, *remarks], key=lambda problem: problem.line)
