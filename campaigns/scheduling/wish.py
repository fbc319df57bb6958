"""What somebody wishes of a schedule, as it travels through forms and is kept with an approval; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from campaigns.scheduling.clock import LOCAL_FORMAT, Resolved, resolve


class WishDict(TypedDict):
    """A wish in JSON."""

    local_time: str
    zone: str
    clock: str
    past: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A wall clock ("2026-11-24T09:00"), whose it is, and what becomes of those for whom it has passed already.

    `clock` and `past` are values of Schedule.Clock and Schedule.Past; `zone` is an IANA name.
    """

    local_time: str
    zone: str
    clock: str = "one"
    past: str = "send"

    @property
    def local(self) -> datetime:
        return datetime.strptime(self.local_time, LOCAL_FORMAT)  # noqa: DTZ007  # a wall clock has no zone

    @property
    def is_by_recipients(self) -> bool:
        return self.clock == "recipients"

    def resolved(self, zone: str = "") -> Resolved:
        """The moment in `zone`, or in the wish's own."""
        return resolve(self.local, zone or self.zone)

    def as_dict(self) -> WishDict:
        return WishDict(local_time=self.local_time, zone=self.zone, clock=self.clock, past=self.past)


def wish_from(kept: WishDict) -> Wish:
    """A wish from its JSON."""
    return Wish(**kept)
