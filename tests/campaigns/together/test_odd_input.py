from __future__ import annotations

import pytest

from campaigns.scheduling.forms import ScheduleForm


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59", "1800-01-01T00:00"])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_time_that_no_calendar_reaches_is_refused_in_words(at, zone):
    form = ScheduleForm({"at": at, "zone": zone, "clock": "recipients", "past": "send"})
    assert not form.is_valid()
    assert "at" in form.errors
