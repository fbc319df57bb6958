"""Runs the benches one after another: `python -m bench [--short] [NAME ...]`; fails when a goal is missed.

`--short` takes small inputs, for CI, and is content with a share of each goal: see `bench.goals`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from bench.goals import SHARE_VARIABLE

# Each bench with the arguments of its short form; without them it takes the sizes that its goals are about.
BENCHES: dict[str, tuple[str, ...]] = {
    "render": ("--messages", "400", "--rounds", "3"),
    "csv_import": ("--rows", "100000", "--rounds", "1"),
    "lists": ("--rows", "50000", "--rounds", "7"),
    "segments": ("--rows", "40000", "--rounds", "5"),
    "sending": ("--recipients", "20000", "--peer-messages", "500", "--rounds", "1"),
    "smtp": ("--messages", "5000", "--peer-messages", "500", "--attached-messages", "300", "--rounds", "1"),
    "events": ("--people", "4000", "--one-by-one", "300", "--rounds", "1"),
    "routing": ("--rules", "20000", "--rounds", "500"),
    "gmail": ("--mails", "30"),
    "forms": ("--requests", "1000", "--people", "5000", "--messages", "15"),
    "pacing": ("--rates", "100", "--workers", "1", "4", "--seconds", "10"),
}
SHORT_SHARE = "0.6"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="small inputs")
    parser.add_argument("name", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHES)}; all when left out")
    wanted = parser.parse_args()
    if unknown := set(wanted.name) - set(BENCHES):
        parser.error(f"no bench is called {', '.join(sorted(unknown))}")
    missed = [name for name in wanted.name or BENCHES if not _reaches_goal(name, tries=2 if wanted.short else 1)]
    print(f"missed: {', '.join(missed)}" if missed else "every goal reached")
    return 1 if missed else 0


def _reaches_goal(name: str, *, tries: int) -> bool:
    arguments = BENCHES[name] if tries > 1 else ()
    for _try in range(tries):
        print(f"== {name} {' '.join(arguments)}", flush=True)
        share = {SHARE_VARIABLE: SHORT_SHARE} if tries > 1 else {}
        command = [sys.executable, "-m", f"bench.{name}", *arguments]
        if subprocess.run(command, check=False, env={**os.environ, **share}).returncode == 0:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
