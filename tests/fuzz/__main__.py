"""`python -m tests.fuzz inbound [--count 100000] [--seed 1]`: the long form of tests/fuzz/test_inbound.py."""

from __future__ import annotations

import argparse
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from tests.fuzz.inbound import fuzz_mail, fuzz_notifications  # noqa: E402

FUZZERS = {"messages": fuzz_mail, "notifications": fuzz_notifications}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("subject", choices=["inbound"])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for name, fuzz in FUZZERS.items():
        tally = fuzz(arguments.count, arguments.seed)
        sys.stdout.write(
            f"{tally.count} mutated {name}: no uncaught error; slowest {tally.slowest_s * 1000:.0f} ms,"
            f" {tally.grown_kb / 1024:.0f} MB more memory, {tally.refused_count} refused with a reason\n"
        )


if __name__ == "__main__":
    main()
