"""SES's SMTP endpoint of the sandbox, as a mail program meets it: logins, senders, replies, events."""

from __future__ import annotations

import json
import smtplib
from email.message import EmailMessage
from typing import Any, cast

import pytest

from credentials.client_settings.refusals import REFUSALS
from sandbox.ses_smtp import replies
from sandbox.ses_smtp.login import BAD_CREDENTIALS, TEMPORARY_FAILURE
from tests.sandbox.ses_smtp.conftest import policy_for


def mail_from(sender, subject="Hello"):
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "anna@club.example"
    message["Subject"] = subject
    message.set_content("Good day")
    return message


def refusal_of(session, message, **envelope):
    with pytest.raises(smtplib.SMTPDataError) as refused:
        session.send_message(message, **envelope)
    return refused.value.smtp_code, cast("bytes", refused.value.smtp_error).decode()


@pytest.mark.parametrize("is_tls", [False, True], ids=["starttls", "tls"])
@pytest.mark.parametrize("mechanism", ["auth_plain", "auth_login"])
def test_a_user_logs_in_and_sends_as_allowed(connect, make_user, sandbox, is_tls, mechanism):
    user = make_user("*@postroom.example")
    with connect(is_tls=is_tls) as session:
        session.ehlo()
        session.user, session.password = user.key_id, user.password
        session.auth(mechanism.removeprefix("auth_").upper(), getattr(session, mechanism))
        assert session.send_message(mail_from("Office <office@postroom.example>")) == {}
    [line] = sandbox.accepted()
    assert (line["address"], line["operation"]) == ("anna@club.example", "SendSmtpEmail")


def test_another_sender_is_refused_in_ses_words(connect, make_user, sandbox):
    user = make_user("office@postroom.example")
    with connect(user) as session:
        code, text = refusal_of(session, mail_from("boss@postroom.example"))
        assert code == 554
        assert text.startswith(f"Access denied: User `arn:aws:iam::123456789012:user/postroom/{user.name}' is not auth")
        assert text.endswith(
            "`ses:SendRawEmail' on resource `arn:aws:ses:us-east-1:123456789012:identity/postroom.example'"
        )
        assert refusal_of(session, mail_from("Office@postroom.example"))[0] == 554  # case counts
        both = mail_from("office@postroom.example, boss@postroom.example")
        assert refusal_of(session, both)[0] == 554
        session.send_message(mail_from("office@postroom.example"))  # and the session lives on
    assert len(sandbox.accepted()) == 1


def test_a_policy_that_denies_wins_wherever_it_is(connect, make_user, iam):
    user = make_user("*@postroom.example")
    denying = json.loads(policy_for("boss@postroom.example"))
    denying["Statement"][0]["Effect"] = "Deny"
    arn = iam.create_policy(PolicyName=f"no-{user.name}", PolicyDocument=json.dumps(denying))["Policy"]["Arn"]
    iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    with connect(user) as session:
        session.send_message(mail_from("office@postroom.example"))
        assert refusal_of(session, mail_from("boss@postroom.example"))[0] == 554


def test_wrong_and_inactive_keys_do_not_log_in(connect, make_user, iam):
    user = make_user("*@postroom.example")
    with connect() as session, pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        session.login(user.key_id, "wrong")
    assert (refused.value.smtp_code, refused.value.smtp_error) == (535, b"Authentication Credentials Invalid")
    iam.update_access_key(UserName=user.name, AccessKeyId=user.key_id, Status="Inactive")
    with pytest.raises(smtplib.SMTPAuthenticationError), connect(user):
        pass
    iam.update_access_key(UserName=user.name, AccessKeyId=user.key_id, Status="Active")
    with connect(user) as session:
        assert session.noop()[0] == 250


def test_nobody_sends_before_encryption_and_login(connect, endpoint):
    with smtplib.SMTP("localhost", endpoint.port, timeout=10) as session:
        session.ehlo()
        assert "auth" not in session.esmtp_features
        assert session.mail("office@postroom.example")[0] == 530
    with connect() as session:
        session.ehlo()
        assert session.mail("office@postroom.example") == (530, b"Authentication required")


