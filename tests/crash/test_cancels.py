from __future__ import annotations

import os

import pytest

from tests.crash.cancels import run_cancels


@pytest.mark.postgres
def test_no_call_begins_once_a_cancel_has_committed():
    report = run_cancels(moments=int(os.environ.get("CANCEL_MOMENTS", "20")))
    print(report)  # the figure
    assert report.is_good
    assert report.in_midst
