"""Runs the benches one after another: `python -m bench [--short] [NAME ...]`; fails when a goal is missed.

`--short` takes small inputs, for CI, and is content with a share of each goal: see `bench.goals`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

from bench.goals import SHARE_VARIABLE
from bench.migrated import shared_folder

# Each bench with the arguments of its short form; without them it takes the sizes that its goals are about.
BENCHES: dict[str, tuple[str, ...]] = {
    "render": ("--messages", "400", "--rounds", "3"),
    "csv_import": ("--rows", "60000", "--peer-rows", "2000", "--rounds", "1"),
    "lists": ("--rows", "30000", "--rounds", "5"),
    "segments": ("--rows", "30000", "--rounds", "3"),
    "sending": ("--recipients", "10000", "--peer-messages", "300", "--rounds", "1"),
    "smtp": ("--messages", "5000", "--peer-messages", "500", "--attached-messages", "100", "--rounds", "1"),
    "events": ("--people", "2500", "--one-by-one", "100", "--rounds", "1"),
    "routing": ("--rules", "10000", "--rounds", "300"),
    "gmail": ("--mails", "15"),
    "forms": ("--requests", "400", "--people", "3000", "--messages", "8"),
    "pacing": ("--rates", "100", "--workers", "4", "--seconds", "6"),
}
SHORT_SHARE = "0.6"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="small inputs")
    parser.add_argument("name", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHES)}; all when left out")
    wanted = parser.parse_args()
    if unknown := set(wanted.name) - set(BENCHES):
        parser.error(f"no bench is called {', '.join(sorted(unknown))}")
    shared_folder()  # what one bench has migrated the others copy
    missed = [name for name in wanted.name or BENCHES if not _reaches_goal(name, tries=2 if wanted.short else 1)]
    print(f"missed: {', '.join(missed)}" if missed else "every goal reached")
    return 1 if missed else 0


def _reaches_goal(name: str, *, tries: int) -> bool:
    arguments = BENCHES[name] if tries > 1 else ()
    for _try in range(tries):
        print(f"== {name} {' '.join(arguments)}", flush=True)
        share = {SHARE_VARIABLE: SHORT_SHARE} if tries > 1 else {}
        command = [sys.executable, "-m", f"bench.{name}", *arguments]
        started_s = time.monotonic()
        done = subprocess.run(command, check=False, env={**os.environ, **share})
        print(f"== {name} took {time.monotonic() - started_s:.0f} s", flush=True)
        if done.returncode == 0:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
