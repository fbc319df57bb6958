"""Intake of SES's events, in batches against one by one, on PostgreSQL: `python -m bench.events`.

A campaign's whole feedback (Send and Delivery for everybody, bounces for 3 %, complaints for 0.2 %, a delay for 1 %;
one in twenty events comes twice), shuffled over neighbouring mails, every other one in an envelope of SNS: through the reader and the
ledger, raw events kept. PostgreSQL with fsync, one process. Prints events a second (goal: at least 3,000) and how many
times faster a batch is than one event at a time (goal: at least 5).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from statistics import median

from bench.goals import at_least
from bench.migrated import migrated_postgres

GOAL_PER_S = 3_000
GOAL_RATIO = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=30_000)
    parser.add_argument("--one-by-one", type=int, default=2_000, help="events handled one at a time")
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    sizes = (str(arguments.people), str(arguments.one_by_one), str(arguments.batch))
    rounds = [_round(*sizes) for _ in range(arguments.rounds)]
    in_batches = median(found["batched_per_s"] for found in rounds)
    ratio = median(found["batched_per_s"] / found["single_per_s"] for found in rounds)
    single = median(found["single_per_s"] for found in rounds)
    is_fast, is_better = in_batches >= GOAL_PER_S, ratio >= GOAL_RATIO
    print(f"in batches   {in_batches:7.0f} events/s (goal {GOAL_PER_S}: {_verdict(is_fast)})")
    print(f"one by one   {single:7.0f} events/s; batches are {ratio:.1f} times as fast (goal {GOAL_RATIO}: "
          f"{_verdict(is_better)})")  # fmt: skip
    return int(in_batches < at_least(GOAL_PER_S) or ratio < at_least(GOAL_RATIO))


def _verdict(is_reached: bool) -> str:
    return "reached" if is_reached else "MISSED"


def _round(*sizes: str) -> dict[str, float]:
    """One round in a fresh process and database, with the settings of production."""
    with migrated_postgres({}) as database_url:
        environment = {**os.environ, "SANDBOX": "yes", "LOG_LEVEL": "ERROR", "DATABASE_URL": database_url}
        command = [sys.executable, "-m", "bench.events_intake", *sizes]
        done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"bench.events_intake failed:\n{done.stderr[-2000:]}")
    print(done.stderr.strip(), file=sys.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
