"""Counting segments at one size and at ten times as many people, on PostgreSQL: `python -m bench.segments`.

Five typical questions over contacts with attributes, tags, lists, suppressions and one sent campaign with opens. Both
sizes are asked in turn by one process, so that a busy machine slows both alike.
"""

from __future__ import annotations

import argparse
import sys

from bench.goals import at_most
from bench.lists import Found, asked_of_both, two_databases

SIZES_APART = 10
MOST_TIMES = SIZES_APART  # no worse than linear


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="people at the larger size")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    with two_databases("postgresql") as (small, large):
        found = asked_of_both("bench.segments_counts", small, large, str(arguments.rows), str(arguments.rounds))
    return 1 if _report(found, rows=arguments.rows) else 0


def _report(found: Found, *, rows: int) -> int:
    few = rows // SIZES_APART
    print(f"{'median ms of a count':46}{f'{few:,} people':>18}{f'{rows:,} people':>18}{'times':>8}")
    missed = 0
    for question, (small_ms, large_ms) in found.items():
        is_missed = large_ms / small_ms > at_most(MOST_TIMES)
        missed += is_missed
        mark = "  MISSED" if is_missed else ""
        print(f"{question:46}{small_ms:18.1f}{large_ms:18.1f}{large_ms / small_ms:8.2f}{mark}")
    return missed


if __name__ == "__main__":
    sys.exit(main())
