from __future__ import annotations

import os

import pytest

from tests.crash.run import Fire, run_crash


@pytest.mark.postgres
def test_killed_workers_and_purged_queues_lose_nobody_and_write_to_nobody_twice():
    fire = Fire(people=int(os.environ.get("CRASH_PEOPLE", "5000")), seed=int(os.environ.get("CRASH_SEED", "1")))
    report = run_crash(fire)
    print(report)  # the figure
    assert (report.status, report.missing, report.twice) == ("completed", [], [])
    # A killed worker leaves at most its one group (a tenth of a second's rate) in doubt.
    assert len(report.uncertain) <= fire.kills * max(1, fire.rate_per_s // 10)