def test_what_ses_itself_refuses_has_its_codes(connect, make_user, sandbox):
    user = make_user("*")
    with connect(user) as session:
        code, text = refusal_of(session, mail_from("office@elsewhere.example"))
        assert (code, text.partition(":")[0]) == (554, "Message rejected")
        assert refusal_of(session, EmailMessage(), from_addr="a@postroom.example", to_addrs="b@club.example")[0] == 554
        sandbox.add_fault(kind="throttle", operations=["SendSmtpEmail"], count=1)
        assert refusal_of(session, mail_from("a@postroom.example")) == (
            454,
            "Throttling failure: Maximum sending rate exceeded.",
        )
        sandbox.add_fault(kind="error_500", operations=["SendSmtpEmail"], count=1)
        assert refusal_of(session, mail_from("a@postroom.example"))[0] == 451
    sandbox.add_fault(kind="error_500", operations=["SmtpLogin"])
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused, connect(user):
        pass
    assert (refused.value.smtp_code, refused.value.smtp_error) == (454, b"Temporary authentication failure")


def test_a_mailbox_that_is_not_there_is_refused_on_demand_and_a_mail_that_is_too_long_always(
    connect, make_user, sandbox
):
    user = make_user("*")
    sandbox.add_fault(kind="recipient_refused", operations=["SendSmtpEmail"], match="^nobody@")
    with connect(user) as session:
        assert refusal_of(session, mail_from("a@postroom.example"), to_addrs="nobody@club.example") == (
            550,
            "5.1.1 Requested action not taken: mailbox unavailable",
        )
        session.send_message(mail_from("a@postroom.example"))
        assert session.mail("a@postroom.example", [f"size={41 * 1024**2}"]) == (552, b"5.3.4 Message is too long.")
    assert [line["address"] for line in sandbox.accepted()] == ["anna@club.example"]


def test_every_refusal_of_the_endpoint_is_explained_to_the_people_who_see_it():
    said = [BAD_CREDENTIALS, TEMPORARY_FAILURE, replies.access_denied("arn", "arn")]
    said += [text for name, text in vars(replies).items() if name.isupper() and isinstance(text, str)]
    said += [replies.refusal(code, "") for code in ("MessageRejected", "RecipientRefused", "TooManyRequestsException")]
    assert {text[:3] for text in said} == {refusal.code for refusal in REFUSALS}


def test_events_name_the_user_and_every_sender(connect, make_user, sandbox_client):
    user = make_user("*@postroom.example")
    sqs = sandbox_client("sqs")
    queue_url = sqs.get_queue_url(QueueName="postroom-ses-events")["QueueUrl"]
    sqs.purge_queue(QueueUrl=queue_url)
    with connect(user) as session:
        session.send_message(
            mail_from("Office <office@postroom.example>, b@postroom.example", "Seen"),
            from_addr="bounces@postroom.example",
        )
    events = wait_for_events(sqs, queue_url, 2)
    assert sorted(event["eventType"] for event in events) == ["Delivery", "Send"]
    mail = events[0]["mail"]
    assert mail["tags"]["ses:caller-identity"] == [user.name]
    assert mail["tags"]["ses:operation"] == ["SendSmtpEmail"]
    assert mail["tags"]["ses:configuration-set"] == ["postroom"]  # that of the identity
    assert mail["commonHeaders"]["from"] == ["Office <office@postroom.example>", "b@postroom.example"]
    assert mail["source"] == "bounces@postroom.example"


def wait_for_events(sqs, queue_url, count):
    events: list[dict[str, Any]] = []
    while len(events) < count:
        batch = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=10).get("Messages", [])
        assert batch, "no event came"
        events += [json.loads(message["Body"]) for message in batch]
    return [event for event in events if event["mail"]["commonHeaders"]["subject"] == "Seen"]
