"""Run a module with a clock that is wrong: `python -m tests.crash.skewed -300 -m celery -A workers.app worker`."""

from __future__ import annotations

import runpy
import sys
from datetime import UTC, datetime, timedelta

import time_machine


def main() -> None:
    """Every reading of the time of day is wrong; the monotonic clock, which no one sets, is not."""
    skew_s, _m, module, *arguments = sys.argv[1:]
    time_machine.travel(datetime.now(UTC) + timedelta(seconds=float(skew_s)), tick=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
