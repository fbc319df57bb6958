"""Which version wins, from the figures alone; pure. Where they do not say, it says why and leaves it to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.splits.confidence import chance_of_difference, is_enough

if TYPE_CHECKING:
    from collections.abc import Sequence

CLEAR_BELOW = 0.05  # a difference that chance alone brings less often is taken as real


@dataclass(frozen=True, slots=True)
class Measured:
    """One version's figure: `hits` of `people`; hits that are bad are counted as misses by whoever measures."""

    number: int
    hits: int
    people: int

    @property
    def share(self) -> float:
        return self.hits / self.people if self.people else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The winner, or in `asks` the code of why there is none (SplitTest.Asks); `leader` leads in any case but a tie."""

    winner: int | None
    leader: int | None
    asks: str = ""
    chance: float | None = None  # how often chance alone brings such a difference between the first two


def judge(measured: Sequence[Measured]) -> Verdict:
    """Compare the best with the second best. No data, too few and a tie never give a winner."""
    ranked = sorted(measured, key=lambda version: -version.share)
    best, second = ranked[0], ranked[1]
    if not all(version.people for version in measured) or not any(version.hits for version in measured):
        return Verdict(None, None, "no-data")
    if best.hits * second.people == second.hits * best.people:
        return Verdict(None, None, "tie")
    if not is_enough(best.hits, best.people, second.hits, second.people):
        return Verdict(None, best.number, "too-few")
    chance = chance_of_difference(best.hits, best.people, second.hits, second.people)
    if chance is None or chance >= CLEAR_BELOW:
        return Verdict(None, best.number, "unclear", chance)
    return Verdict(best.number, best.number, "", chance)
