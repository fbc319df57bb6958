"""Campaigns under fire, one proof after the other: `python -m tests.crash`, `python -m tests.crash kills --seeds 10`.

Prints a line for each proof and seed, and fails when a promise was not kept. `--short` is what CI runs.
"""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.crash import api_posts, blows, gmail, provider
from tests.crash.scene import Size, migrated_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.crash.scene import Verdict
    from tests.postgres import Server

# name: the proof, its long form, its short form
PROOFS: dict[str, tuple[Callable[[Server, Size], Verdict], Size, Size]] = {
    "kills": (blows.prove_kills, Size(20_000, 6, 500, blows=20), Size(1_500, 3, 250, blows=6)),
    "purges": (blows.prove_purges, Size(5_000, 4, 250, blows=10), Size(1_000, 2, 200, blows=2)),
    "database": (blows.prove_database_restarts, Size(20_000, 6, 500, blows=10), Size(1_200, 3, 200, blows=3)),
    "schedulers": (blows.prove_schedulers, Size(5_000, 4, 250, blows=10), Size(800, 2, 200, blows=2)),
    "clocks": (blows.prove_skewed_clocks, Size(5_000, 4, 250), Size(800, 2, 200)),
    "pause": (provider.prove_pause, Size(2_000, 4, 100, blows=360), Size(600, 2, 50, blows=15)),
    "rate": (provider.prove_halved_rate, Size(5_000, 4, 200), Size(1_200, 2, 200)),
    "api_posts": (api_posts.prove_posts, Size(5_000, 2, 100, blows=10), Size(200, 2, 100, blows=2)),
    "gmail": (gmail.prove_gmail, Size(1_000, 4, 100, blows=40), Size(120, 2, 100, blows=4)),
    "gmail_revoked": (gmail.prove_revoked, Size(1_000, 3, 100), Size(100, 2, 100)),
    "quota": (provider.prove_day_quota, Size(5_000, 4, 200), Size(400, 2, 200)),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="PROOF", help=f"of {', '.join(PROOFS)}; without any, all")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, from --seed on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--short", action="store_true")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything that was started is stopped then, too
    verdicts = []
    with migrated_server() as server:
        for name in asked.names or PROOFS:
            prove, long, short = PROOFS[name]
            size = short if asked.short else long
            for seed in range(asked.seed, asked.seed + asked.seeds):
                verdict = prove(server, replace(size, seed=seed, people=asked.people or size.people))
                print(f"{name}, seed {seed}: {verdict}", flush=True)
                verdicts.append(verdict)
    print(_total(verdicts))
    return int(any(verdict.broken for verdict in verdicts))


def _total(verdicts: list[Verdict]) -> str:
    names = ("people", "accepted", "missing", "twice", "untrue", "uncertain_calls", "unsettled")
    sums = ", ".join(f"{sum(getattr(verdict, name) for verdict in verdicts)} {name}" for name in names)
    return f"{len(verdicts)} runs: {sums.replace('_', ' ')}; {sum(bool(verdict.broken) for verdict in verdicts)} broken"


if __name__ == "__main__":
    sys.exit(main())
