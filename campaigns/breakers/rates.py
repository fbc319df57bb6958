"""Whether bounces or complaints passed their limit. Pure.

A campaign with few answers is measured as though as many as the sample had answered: 11 bounces of the first 15 pass a
limit of 5 % of 200, while 1 of the first 3 means nothing yet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

ACCOUNT_SAMPLE_FACTOR = 5  # one small campaign alone should not hold a whole account


class Measure(StrEnum):
    """What is counted; the values are stored."""

    BOUNCES = "bounces"
    COMPLAINTS = "complaints"


@dataclass(frozen=True, slots=True)
class Figures:
    """People whose mailbox answered (delivered, bounced or complained), and of them who bounced for good or complained.

    A bounce because the address is on SES's own list counts as an answer only: SES does not count it either.
    """

    answered: int = 0
    bounced: int = 0
    complained: int = 0

    def since(self, before: Figures) -> Figures:
        """What came after `before`; never less than nothing, as a bounce may turn into a complaint."""
        return Figures(
            max(0, self.answered - before.answered),
            max(0, self.bounced - before.bounced),
            max(0, self.complained - before.complained),
        )

    def hits(self, measure: Measure) -> int:
        """How many bounced, or complained."""
        return self.bounced if measure is Measure.BOUNCES else self.complained

    def share(self, measure: Measure) -> float:
        """Their share of those who answered, 0 to 1."""
        return self.hits(measure) / self.answered if self.answered else 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits in per cent, and from how many answers on they are taken at their word."""

    is_on: bool = True
    bounce_pct: float = 5.0
    complaint_pct: float = 0.1
    bounce_sample: int = 200
    complaint_sample: int = 2000

    def pct(self, measure: Measure) -> float:
        """The limit of one measure."""
        return self.bounce_pct if measure is Measure.BOUNCES else self.complaint_pct

    def sample(self, measure: Measure) -> int:
        """The fewest answers of one measure."""
        return self.bounce_sample if measure is Measure.BOUNCES else self.complaint_sample

    def of_whole_account(self) -> Limits:
        """The same limits for a week of campaigns together, which need more answers to be taken at their word."""
        return replace(
            self,
            bounce_sample=self.bounce_sample * ACCOUNT_SAMPLE_FACTOR,
            complaint_sample=self.complaint_sample * ACCOUNT_SAMPLE_FACTOR,
        )

    def allowed(self, measure: Measure, answered: int) -> float:
        """How many may bounce or complain when so many answered."""
        return max(answered, self.sample(measure)) * self.pct(measure) / 100


def passed(figures: Figures, limits: Limits) -> Measure | None:
    """The measure that is over its limit, complaints first; None when neither is, or the breaker is off."""
    if not limits.is_on:
        return None
    for measure in (Measure.COMPLAINTS, Measure.BOUNCES):
        # Floats: 3 % of 100 must not be a hair below 3.
        if figures.hits(measure) > limits.allowed(measure, figures.answered) + 1e-9:
            return measure
    return None
