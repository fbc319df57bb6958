"""Faults on demand: what the caller sees, and what was taken all the same."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.factories.ses_calls import bulk_entry, bulk_send, simple_send, statuses
from tests.sandbox.clients import client


@pytest.mark.parametrize(
    ("kind", "error", "accepted_count"),
    [
        ("drop_reply", ConnectionClosedError, 1),
        ("drop_request", ConnectionClosedError, 0),
        ("error_500", ClientError, 0),
        ("throttle", ClientError, 0),
        ("paused", ClientError, 0),
        ("suspended", ClientError, 0),
    ],
)
def test_a_fault_strikes_once_and_the_next_call_goes_well(ses, double, kind, error, accepted_count):
    double.add_fault(kind=kind, count=1)
    with pytest.raises(error):
        ses.send_email(**simple_send("first@example.org"))
    assert len(double.accepted()) == accepted_count
    ses.send_email(**simple_send("second@example.org"))
    assert double.accepted()[-1]["address"] == "second@example.org"
    assert len(double.calls("SendEmail")) == 2


def test_a_truncated_reply_names_no_message(ses, double):
    double.add_fault(kind="truncated_json", count=1)
    assert "MessageId" not in ses.send_email(**simple_send())  # boto3 hides that the JSON was cut
    assert len(double.accepted()) == 1


def test_an_error_500_may_have_been_accepted(ses, double):
    double.add_fault(kind="error_500", accepted=True, count=1)
    with pytest.raises(ClientError, match="Internal failure"):
        ses.send_email(**simple_send())
    assert len(double.accepted()) == 1


def test_a_stalled_reply_comes_too_late(double):
    double.add_fault(kind="stall", stall_s=30, count=1)
    with client("sesv2", double.url, read_timeout_s=0.3) as impatient, pytest.raises(ReadTimeoutError):
        impatient.send_email(**simple_send())
    assert len(double.accepted()) == 1


def test_a_fault_for_some_addresses_leaves_the_others_alone(ses, double):
    double.add_fault(kind="throttle", match=r"@slow\.example$")
    ses.send_email(**simple_send("anna@example.org"))
    with pytest.raises(ses.exceptions.TooManyRequestsException):
        ses.send_email(**simple_send("anna@slow.example"))


def test_an_entry_of_a_bulk_call_can_be_refused_alone(ses, double):
    double.add_fault(kind="entry_status", status="TRANSIENT_FAILURE", match="^b@")
    reply = ses.send_bulk_email(**bulk_send([bulk_entry("a@example.org"), bulk_entry("b@example.org")]))
    assert statuses(reply) == ["SUCCESS", "TRANSIENT_FAILURE"]
    assert [line["address"] for line in double.accepted()] == ["a@example.org"]


def test_calls_can_be_let_through_before_a_fault(ses, double):
    double.add_fault(kind="throttle", skip=2, count=1)
    outcomes = []
    for number in range(4):
        try:
            ses.send_email(**simple_send(f"p{number}@example.org"))
            outcomes.append("ok")
        except ses.exceptions.TooManyRequestsException:
            outcomes.append("throttled")
    assert outcomes == ["ok", "ok", "throttled", "ok"]
    assert double.faults()[0]["hits"] == 1


def test_a_probability_with_a_seed_strikes_the_same_calls_again(ses, double):
    def struck():
        double.clear_faults()
        double.add_fault(kind="throttle", probability=0.5, seed=7)
        return [is_throttled(ses) for _ in range(20)]

    first = struck()
    assert 0 < sum(first) < 20
    assert struck() == first


def is_throttled(ses):
    try:
        ses.send_email(**simple_send())
    except ses.exceptions.TooManyRequestsException:
        return True
    return False


def test_asking_for_an_unknown_fault_names_the_known_ones(double):
    with pytest.raises(ValueError, match="Unknown fault 'explode'; known: drop_reply"):
        double.add_fault(kind="explode")


def test_the_calls_tell_what_struck(ses, double):
    double.add_fault(kind="drop_reply", count=1)
    with pytest.raises(ConnectionClosedError):
        ses.send_email(**simple_send())
    [call] = double.calls("SendEmail")
    assert (call["outcome"], call["accepted_count"]) == ("fault:drop_reply", 1)
    assert 0 < call["started_at_s"] <= call["ended_at_s"]
