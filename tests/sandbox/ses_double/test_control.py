"""The control API itself."""

from __future__ import annotations

import urllib.request
from urllib.error import HTTPError

import pytest

from tests.factories.ses_calls import simple_send


def test_a_wrong_request_is_told_why(double):
    with pytest.raises(ValueError, match="speed"):
        double.set_quota(speed=5)
    with pytest.raises(ValueError, match="not a JSON object"):
        double.ask("POST", "clock", "not an object")


def test_an_unknown_request_is_said(double):
    with pytest.raises(ValueError, match="No GET /_sandbox/nonsense"):
        double.ask("GET", "nonsense")


def test_the_summary_adds_up(ses, double):
    ses.send_email(**simple_send())
    double.set_quota(max_send_rate=0.001)
    ses.send_email(**simple_send())
    with pytest.raises(ses.exceptions.TooManyRequestsException):
        ses.send_email(**simple_send())
    summary = double.ask("GET", "summary")
    assert (summary["accepted_count"], summary["throttled_count"]) == (2, 1)
    assert summary["calls_by_outcome"] == {"ok": 2, "TooManyRequestsException": 1}


def test_a_reset_forgets_everything_but_identities(ses, double):
    double.add_fault(kind="throttle")
    double.set_quota(max_send_rate=1, sending_enabled=False)
    double.reset()
    ses.send_email(**simple_send())
    assert (len(double.accepted()), double.faults()) == (1, [])


@pytest.mark.parametrize("path", ["/_sandbox/health", "/mailbox/"])
def test_a_page_of_another_host_cannot_reach_it(double, path):
    request = urllib.request.Request(double.url + path, headers={"Host": "attacker.example"})
    with pytest.raises(HTTPError) as refusal:
        urllib.request.urlopen(request)
    with refusal.value as reply:
        assert reply.status == 403
