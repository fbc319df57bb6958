"""What a routing decision costs with 100 rules and with 100,000: `python -m bench.routing`.

One decision: the rules of a recipient loaded by one statement, and decided. Recipients are tagged, exact, of a known
domain, or unknown, in turn. Both databases are asked in turn by one process, so that a busy machine slows both alike.
"""

from __future__ import annotations

import argparse
import sys

from bench.goals import at_most
from bench.lists import asked_of_both, two_databases

MOST_TIMES = 1.5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2_000)
    arguments = parser.parse_args()
    missed = 0
    for database in ("postgresql", "sqlite"):
        with two_databases(database) as (small, large):
            found = asked_of_both("bench.routing_decisions", small, large, str(arguments.rules), str(arguments.rounds))
        for what, (small_ms, large_ms) in found.items():
            times = large_ms / small_ms
            missed += times > at_most(MOST_TIMES)
            print(
                f"{database:12}{what:22}{small_ms * 1000:9.0f} us at 100 rules{large_ms * 1000:9.0f} us at"
                f" {arguments.rules:,}{times:8.2f} times"
            )
    print("goal reached" if not missed else f"goal missed: at most {MOST_TIMES} times")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
