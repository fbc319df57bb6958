from __future__ import annotations

import os

import pytest

from tests.crash.cancels import run_cancels
from tests.crash.scene import TEMPLATE


@pytest.mark.postgres
def test_no_call_begins_once_a_cancel_has_committed(server):
    moments = int(os.environ.get("CANCEL_MOMENTS", "12"))
    report = run_cancels(moments=moments, database_url=server.copy_of(TEMPLATE, "cancels"))
    print(report)  # the figure
    assert report.is_good
    assert report.in_midst
