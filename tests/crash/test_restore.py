from __future__ import annotations

import os

import pytest

from tests.crash.restore import Backup, run_restore
from tests.crash.scene import TEMPLATE

PEOPLE = int(os.environ.get("RESTORE_PEOPLE", "300"))


@pytest.mark.postgres
def test_a_restored_backup_sends_nothing_until_confirmed_and_to_nobody_twice(server):
    report = run_restore(Backup(people=PEOPLE), database_url=server.copy_of(TEMPLATE, "restored"))
    print(report)  # the figure
    assert (report.is_held, report.cause, report.sent_while_held) == (True, "behind", 0)
    assert "installation.restored" in report.alerts
    assert report.uncertain_after_confirming > 0
    assert (report.uncertain_after_replay, report.sent_after_confirming, report.twice) == (0, 0, 0)
    assert report.status == "completed"


@pytest.mark.postgres
def test_who_was_written_to_neither_before_nor_after_the_backup_stays_named(server):
    backup = Backup(people=PEOPLE, stopped_at=0.75, rate_per_s=25)
    report = run_restore(backup, database_url=server.copy_of(TEMPLATE, "restored_midway"))
    print(report)
    assert (report.sent_while_held, report.sent_after_confirming, report.twice) == (0, 0, 0)
    assert report.uncertain_after_confirming > report.uncertain_after_replay
    assert report.uncertain_after_replay == backup.people - report.accepted_at_restore
