"""The calls about the account, identities, configuration sets and suppressed addresses."""

from __future__ import annotations

import pytest

from tests.factories.ses_calls import simple_send

TOPIC = "arn:aws:sns:us-east-1:123456789012:events"


@pytest.fixture
def configuration_set(ses):
    ses.create_configuration_set(ConfigurationSetName="letters")
    yield "letters"
    ses.delete_configuration_set(ConfigurationSetName="letters")


def destination(*types):
    return {"Enabled": True, "MatchingEventTypes": list(types), "SnsDestination": {"TopicArn": TOPIC}}


def test_the_account_tells_its_quota_and_what_was_sent(ses, double):
    double.set_quota(max_send_rate=50, max_24_hour_send=1_000)
    ses.send_email(**simple_send())
    account = ses.get_account()
    assert account["SendQuota"] == {"Max24HourSend": 1_000, "MaxSendRate": 50, "SentLast24Hours": 1}
    assert account["SendingEnabled"]
    assert account["EnforcementStatus"] == "HEALTHY"


def test_sent_mail_leaves_the_quota_after_24_hours(ses, double):
    ses.send_email(**simple_send())
    double.advance_clock(24 * 3600)
    assert ses.get_account()["SendQuota"]["SentLast24Hours"] == 0


def test_a_domain_is_verified_at_once_an_address_when_told(ses, double):
    ses.create_email_identity(EmailIdentity="me@elsewhere.example")
    assert not ses.get_email_identity(EmailIdentity="me@elsewhere.example")["VerifiedForSendingStatus"]
    double.verify("me@elsewhere.example")
    listed = {each["IdentityName"]: each["SendingEnabled"] for each in ses.list_email_identities()["EmailIdentities"]}
    assert listed == {"postroom.example": True, "me@elsewhere.example": True}
    ses.delete_email_identity(EmailIdentity="me@elsewhere.example")
    with pytest.raises(ses.exceptions.NotFoundException):
        ses.get_email_identity(EmailIdentity="me@elsewhere.example")


def test_an_identity_is_made_once(ses):
    with pytest.raises(ses.exceptions.AlreadyExistsException):
        ses.create_email_identity(EmailIdentity="Postroom.example")


def test_a_configuration_set_keeps_its_event_destinations(ses, configuration_set):
    ses.create_configuration_set_event_destination(
        ConfigurationSetName=configuration_set,
        EventDestinationName="events",
        EventDestination=destination("SEND", "BOUNCE"),
    )
    ses.update_configuration_set_event_destination(
        ConfigurationSetName=configuration_set, EventDestinationName="events", EventDestination=destination("SEND")
    )
    [kept] = ses.get_configuration_set_event_destinations(ConfigurationSetName=configuration_set)["EventDestinations"]
    assert (kept["Name"], kept["MatchingEventTypes"]) == ("events", ["SEND"])
    ses.delete_configuration_set_event_destination(
        ConfigurationSetName=configuration_set, EventDestinationName="events"
    )
    assert ses.get_configuration_set(ConfigurationSetName=configuration_set)["SendingOptions"]["SendingEnabled"]
    assert configuration_set in ses.list_configuration_sets()["ConfigurationSets"]


def test_an_unknown_event_type_is_refused(ses, configuration_set):
    call = {"ConfigurationSetName": configuration_set, "EventDestinationName": "events"}
    with pytest.raises(ses.exceptions.BadRequestException, match="Unknown event types: NONSENSE"):
        ses.create_configuration_set_event_destination(**call, EventDestination=destination("NONSENSE"))


def test_a_suppressed_address_bounces(ses, double):
    ses.put_suppressed_destination(EmailAddress="Anna@example.org", Reason="BOUNCE")
    ses.send_email(**simple_send("anna@example.org"))
    assert double.accepted()[0]["outcome"] == "account_suppressed"
    [kept] = ses.list_suppressed_destinations()["SuppressedDestinationSummaries"]
    assert (kept["EmailAddress"], kept["Reason"]) == ("anna@example.org", "BOUNCE")


def test_an_address_leaves_the_suppression_list(ses):
    ses.put_suppressed_destination(EmailAddress="anna@example.org", Reason="COMPLAINT")
    found = ses.get_suppressed_destination(EmailAddress="anna@example.org")["SuppressedDestination"]
    assert found["Reason"] == "COMPLAINT"
    ses.delete_suppressed_destination(EmailAddress="anna@example.org")
    with pytest.raises(ses.exceptions.NotFoundException):
        ses.get_suppressed_destination(EmailAddress="anna@example.org")
