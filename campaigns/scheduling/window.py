"""How a campaign fits into a rolling 24-hour quota: what leaves at once, what waits, and when the last one leaves; pure.

What was sent leaves the window 24 hours later, and so does what the campaign itself sends: a campaign of several
quotas goes on at the same times of the following days.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DAY_S = 86_400.0
SLICE_S = 600.0
MAX_SLICES = 100_000  # a year of ten-minute slices is half of it


@dataclass(frozen=True, slots=True)
class Slice:
    """So many mails that leave from `starts_in_s` on, one after the other."""

    starts_in_s: float
    ends_in_s: float
    count: float


@dataclass(slots=True)
class Spread:
    """The slices in the order of time; from `held_in_s` on the first wait for the quota, until `goes_on_in_s`."""

    slices: list[Slice] = field(default_factory=list)
    held_in_s: float | None = None
    goes_on_in_s: float | None = None

    @property
    def ends_in_s(self) -> float:
        return self.slices[-1].ends_in_s if self.slices else 0.0

    @property
    def before_first_wait(self) -> float:
        """How many leave before anything waits for the quota."""
        if self.held_in_s is None:
            return sum(part.count for part in self.slices)
        return sum(part.count for part in self.slices if part.starts_in_s < self.held_in_s)


def spread(
    people: float, *, rate_per_s: float, usable: float, sent: Iterable[tuple[float, float]], starts_in_s: float = 0.0
) -> Spread:
    """Send `people` as fast as the rate and the window allow.

    `usable`: how many the window may hold of what campaigns send, infinite when there is no quota. `sent`: what is in
    it now, as (seconds since it left, how many).
    """
    window = deque(sorted((DAY_S - age_s, count) for age_s, count in sent if count > 0))
    used = sum(count for _leaves, count in window)
    usable, now_s, left, found = max(usable, 1.0), starts_in_s, people, Spread()
    while left > 0 and len(found.slices) < MAX_SLICES:
        while window and window[0][0] <= now_s:
            used -= window.popleft()[1]
        room = min(usable - used, left, max(1.0, rate_per_s * SLICE_S))
        if room < min(1.0, left) and window:
            found.held_in_s = now_s if found.held_in_s is None else found.held_in_s
            now_s = window[0][0]
            continue
        if found.held_in_s is not None and found.goes_on_in_s is None:
            found.goes_on_in_s = now_s
        until_s = now_s + room / rate_per_s
        found.slices.append(Slice(now_s, until_s, room))
        window.append((until_s + DAY_S, room))
        used, left, now_s = used + room, left - room, until_s
    return found


def after(found: Spread, people_before: float) -> list[Slice]:
    """The slices that remain for who comes after `people_before` others."""
    rest, skipped = [], 0.0
    for part in found.slices:
        cut = min(part.count, max(0.0, people_before - skipped))
        skipped += cut
        if part.count - cut > 0:
            share = cut / part.count
            starts = part.starts_in_s + share * (part.ends_in_s - part.starts_in_s)
            rest.append(Slice(starts, part.ends_in_s, part.count - cut))
    return rest
