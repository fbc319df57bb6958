"""The figures that every report shows, and their sums. Pure.

A mail counts on the day on which the provider took it, whatever became of it when; so the columns of a day belong to the
same people, and the days add up to the campaign.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Sums:
    """People. `sent` is what the provider took: delivered, bounced, and those of whom nothing was heard yet.

    `complained` are among the delivered, as a complaint proves; `opened` and `clicked` are persons, not machines.
    """

    sent: int = 0
    delivered: int = 0
    bounced: int = 0
    complained: int = 0
    opened: int = 0
    clicked: int = 0
    unsubscribed: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: Sums) -> Sums:
        return Sums(*(mine - theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def unanswered(self) -> int:
        return self.sent - self.delivered - self.bounced

    def share(self, name: str) -> float | None:
        """Share of those sent; None when nobody was."""
        return getattr(self, name) / self.sent if self.sent else None


NAMES = tuple(field.name for field in fields(Sums))


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one day, domain or campaign."""

    key: str
    sums: Sums

    def stored(self) -> list[str | int]:
        """As a report keeps it in JSON."""
        return [self.key, *astuple(self.sums)]


def read_line(stored: Sequence[str | int]) -> Line:
    """The opposite of `stored`."""
    return Line(str(stored[0]), Sums(*(int(count) for count in stored[1:])))


def total(lines: Iterable[Line]) -> Sums:
    """All lines together."""
    return sum((line.sums for line in lines), Sums())


def largest(lines: Sequence[Line], *, most: int) -> list[Line]:
    """The lines with the most mail, most first."""
    return sorted(lines, key=lambda line: (-line.sums.sent, line.key))[:most]
