"""When what was provably not accepted is tried again, and when no more; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.sending.outcomes import Outcome
from campaigns.sending.states import DeliveryState, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.sending.ledger import WaitingRow

MAX_ATTEMPTS = 8
_SHORT_WAIT_S = {
    Reason.THROTTLED: 5.0,
    Reason.NOT_TRIED: 1.0,
    Reason.QUOTA_REACHED: 60.0,
    Reason.SENDING_PAUSED: 60.0,
    Reason.UNREACHABLE: 60.0,
}
_FIRST_WAIT_S, _LONGEST_WAIT_S = 15.0, 1800.0


HURRIED_WAITS_S = (2.0, 4.0, 8.0)  # then it is given up
_IS_ACCOUNTS_MATTER = frozenset({Reason.QUOTA_REACHED, Reason.SENDING_PAUSED})  # no try, and no fault of the mail


def hurried_retry_in_s(rows: Sequence[WaitingRow], deferred: Sequence[Outcome]) -> float:
    """As retry_in_s, for mail that somebody waits for."""
    if any(outcome.reason in _IS_ACCOUNTS_MATTER for outcome in deferred):
        return retry_in_s(rows, deferred)
    attempts = max((row.attempt_count for row in rows), default=0)
    return HURRIED_WAITS_S[min(attempts, len(HURRIED_WAITS_S) - 1)]


def with_hurried_limit(rows: Sequence[WaitingRow], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """As with_attempt_limit, for mail that somebody waits for: each try counts, whatever was temporary."""
    return [_hurried(row, outcome) for row, outcome in zip(rows, outcomes, strict=True)]


def _hurried(row: WaitingRow, outcome: Outcome) -> Outcome:
    if outcome.state is not DeliveryState.DEFERRED or outcome.reason in _IS_ACCOUNTS_MATTER:
        return outcome
    if row.attempt_count >= len(HURRIED_WAITS_S):
        return Outcome(DeliveryState.REFUSED, Reason.TRIED_TOO_OFTEN, error=outcome.error)
    return Outcome(DeliveryState.DEFERRED, Reason.TRANSIENT, error=outcome.error)  # other reasons cost no attempt


def retry_in_s(rows: Sequence[WaitingRow], deferred: Sequence[Outcome]) -> float:
    """Seconds until the chunk is due again: fixed for throttles and quota, doubling with the attempts otherwise."""
    attempts = max((row.attempt_count for row in rows), default=0)
    growing = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0**attempts)
    return max(_SHORT_WAIT_S.get(outcome.reason, growing) for outcome in deferred)


def with_attempt_limit(rows: Sequence[WaitingRow], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes, with those that were deferred too often refused for good."""
    return [
        Outcome(DeliveryState.REFUSED, Reason.TRIED_TOO_OFTEN, error=outcome.error)
        if _is_last(row, outcome)
        else outcome
        for row, outcome in zip(rows, outcomes, strict=True)
    ]


def _is_last(row: WaitingRow, outcome: Outcome) -> bool:
    counts = outcome.state is DeliveryState.DEFERRED and outcome.reason == Reason.TRANSIENT
    return counts and row.attempt_count + 1 >= MAX_ATTEMPTS
