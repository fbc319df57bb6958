from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.ses_calls import simple_send


def listed(ses, **filters) -> list[str]:
    return [
        entry["EmailAddress"] for entry in ses.list_suppressed_destinations(**filters)["SuppressedDestinationSummaries"]
    ]


def test_list_comes_in_pages(ses):
    for number in range(5):
        ses.put_suppressed_destination(EmailAddress=f"p{number}@example.org", Reason="BOUNCE")
    found, token = [], None
    while True:
        answer = ses.list_suppressed_destinations(PageSize=2, **({"NextToken": token} if token else {}))
        found += [entry["EmailAddress"] for entry in answer["SuppressedDestinationSummaries"]]
        if (token := answer.get("NextToken")) is None:
            break
    assert sorted(found) == [f"p{number}@example.org" for number in range(5)]


def test_list_is_filtered_by_reason_and_time(ses, double):
    ses.put_suppressed_destination(EmailAddress="old@example.org", Reason="BOUNCE")
    double.advance_clock(3600)
    ses.put_suppressed_destination(EmailAddress="new@example.org", Reason="COMPLAINT")
    between = datetime.now(UTC) + timedelta(minutes=30)
    assert listed(ses, Reasons=["COMPLAINT"]) == ["new@example.org"]
    assert listed(ses, Reasons=["COMPLAINT", "BOUNCE"]) == ["old@example.org", "new@example.org"]
    assert listed(ses, StartDate=between) == ["new@example.org"]
    assert listed(ses, EndDate=between) == ["old@example.org"]


@pytest.mark.parametrize("wrong", [{"NextToken": "nonsense"}, {"PageSize": 5000}])
def test_pages_that_make_no_sense_are_refused(ses, wrong):
    with pytest.raises(ses.exceptions.BadRequestException):
        ses.list_suppressed_destinations(**wrong)


def test_account_in_the_sandbox_of_ses_puts_nobody_on_the_list(ses, double):
    ses.put_suppressed_destination(EmailAddress="anna@example.org", Reason="BOUNCE")
    double.set_quota(production_access=False)
    with pytest.raises(ses.exceptions.BadRequestException, match="in the sandbox"):
        ses.put_suppressed_destination(EmailAddress="ben@example.org", Reason="BOUNCE")
    ses.delete_suppressed_destination(EmailAddress="anna@example.org")
    assert listed(ses) == []


def test_mail_is_held_back_only_for_the_reasons_of_the_account(ses, double):
    ses.put_suppressed_destination(EmailAddress="anna@example.org", Reason="BOUNCE")
    ses.put_account_suppression_attributes(SuppressedReasons=["COMPLAINT"])
    assert ses.get_account()["SuppressionAttributes"]["SuppressedReasons"] == ["COMPLAINT"]
    ses.send_email(**simple_send("anna@example.org"))
    assert double.accepted()[0]["outcome"] == "delivered"


def test_mail_to_a_listed_address_is_taken_and_bounces_as_listed(ses, double):
    ses.put_suppressed_destination(EmailAddress="anna@example.org", Reason="BOUNCE")
    assert ses.send_email(**simple_send("anna@example.org"))["MessageId"]
    assert double.accepted()[0]["outcome"] == "account_suppressed"
