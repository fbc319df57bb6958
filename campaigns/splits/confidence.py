"""How much a difference between two shares says; pure. Textbook: pooled two-proportion z-test, two-sided."""

from __future__ import annotations

from math import erfc, sqrt

LEAST_EXPECTED = 5  # below so many expected in any cell the test does not hold
_POWER_FACTOR = 1.959964 + 0.841621  # 5 % false alarms, 80 % of real differences found


def chance_of_difference(hits_a: int, people_a: int, hits_b: int, people_b: int) -> float | None:
    """How often a difference at least this large comes about by chance, 0 to 1; None when nothing can be compared."""
    if not people_a or not people_b:
        return None
    pooled = (hits_a + hits_b) / (people_a + people_b)
    spread = sqrt(pooled * (1 - pooled) * (1 / people_a + 1 / people_b))
    if not spread:
        return None
    return erfc(abs(hits_a / people_a - hits_b / people_b) / spread / sqrt(2))


def is_enough(hits_a: int, people_a: int, hits_b: int, people_b: int) -> bool:
    """Whether the test holds for such numbers: enough hits and enough misses would be expected on both sides."""
    if not people_a or not people_b:
        return False
    pooled = (hits_a + hits_b) / (people_a + people_b)
    return min(people_a, people_b) * min(pooled, 1 - pooled) >= LEAST_EXPECTED


def smallest_difference(people: int, share: float) -> float:
    """The least difference to `share` that two groups of `people` each usually show, in four of five tests."""
    return _POWER_FACTOR * sqrt(2 * share * (1 - share) / people) if people else 1.0
