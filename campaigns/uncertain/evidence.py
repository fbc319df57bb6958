"""Whether silence proves that a mail was never accepted; pure.

It does where news would have come: a later heartbeat through the same configuration set came back, none of that time
was lost on the way, and far longer has passed than news ever takes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SILENT_FLOOR_S = 600.0  # a heartbeat that is out for less is late, not lost
NEAR = timedelta(hours=2)  # without an earlier heartbeat, the first must have come soon: was the way set up at all?
_PERCENTILE = 0.99


class Beat(NamedTuple):
    """One heartbeat as far as silence is concerned; times are aware and of the database's clock."""

    sent_at: datetime
    seen_at: datetime | None
    is_accepted: bool  # SES said so; otherwise no news need ever come


class Verdict(StrEnum):
    """What the silence about one mail says."""

    WAITS = "waits"  # too early to tell
    UNPROVED = "unproved"  # no later heartbeat has come back
    HEARTBEAT_LOST = "heartbeat-lost"  # of that time some news never came: this mail's may be among it
    PROVED = "proved"  # it was never accepted


@dataclass(frozen=True, slots=True)
class Patience:
    """How long news is waited for; seconds."""

    window_s: float  # from then on silence counts
    silent_after_s: float  # a heartbeat that is out for longer is lost


def lag_s(beats: Iterable[Beat]) -> float:
    """99th percentile of the time from sending to seeing, in seconds; of few beats the longest; 0 without any."""
    lags = sorted((beat.seen_at - beat.sent_at).total_seconds() for beat in beats if beat.seen_at is not None)
    return max(0.0, lags[math.ceil(_PERCENTILE * len(lags)) - 1]) if lags else 0.0


def patience_for(lag: float, *, factor: float, floor_s: float) -> Patience:
    """How long to wait where news usually takes `lag` seconds."""
    return Patience(max(floor_s, factor * lag), max(min(SILENT_FLOOR_S, floor_s), factor * lag))


def judge(beats: Sequence[Beat], patience: Patience, *, since: datetime, now: datetime) -> Verdict:
    """What silence since `since`, when the call had surely begun and was given up, says at `now`."""
    window = timedelta(seconds=patience.window_s)
    if now < since + window:
        return Verdict.WAITS
    seen = [beat.sent_at for beat in beats if beat.seen_at is not None]
    later = [sent_at for sent_at in seen if sent_at > since]
    before = [sent_at for sent_at in seen if sent_at <= since]
    if not later or (not before and min(later) > since + NEAR):
        return Verdict.UNPROVED
    first = min(since - window, max(before, default=since))
    around = [beat for beat in beats if first <= beat.sent_at <= max(later)]
    return Verdict.HEARTBEAT_LOST if lost_among(around, patience, now=now) else Verdict.PROVED


def lost_among(beats: Iterable[Beat], patience: Patience, *, now: datetime) -> list[Beat]:
    """The beats that SES accepted and that never came back."""
    late = now - timedelta(seconds=patience.silent_after_s)
    return [beat for beat in beats if beat.seen_at is None and beat.is_accepted and beat.sent_at < late]


def is_silent(beats: Sequence[Beat], patience: Patience, *, now: datetime) -> bool:
    """Whether no news comes any more: a beat is lost, and none that was sent later has come back."""
    lost = lost_among(beats, patience, now=now)
    seen = [beat.sent_at for beat in beats if beat.seen_at is not None]
    return bool(lost) and (not seen or max(beat.sent_at for beat in lost) > max(seen))
