"""How much of SES's rate is used, and how often it throttles, by 1, 4 and 16 workers: `python -m bench.pacing`.

Every worker is a process with its own connection to one PostgreSQL; the SES double enforces the rate, counted in
recipients, with a quarter of a second's tolerance. Goal: at least 98 % of the rate and no throttle.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from contextlib import ExitStack

from bench.goals import at_least
from bench.migrated import migrated_postgres
from sandbox.testing import run_sandbox

GOAL_PCT = 98.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rates", type=int, nargs="*", default=[14, 100, 500])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 4, 16])
    arguments = parser.parse_args()
    missed = 0
    allowed = 0 if at_least(1) == 1 else arguments.seconds  # a busy machine wakes workers up late
    print("rate/s  workers  used %  throttles")
    for rate in arguments.rates:
        for workers in arguments.workers:
            used_pct, throttles = measure(rate, workers, arguments.seconds)
            missed += used_pct < at_least(GOAL_PCT) or throttles > allowed
            print(f"{rate:6d}  {workers:7d}  {used_pct:6.2f}  {throttles:9d}", flush=True)
    print("goal reached" if not missed else f"goal missed in {missed} cases (98 % and no throttle)")
    return min(missed, 1)


def measure(rate: int, workers: int, seconds: float) -> tuple[float, int]:
    """(share of the rate in %, throttled recipients) of a run of about `seconds`; start-up is left out."""
    with ExitStack() as stack:
        database_url = stack.enter_context(migrated_postgres())
        sandbox = stack.enter_context(run_sandbox("--max-send-rate", str(rate)))
        sandbox.set_events(enabled=False)  # nobody reads them here, and moto would need a core for them
        environment = {
            **os.environ,
            **sandbox.environment,
            "SANDBOX": "yes",
            "LOG_LEVEL": "ERROR",
            "DATABASE_URL": database_url,
            # Enough chunks for every worker, as a larger campaign has.
            "CHUNK_SIZE": str(max(1, min(500, int(rate * seconds / workers / 4)))),
        }
        command = [sys.executable, "-m", "bench.pacing_workers", str(rate), str(workers), str(seconds)]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        accepted = sandbox.accepted()
        throttles = sum(call["throttled_count"] for call in sandbox.calls())
    return _used_pct(sorted(line["at_s"] for line in accepted), rate, skip_s=found["warm_up_s"]), throttles


def _used_pct(times: list[float], rate: int, *, skip_s: float) -> float:
    """Acceptances per second of the steady part, against the rate."""
    begin, end = times[0] + skip_s, times[-1]
    steady = [at for at in times if at >= begin]
    return 100.0 * (len(steady) - 1) / (end - begin) / rate


if __name__ == "__main__":
    sys.exit(main())
