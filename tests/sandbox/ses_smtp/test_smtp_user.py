"""A provisioned SMTP user with a mail program that knows nothing of Postroom: smtplib against the sandbox's endpoint."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from email.message import EmailMessage

import pytest

from campaigns.sending.events import apply_events
from credentials.encryption.services import opened_keys, unseal
from credentials.smtp_users import validator
from credentials.smtp_users.drift import look_at
from credentials.smtp_users.models import SEALED_FOR, SmtpKey, SmtpViolation, State
from credentials.smtp_users.policy import compile_policy
from credentials.smtp_users.services import (
    SmtpUserDraft,
    delete_smtp_user,
    disable_smtp_user,
    enable_smtp_user,
    finish_rotation,
    rotate_smtp_user,
    save_smtp_user,
)
from portal.aws import iam
from portal.smtp import connecting
from tests.sandbox.ses_smtp.conftest import IamUser

pytestmark = pytest.mark.django_db


@pytest.fixture
def smtp_users(sandbox, endpoint, settings, tmp_path, monkeypatch):
    """The portal's own IAM client and login proof lead to the sandbox."""
    settings.SES_SMTP_HOST, settings.SES_SMTP_PORT = "localhost", endpoint.port
    settings.SMTP_LOGIN_PROOF = True
    settings.DATA_DIR, settings.KMS_KEY_ID = tmp_path, ""
    settings.AWS_REGION = "us-east-1"
    opened_keys.clear()
    iam.forget_clients()
    monkeypatch.setattr(connecting, "_further_authorities", [str(endpoint.certificate)])
    connecting.tls_context.cache_clear()
    yield
    iam.forget_clients()
    connecting.tls_context.cache_clear()
    opened_keys.clear()


@pytest.fixture
def user(smtp_users, hints):
    """Active on IAM of the sandbox, which is shared: what it leaves there opens nothing."""
    draft = SmtpUserDraft(username="printer", allowed_senders=["scan@postroom.example", "*@office.postroom.example"])
    made = save_smtp_user(draft, actor=None)
    hints.run_all()
    made.refresh_from_db()
    assert made.state == State.ACTIVE, made.state_reason
    yield made
    for key in iam.list_keys(made.iam_user_name):
        iam.delete_key(made.iam_user_name, key.key_id)


def login_of(made, role=SmtpKey.Role.CURRENT):
    key = made.keys.get(role=role)
    return IamUser(made.username, key.access_key_id, unseal(key.sealed_password, table=SEALED_FOR, row=key.row))


def send(session, sender):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "anna@club.example", "Scan"
    message.set_content("See below")
    return session.send_message(message)


def refused_code(session, sender):
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(session, sender)
    return refused.value.smtp_code


def can_log_in(connect, login):
    try:
        with connect(login):
            return True
    except smtplib.SMTPAuthenticationError as error:
        return error.smtp_code != 535


def test_a_provisioned_user_sends_as_allowed_and_is_refused_as_another(user, connect, sandbox):
    assert user.current_key.proven_how == "login"
    with connect(login_of(user)) as session:
        send(session, "Scanner <scan@postroom.example>")
        send(session, "anybody@office.postroom.example")
        assert refused_code(session, "boss@postroom.example") == 554
        assert refused_code(session, "anybody@sub.office.postroom.example") == 554
    assert [line["operation"] for line in sandbox.accepted()] == ["SendSmtpEmail"] * 2


def test_a_disabled_user_is_out_and_an_enabled_one_in_again(user, connect, hints):
    login = login_of(user)
    disable_smtp_user(user.pk, actor=None)
    hints.run_all()
    assert not can_log_in(connect, login)
    enable_smtp_user(user.pk, actor=None)
    hints.run_all()
    assert can_log_in(connect, login)


def test_both_passwords_work_during_the_change_and_one_after_it(user, connect, hints):
    old = login_of(user)
    rotate_smtp_user(user.pk, actor=None)
    hints.run_all()
    user.refresh_from_db()
    new = login_of(user)
    assert (user.state, old.key_id == new.key_id) == (State.ROTATING, False)
    assert (can_log_in(connect, old), can_log_in(connect, new)) == (True, True)
    finish_rotation(user.pk, actor=None)
    hints.run_all()
    assert (can_log_in(connect, old), can_log_in(connect, new)) == (False, True)


def test_a_list_that_was_emptied_means_nobody(user, connect, hints):
    save_smtp_user(SmtpUserDraft(username="printer", allowed_senders=[]), actor=None, user_id=user.pk)
    hints.run_all()
    user.refresh_from_db()
    assert look_at(user).inline["postroom-senders"]["Statement"][0]["Effect"] == "Deny"
    with connect(login_of(user)) as session:
        assert refused_code(session, "scan@postroom.example") == 554


def test_a_long_list_is_in_force_as_a_policy_of_its_own(user, connect, hints):
    senders = [f"name-of-{number:03}@marketing.postroom.example" for number in range(80)]
    assert compile_policy(senders).is_managed
    save_smtp_user(SmtpUserDraft(username="printer", allowed_senders=senders), actor=None, user_id=user.pk)
    hints.run_all()
    with connect(login_of(user)) as session:
        send(session, senders[-1])
        assert refused_code(session, "scan@postroom.example") == 554


def test_a_deleted_user_is_out_at_once(user, connect, hints):
    login = login_of(user)
    delete_smtp_user(user.pk, actor=None)
    hints.run_all()
    assert not can_log_in(connect, login)


def test_mail_that_left_past_a_changed_policy_is_a_violation(user, connect, sandbox_client, hints, monkeypatch):
    monkeypatch.setattr(validator, "SPREAD", timedelta(0))
    sqs = sandbox_client("sqs")
    queue_url = sqs.get_queue_url(QueueName="postroom-ses-events")["QueueUrl"]
    sqs.purge_queue(QueueUrl=queue_url)
    wide = compile_policy(["*@*"]).document
    iam.put_inline_policy(user.iam_user_name, "wide", wide)
    with connect(login_of(user)) as session:
        send(session, "Boss <boss@postroom.example>")
    bodies: list[str] = []
    while len(bodies) < 2:
        batch = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=10).get("Messages", [])
        assert batch, "no event came"
        bodies += [message["Body"] for message in batch]
    apply_events(bodies)
    assert [violation.from_address for violation in SmtpViolation.objects.filter(user=user)] == [
        "boss@postroom.example"
    ]
    [day] = user.days.all()
    assert (day.sent_count, day.delivered_count, day.violation_count) == (1, 1, 1)
