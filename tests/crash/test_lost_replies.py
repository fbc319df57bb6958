from __future__ import annotations

import os

import pytest

from tests.crash.lost_replies import Loss, run_loss
from tests.crash.scene import TEMPLATE

PEOPLE = int(os.environ.get("LOSS_PEOPLE", "1000"))
DROPPED = PEOPLE // 25 * 2  # 400 of 5,000


@pytest.mark.postgres
def test_lost_replies_are_settled_by_late_doubled_and_shuffled_events(server):
    loss = Loss(people=PEOPLE, dropped=DROPPED, shuffle_s=10)
    report = run_loss(loss, database_url=server.copy_of(TEMPLATE, "lost_replies"))
    print(report)  # the figure
    assert (report.lost_before, report.lost_after) == (DROPPED // 2, DROPPED // 2)
    assert (report.resent_wrongly, report.missing, report.listed, report.status) == (0, 0, 0, "completed")
    assert report.settled_sent_again == report.lost_before


@pytest.mark.postgres
def test_without_any_event_everybody_in_doubt_is_listed_and_nobody_is_resent(server):
    loss = Loss(people=PEOPLE, dropped=DROPPED, shuffle_s=10, has_events=False)
    report = run_loss(loss, database_url=server.copy_of(TEMPLATE, "no_events"))
    print(report)
    assert (report.resent_wrongly, report.missing, report.settled_sent_again) == (0, 0, 0)
    assert report.listed == DROPPED
