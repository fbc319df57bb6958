"""What outlives the double: its log, what counts against the quota, its mail."""

from __future__ import annotations

from sandbox.testing import run_double
from tests.factories.ses_calls import simple_send
from tests.sandbox.clients import client

VERIFIED = ("--mailbox-kept", "10", "--verified", "postroom.example")


def test_log_and_quota_survive_a_restart(tmp_path):
    with run_double(*VERIFIED, data_dir=tmp_path) as double, client("sesv2", double.url) as ses:
        ses.send_email(**simple_send("first@example.org"))
    with run_double(*VERIFIED, data_dir=tmp_path) as double, client("sesv2", double.url) as ses:
        ses.send_email(**simple_send("second@example.org"))
        assert ses.get_account()["SendQuota"]["SentLast24Hours"] == 2
    assert [line["address"] for line in double.accepted()] == ["first@example.org", "second@example.org"]


def test_the_log_can_be_read_from_where_one_stopped(ses, double):
    ses.send_email(**simple_send("first@example.org"))
    ses.send_email(**simple_send("second@example.org"))
    assert [line["address"] for line in double.accepted(after=1)] == ["second@example.org"]
