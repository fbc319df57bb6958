"""Sending one chunk: claim it, and for each group reserve slots, commit an attempt, call once, commit the outcomes.

Safe to run twice and to be killed anywhere: the lease lets one worker in, an attempt is committed before its call,
and what a dead worker left open is named uncertain, never sent again.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, TypeAlias

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.preferences.gate import barred_among, hashes_text
from campaigns.sending import gate, ledger, ledger_postgres
from campaigns.sending.finish import close_chunk, keep_open, settle_leftovers
from campaigns.sending.lanes import publish_lane
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.outcomes import CallResult, all_alike
from campaigns.sending.outgoing import SUPPRESSED_REASON, Skip, outgoing_of
from campaigns.sending.pacing import Lane, begin_probing, end_probing, group_size, reserve, slow_down
from campaigns.sending.retry import hurried_retry_in_s, retry_in_s, with_attempt_limit, with_hurried_limit
from campaigns.sending.sender import CANNOT_BE_MADE, Sender, sender_of
from campaigns.sending.services import pause_by_system, stop_account
from campaigns.sending.speed import note_accepted
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.splits.parts import open_chunks
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import suppressed_among
from portal import leases, metrics
from portal.errors import AnswerLost, Throttled, Unavailable
from portal.generation.services import is_held
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from campaigns.sending.ledger import WaitingRow
    from campaigns.sending.outcomes import Outgoing

logger = logging.getLogger(__name__)

_Made: TypeAlias = "tuple[WaitingRow, Outgoing | Skip]"

# A worker that wakes up late (a busy machine) would send into somebody else's slots: it takes new ones.
MAX_LATE_S = 0.1
MAX_LATE_TRIES = 3
MAX_FAILED_IN_A_ROW = 5
STORAGE_RETRY_S = 30.0
PASSING = (Throttled, Unavailable, AnswerLost)  # nothing was attempted yet: later is fine
CLAIMABLE = frozenset({CampaignStatus.IN_PROGRESS, CampaignStatus.CANCELLED})
TIME_BUDGET_S = 300.0  # then the chunk is given back, so that a deploy never waits longer


@dataclass(slots=True)
class _Turn:
    """One worker's hold of one chunk."""

    chunk: Chunk
    token: str
    sender: Sender
    deadline_s: float  # on this process's monotonic clock
    sleep: Callable[[float], None]
    is_stopping: Callable[[], bool]
    slots_left: int = 0  # reserved and waited for, not yet used
    late_s: float = 0.0  # how long after its slots this worker woke up
    failed_in_a_row: int = 0  # calls that were throttled, or whose answers were lost
    retry_in_s: float | None = None
    is_probe: bool = False  # the provider refused everything; this group finds out whether it still does
    is_held_up: bool = False  # by something that holds up the campaign's other chunks, too

    @property
    def is_over(self) -> bool:
        return self.is_stopping() or time.monotonic() > self.deadline_s


