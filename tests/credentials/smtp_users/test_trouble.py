"""What people are told when AWS, KMS or the endpoint fail, and what is tried again when."""

from __future__ import annotations

import pytest
from django.utils import timezone

from credentials.encryption import services as encryption
from credentials.smtp_users import proof, services
from credentials.smtp_users.failing import GIVE_UP_AFTER, retry_delay_s
from credentials.smtp_users.machine import reconcile
from credentials.smtp_users.models import SmtpUser, State
from credentials.smtp_users.services import SmtpUserDraft, save_smtp_user
from credentials.smtp_users.sweep import sweep_smtp_users
from credentials.smtp_users.trouble import EndpointAway, LoginRefused
from portal.alerts.models import Alert
from portal.aws import iam
from portal.errors import Refused, Throttled, Unavailable
from portal.failures.sources import SOURCES, RowState
from portal.mail.smtp_security import Security
from tests.crash.smtp_deeds import let_time_pass, work_on, work_once
from tests.smtp_server import Script, ScriptedServer

pytestmark = pytest.mark.django_db


def save(username: str = "office-printer") -> SmtpUser:
    return save_smtp_user(SmtpUserDraft(username, ["scan@example.org"]), actor=None)


def test_a_failure_is_told_in_words_and_tried_again_ever_later(hints, iam_double, monkeypatch):
    denied = Refused("User: worker is not authorized to perform: iam:CreateUser", service="iam", code="AccessDenied")
    monkeypatch.setattr(iam, "create_user", raising(denied))
    user = save()
    hints.run_all()
    user.refresh_from_db()
    assert (user.state, user.try_count) == (State.FAILED, 1)
    assert user.state_reason.startswith("AWS does not let Postroom do this: User: worker is not authorized")
    assert 3 <= (user.next_try_at - timezone.now()).total_seconds() <= 6
    delays = [retry_delay_s(count) for count in range(1, 12)]
    assert delays[0] < 6 < delays[1] < 17 < delays[2]
    assert max(delays) < 4_000


def test_being_asked_to_be_slower_is_no_failure(hints, iam_double, monkeypatch):
    monkeypatch.setattr(iam, "create_user", raising(Throttled("Rate exceeded", service="iam", code="Throttling")))
    user = save()
    hints.run_all()
    user.refresh_from_db()
    assert (user.state, user.try_count) == (State.PENDING, 0)
    assert user.next_try_at is not None
    assert not Alert.objects.exists()


def test_what_was_given_up_stands_among_the_failures_and_is_tried_again_from_there(hints, iam_double):
    iam_double.is_endpoint_away = True
    user = save()
    work_on(work_once)
    user.refresh_from_db()
    source = SOURCES["smtp_users"]
    (cause,) = source.causes()
    assert (user.state, user.try_count, cause.count) == (State.FAILED, GIVE_UP_AFTER, 1)
    assert "SMTP_LOGIN_PROOF=no" in cause.text
    assert not iam_double.left_over()
    assert source.retry.ids_after(cause.key, 0, 10) == [user.pk]

    iam_double.is_endpoint_away = False
    source.retry.try_again(user.pk, None)
    assert source.retry.state_of(user.pk) is RowState.WORKING
    hints.run_all()
    user.refresh_from_db()
    assert (user.state, user.state_reason, source.retry.state_of(user.pk)) == (State.ACTIVE, "", RowState.DONE)
    assert not Alert.objects.filter(cleared_at=None).exists()


def test_nothing_is_made_on_aws_while_kms_does_not_answer(hints, iam_double, monkeypatch):
    away = Unavailable("KMS is away", service="kms")
    monkeypatch.setattr(encryption, "_new_data_key", raising(away))
    user = save()
    work_on(work_once)
    user.refresh_from_db()
    assert user.state == State.FAILED
    assert "KMS" in user.state_reason
    assert iam_double.calls == []


def test_a_login_that_cannot_be_stopped_is_told_at_once(hints, iam_double, monkeypatch):
    user = save()
    hints.run_all()
    monkeypatch.setattr(iam, "set_key_status", raising(Unavailable("down", service="iam")))
    services.disable_smtp_user(user.pk, actor=None)
    hints.run_all()
    user.refresh_from_db()
    assert (user.state, user.is_usable) == (State.ACTIVE, False)
    assert Alert.objects.get(cleared_at=None).text.startswith("SMTP user office-printer: AWS IAM did not answer")


def test_two_workers_never_have_one_user_at_once(hints, iam_double):
    user = save()
    iam_double.meanwhile = lambda _name: reconcile(user.pk)
    hints.run_all()
    user.refresh_from_db()
    assert user.state == State.ACTIVE
    assert iam_double.left_over() == {"users": 1, "keys": 1}


def test_a_wish_made_while_a_worker_is_at_it_is_not_lost(hints, iam_double):
    user = save()

    def disable(name: str) -> None:
        if name == "ProveLogin":
            services.disable_smtp_user(user.pk, actor=None)

    iam_double.meanwhile = disable
    hints.run_all()
    let_time_pass()
    sweep_smtp_users()
    hints.run_all()
    user.refresh_from_db()
    assert (user.state, user.is_settled) == (State.DISABLED, True)
    assert not any(iam_double.keys(user.iam_user_name).values())


def test_a_login_is_proven_at_the_endpoint_itself(settings):
    settings.SES_SMTP_HOST, settings.SES_SMTP_SECURITY = "127.0.0.1", Security.PLAIN.value
    with ScriptedServer(Script(logins={"AKIAEXAMPLE": "right"}, login_methods="PLAIN LOGIN")) as server:
        settings.SES_SMTP_PORT = server.port
        proof.prove_login("AKIAEXAMPLE", "right", region="us-east-1")
        server.script = Script(logins={"AKIAEXAMPLE": "right"}, login_reply="535 Authentication Credentials Invalid")
        with pytest.raises(LoginRefused) as refused:
            proof.prove_login("AKIAEXAMPLE", "canary-wrong", region="us-east-1")
        assert "canary-wrong" not in str(refused.value)
        assert server.accepted == []
    with pytest.raises(EndpointAway, match="does not answer at port"):
        proof.prove_login("AKIAEXAMPLE", "right", region="us-east-1")


def raising(error: Exception):
    def call(*_args, **_told):
        raise error

    return call
