"""SendEmail as boto3 sees it."""

from __future__ import annotations

import urllib.request
from urllib.error import HTTPError

import pytest

from tests.factories.ses_calls import SENDER, simple_send


def test_an_accepted_mail_is_logged_with_our_tags(ses, double):
    reply = ses.send_email(**simple_send("Anna <anna@example.org>", tags={"postroom_delivery": "7"}))
    [line] = double.accepted()
    assert line["ses_message_id"] == reply["MessageId"]
    assert (line["address"], line["delivery"], line["subject"]) == ("anna@example.org", "7", "Hello")


def test_every_recipient_of_a_mail_is_a_line_of_the_log(ses, double):
    destination = {
        "ToAddresses": ["a@example.org"],
        "CcAddresses": ["b@example.org"],
        "BccAddresses": ["c@example.org"],
    }
    ses.send_email(**{**simple_send(), "Destination": destination})
    assert [line["address"] for line in double.accepted()] == ["a@example.org", "b@example.org", "c@example.org"]


def test_a_sender_that_is_not_verified_is_rejected(ses, double):
    with pytest.raises(ses.exceptions.MessageRejected, match=r"US-EAST-1: me@elsewhere\.example"):
        ses.send_email(**simple_send(sender="Me <me@elsewhere.example>"))
    assert double.accepted() == []


def test_a_subdomain_of_a_verified_domain_may_send(ses):
    assert ses.send_email(**simple_send(sender="me@news.postroom.example"))["MessageId"]


def test_a_raw_message_goes_to_the_recipients_of_its_headers(ses, double):
    raw = (
        b"From: news@postroom.example\r\nTo: Anna <anna@example.org>\r\nSubject: =?utf-8?b?R3LDvMOfZQ==?=\r\n\r\nHi\r\n"
    )
    ses.send_email(Content={"Raw": {"Data": raw}})
    [line] = double.accepted()
    assert (line["address"], line["subject"]) == ("anna@example.org", "Grüße")


def test_an_inline_template_is_filled_without_escaping_and_only_once(ses, double):
    template = {"TemplateContent": {"Subject": "Hi {{name}}", "Text": "t"}, "TemplateData": '{"name": "<{{x}}>"}'}
    ses.send_email(**{**simple_send(), "Content": {"Template": template}})
    assert double.accepted()[0]["subject"] == "Hi <{{x}}>"


def test_a_configuration_set_must_exist(ses):
    with pytest.raises(ses.exceptions.NotFoundException, match="Configuration set <missing>"):
        ses.send_email(**simple_send(ConfigurationSetName="missing"))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("anna", "Missing final '@domain'"),
        ("anna smith@example.org", "control or whitespace"),
        ("a@example.org,b@example.org", "control or whitespace"),
        ("anna@exämple.org", "control or whitespace"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused(ses, address, reason):
    with pytest.raises(ses.exceptions.BadRequestException, match=reason):
        ses.send_email(**simple_send(address))


def test_more_than_fifty_recipients_are_refused(ses):
    destination = {"ToAddresses": [f"p{number}@example.org" for number in range(51)]}
    with pytest.raises(ses.exceptions.BadRequestException, match="Recipient count exceeds 50"):
        ses.send_email(**{**simple_send(), "Destination": destination})


def test_a_header_with_a_line_break_is_refused(ses):
    content = simple_send()["Content"]
    content["Simple"]["Headers"] = [{"Name": "X-Note", "Value": "a\r\nBcc: b@example.org"}]
    with pytest.raises(ses.exceptions.BadRequestException, match="Invalid header"):
        ses.send_email(**{**simple_send(), "Content": content})


def test_in_amazons_sandbox_recipients_must_be_verified_too(ses, double):
    double.set_quota(production_access=False)
    with pytest.raises(ses.exceptions.MessageRejected):
        ses.send_email(**simple_send("anna@example.org"))
    ses.send_email(**simple_send("success@simulator.amazonses.com"))
    ses.send_email(**simple_send(SENDER))


def test_a_paused_account_sends_nothing(ses, double):
    ses.put_account_sending_attributes(SendingEnabled=False)
    with pytest.raises(ses.exceptions.SendingPausedException):
        ses.send_email(**simple_send())
    assert double.accepted() == []


def test_a_call_without_a_signature_is_refused(double):
    request = urllib.request.Request(f"{double.url}/v2/email/account")
    with pytest.raises(HTTPError) as refusal:
        urllib.request.urlopen(request)
    with refusal.value as reply:
        assert (reply.status, reply.headers["x-amzn-ErrorType"]) == (403, "MissingAuthenticationTokenException")