def send_next_chunk(
    campaign_id: int,
    *,
    sleep: Callable[[float], None] = time.sleep,
    budget_s: float = TIME_BUDGET_S,
    is_stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Claim and send the campaign's next due chunk; `is_stopping`: whether to give it back before the next group.

    True when the caller should go on with the next one; False when there was none to claim, or when something holds
    the whole campaign up (no quota, no slot, provider paused, a restored database held): the sweep comes back to it.
    """
    if is_held():
        return False
    status = Campaign.objects.filter(pk=campaign_id).values_list("status", flat=True).first()
    claimed = _claim_next(campaign_id, status) if status in CLAIMABLE else None
    if claimed is None:
        return False
    chunk, token = claimed
    if chunk.sending_count:
        settle_leftovers(chunk)
    try:
        sender = _sender_or_pause(chunk) if status == CampaignStatus.IN_PROGRESS else None
    except PASSING as error:
        logger.warning("sending.postponed", extra={"campaign": campaign_id, "code": error.code})
        close_chunk(chunk, token, retry_in_s=STORAGE_RETRY_S)
        return False
    if sender is None:
        close_chunk(chunk, token, retry_in_s=None)
        return status == CampaignStatus.CANCELLED
    turn = _Turn(chunk, token, sender, time.monotonic() + budget_s, sleep, is_stopping)
    with metrics.timed("sending.chunk_ms", campaign=str(campaign_id)):
        _send_waiting(turn)
    sender.transport.done()
    close_chunk(chunk, token, retry_in_s=turn.retry_in_s)
    if sender.is_hurried and turn.retry_in_s is not None:
        publish_lane(campaign_id, is_priority=True, delay_s=ceil(turn.retry_in_s))  # the sweep would be too late
    return not turn.is_held_up


def _sender_or_pause(chunk: Chunk) -> Sender | None:
    """None when the mails cannot be made at all: the campaign then stands still where everybody sees why.

    Raises PASSING errors of the file storage, where embedded images are.
    """
    try:
        return sender_of(chunk.campaign_id, part=chunk.part)
    except PASSING:
        raise
    except CANNOT_BE_MADE as error:
        logger.warning("sending.impossible", extra={"campaign": chunk.campaign_id, "error": str(error)})
        pause_by_system(chunk.campaign_id, reason=_("The mails cannot be made: %s") % error)
        return None


def _claim_next(campaign_id: int, status: str | None) -> tuple[Chunk, str] | None:
    due = open_chunks(campaign_id, status).filter(leases.is_due())
    for chunk_id in due.order_by("number").values_list("pk", flat=True)[:20]:
        token = leases.claim(Chunk.objects.filter(pk=chunk_id, is_open=True), lease_s=settings.SEND_LEASE_S)
        if token:
            return Chunk.objects.get(pk=chunk_id), token
    return None


def _send_waiting(turn: _Turn) -> None:
    rows = ledger.read_waiting(turn.chunk)
    size = group_size(turn.sender.max_rate_per_s, max_group=turn.sender.transport.max_group)
    for start in range(0, len(rows), size):
        group = rows[start : start + size]
        if turn.is_over or not _wait_for_slots(turn, len(group), len(rows) - start):
            return
        if not _send_group(turn, group) or turn.is_held_up:
            return


def _send_group(turn: _Turn, group: Sequence[WaitingRow]) -> bool:
    """Open the attempt and call within the campaign's gate, so that no stop can commit in between.

    False when the chunk must be left.
    """
    is_recorded = False
    with gate.passing(turn.chunk.campaign_id) as passage:
        attempt = _open_attempt(turn, group)
        result = _call(turn, attempt) if attempt and attempt.made else None
        if attempt and result:
            is_recorded = _is_accepted_at_once(turn.chunk, attempt, result, passage)
    if attempt and result:
        if not is_recorded:
            _record_in_steps(turn, attempt, result)
        _react(turn, attempt, result)
    return attempt is not None


def _wait_for_slots(turn: _Turn, needed: int, wanted: int) -> bool:
    """Have `needed` slots; where the rate is high, one reservation serves several groups of the `wanted` rest."""
    missing = needed - turn.slots_left
    if missing <= 0:
        turn.slots_left -= needed
        return True
    count = max(missing, min(wanted - turn.slots_left, group_size(turn.sender.max_rate_per_s, max_group=wanted)))
    for _try in range(MAX_LATE_TRIES):
        if not _reserve_and_wait(turn, count):
            return False
        if turn.late_s <= MAX_LATE_S:
            break
    turn.slots_left += count - needed
    return True


def _reserve_and_wait(turn: _Turn, count: int) -> bool:
    started_s = time.monotonic()
    lane = Lane.PRIORITY if turn.sender.is_priority else Lane.CAMPAIGN
    slot = reserve(turn.sender.account_id, count, lane=lane)
    if slot.denial is not None:
        turn.retry_in_s, turn.is_held_up = slot.wait_s, True
        logger.info("sending.waits", extra={"campaign": turn.chunk.campaign_id, "cause": slot.denial.value})
        return False
    turn.is_probe = slot.is_probe
    if slot.wait_s > 0:
        turn.sleep(slot.wait_s)
    turn.late_s = time.monotonic() - started_s - slot.wait_s
    return True


@dataclass(slots=True)
class _Attempt:
    """An attempt that is committed and about to be called."""

    attempt_id: int
    made: list[_Made]
    opened_s: float = field(default_factory=time.monotonic)

    @property
    def sent_rows(self) -> list[WaitingRow]:
        return [row for row, _outgoing in self.made]

    @property
    def outgoing(self) -> list[Outgoing]:
        return [outgoing for _row, outgoing in self.made if not isinstance(outgoing, Skip)]


def _open_attempt(turn: _Turn, rows: Sequence[WaitingRow]) -> _Attempt | None:
    """Commit the attempt for those of `rows` that may be written to; None when the chunk must be left.

    Lease, campaign status, suppression and who left are checked in the same transaction that marks the rows, so that nothing
    starts after a pause, a cancel or an unsubscribe has committed.
    """
    made = [(row, outgoing_of(row, turn.sender)) for row in rows]
    if not any(isinstance(outgoing, Skip) for _row, outgoing in made) and ledger_postgres.can_open(rows):
        return _open_in_one_statement(turn, made)
    return _open_in_steps(turn, made)


def _open_in_one_statement(turn: _Turn, made: Sequence[_Made]) -> _Attempt | None:
    rows = [row for row, _outgoing in made]
    lease = ledger_postgres.Lease(turn.token, settings.SEND_LEASE_S)
    bars = ledger_postgres.Bars(" ".join(map(str, turn.sender.list_ids)), hashes_text(rows))
    opened = ledger_postgres.open_attempt(turn.chunk, rows, lease=lease, bars=bars)
    if opened is None:
        return None
    attempt_id, ids = opened
    left = [pair for pair in made if pair[0].delivery_id not in ids]
    if left and (rest := _open_in_steps(turn, left)) is not None and rest.sent_rows:
        # Released from suppression this very moment: they go out with an attempt of their own.
        result = _call(turn, rest)
        _record_in_steps(turn, rest, result)
        _react(turn, rest, result)
    kept = [(row, outgoing) for row, outgoing in made if row.delivery_id in ids]
    return _Attempt(attempt_id, kept)


def _open_in_steps(turn: _Turn, made: Sequence[_Made]) -> _Attempt | None:
    try:
        return _open_step_by_step(turn, made)
    except ledger.RowsMoved:
        # An event came first. Whoever claims the chunk next reads what the rows are now.
        return None


@transaction.atomic
def _open_step_by_step(turn: _Turn, made: Sequence[_Made]) -> _Attempt | None:
    if not leases.renew(Chunk.objects.filter(pk=turn.chunk.pk), turn.token, lease_s=settings.SEND_LEASE_S):
        return None
    if ledger.lock_campaign_status(turn.chunk.campaign_id) != CampaignStatus.IN_PROGRESS:
        return None
    kept_back = _kept_back(turn, made)
    made = [
        (row, Skip(kept_back[row.address_key]) if row.address_key in kept_back else outgoing) for row, outgoing in made
    ]
    _mark_skipped(turn.chunk, made)
    kept: list[_Made] = [(row, outgoing) for row, outgoing in made if not isinstance(outgoing, Skip)]
    if not kept:
        return _Attempt(0, [])
    return _Attempt(ledger.open_attempt(turn.chunk, [row for row, _outgoing in kept]), kept)


def _kept_back(turn: _Turn, made: Sequence[_Made]) -> dict[str, Reason]:
    """{address key: why not} of those who must not get it: suppressed, off the list, forgotten."""
    rows = [row for row, _outgoing in made]
    found = suppressed_among([row.address_key for row in rows])
    if turn.sender.reaches_unsubscribed:
        found = {key: reason for key, reason in found.items() if reason != Suppression.Reason.UNSUBSCRIBE}
    suppressed = {key: SUPPRESSED_REASON[reason] for key, reason in found.items()}
    return barred_among(turn.chunk.campaign_id, rows, turn.sender) | suppressed


def _mark_skipped(chunk: Chunk, made: Sequence[_Made]) -> None:
    by_reason: dict[Reason, list[WaitingRow]] = {}
    for row, outgoing in made:
        if isinstance(outgoing, Skip):
            by_reason.setdefault(outgoing.reason, []).append(row)
    for reason, rows in by_reason.items():
        ledger.mark(chunk, rows, state=DeliveryState.SKIPPED, reason=reason)


def _call(turn: _Turn, attempt: _Attempt) -> CallResult:
    if time.monotonic() - attempt.opened_s > gate.STALE_AFTER_S:
        # This process stood still; meanwhile the campaign may have been stopped, or the attempt given up.
        error = "The worker was held up before the call."
        return CallResult(all_alike(len(attempt.made), DeliveryState.DEFERRED, Reason.UNREACHABLE, error))
    # Transports answer with outcomes. Whatever else happens must not burn one group after the other unseen.
    try:
        return turn.sender.transport.send(attempt.outgoing, attempt_id=attempt.attempt_id)
    except Exception as error:
        logger.exception("sending.broken", extra={"campaign": turn.chunk.campaign_id, "attempt": attempt.attempt_id})
        outcomes = all_alike(len(attempt.made), DeliveryState.UNCERTAIN, Reason.ANSWER_LOST, str(error))
        return CallResult(outcomes, stops_campaign=_("The mails could not be handed over: %s") % error)


def _is_accepted_at_once(chunk: Chunk, attempt: _Attempt, result: CallResult, passage: gate.Passage) -> bool:
    """Whether one statement could write it all down, on PostgreSQL; the gate is left by it."""
    if not ledger_postgres.is_whole(result.outcomes):
        return False
    sent = zip(attempt.sent_rows, result.outcomes, strict=True)
    receipts = {row.delivery_id: outcome.ses_message_id for row, outcome in sent}
    moved = ledger_postgres.accept_all(chunk, receipts, attempt_id=attempt.attempt_id, gate_key=passage.key)
    passage.is_over = True
    return moved == len(receipts)


def _record_in_steps(turn: _Turn, attempt: _Attempt, result: CallResult) -> None:
    """Also after accept_all moved only some rows: what is settled already stays as it is."""
    limited = with_hurried_limit if turn.sender.is_hurried else with_attempt_limit
    chunk, outcomes = turn.chunk, limited(attempt.sent_rows, result.outcomes)
    with transaction.atomic():
        _lock(chunk)
        tally = ledger.write_outcomes(chunk, attempt.sent_rows, outcomes, attempt_id=attempt.attempt_id)
        note_accepted(chunk.campaign_id, tally.of_state(DeliveryState.ACCEPTED))
        if any(outcome.state is DeliveryState.DEFERRED for outcome in outcomes):
            keep_open(chunk)


def _lock(chunk: Chunk) -> None:
    """Take the chunk's row before its deliveries, as the events do: one order, no deadlock."""
    list(Chunk.objects.select_for_update().filter(pk=chunk.pk).values_list("pk"))


def _react(turn: _Turn, attempt: _Attempt, result: CallResult) -> None:
    """Do what the call said about more than its own group."""
    if result.is_throttled and slow_down(turn.sender.account_id):
        publish(TaskName.REFRESH_QUOTA)  # the rate may be another one than a minute ago
    if result.stops_account:
        stop_account(turn.sender.account_id, problem=result.stops_account)
    if result.is_shut:
        begin_probing(turn.sender.account_id, problem=result.holds_account)
    elif turn.is_probe and result.has_accepted:
        end_probing(turn.sender.account_id)
        turn.is_probe = False
    if result.stops_campaign:
        pause_by_system(turn.chunk.campaign_id, reason=result.stops_campaign)
    _count_failures(turn, result)
    deferred = [outcome for outcome in result.outcomes if outcome.state is DeliveryState.DEFERRED]
    if deferred:
        wait_s = hurried_retry_in_s if turn.sender.is_hurried else retry_in_s
        turn.retry_in_s = max(turn.retry_in_s or 0.0, wait_s(attempt.sent_rows, deferred))
    is_whole_call = len(deferred) == len(result.outcomes)
    # After a throttle the pacer makes everybody slower, so the chunk goes on; unless that does not help.
    waits = is_whole_call and not (result.is_throttled and turn.failed_in_a_row < MAX_FAILED_IN_A_ROW)
    turn.is_held_up = waits or result.is_shut or bool(result.stops_campaign) or turn.is_held_up


def _count_failures(turn: _Turn, result: CallResult) -> None:
    """One lost answer is bad luck; when none comes at all, going on would leave everybody uncertain."""
    has_failed = result.is_throttled or (result.has_lost and not result.has_accepted)
    turn.failed_in_a_row = turn.failed_in_a_row + 1 if has_failed else 0
    if result.is_throttled:
        turn.slots_left = 0  # they lie in the pause that the throttle brought
    elif turn.failed_in_a_row >= MAX_FAILED_IN_A_ROW:
        reason = _("The provider's answers do not arrive: %s") % result.error
        pause_by_system(turn.chunk.campaign_id, reason=reason)
        turn.is_held_up = True
