"""Postroom's work done by the functions of the package: `python -m tests.lambda_workers`, `... campaign --people 5000`.

Prints a line for each proof, and fails when a promise was not kept. `--short` is what CI runs.
"""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path

from tests.crash.scene import migrated_server
from tests.lambda_workers.package import unzipped_package
from tests.lambda_workers.proofs import PROOFS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lambda_workers", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="PROOF", help=f"of {', '.join(PROOFS)}; without any, all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--kills", type=int, default=-1)
    parser.add_argument("--package", type=Path, help="a zip that was built with --from-environment")
    parser.add_argument("--short", action="store_true")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything that was started is stopped then, too
    broken = 0
    with unzipped_package(zipped=asked.package) as package, migrated_server() as server:
        for name in asked.names or PROOFS:
            prove, long, short = PROOFS[name]
            size = short if asked.short else long
            kills = size.blows if asked.kills < 0 else asked.kills
            proof = prove(
                server, package, replace(size, seed=asked.seed, people=asked.people or size.people, blows=kills)
            )
            print(f"{name}: {proof}", flush=True)
            broken += bool(proof.broken)
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
