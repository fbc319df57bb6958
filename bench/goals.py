"""How strict a bench is: the whole goal, or, in the short form on a machine that may be busy, a share of it.

The short form is there to notice what breaks; only the long one shows whether a goal is reached.
"""

from __future__ import annotations

import os

SHARE_VARIABLE = "POSTROOM_BENCH_SHARE"


def at_least(goal: float) -> float:
    """The least value that passes, of a figure that should be large."""
    return goal * _share()


def at_most(goal: float) -> float:
    """The largest value that passes, of a figure that should be small."""
    return goal / _share()


def _share() -> float:
    return float(os.environ.get(SHARE_VARIABLE, "1"))
