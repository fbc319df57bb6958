"""What happens just between two steps: wishes at a bad moment, what leaks into logs and pages, what is told too early."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from credentials.smtp_users import drift, drift_cure, handover, machine, services, steps
from credentials.smtp_users.models import SmtpDrift, SmtpUser, SmtpUserStep, State
from credentials.smtp_users.services import SmtpUserDraft, save_smtp_user
from portal.aws import iam
from portal.errors import Unavailable
from portal.roles import OPERATOR, VIEWER
from tests.factories.smtp_users import make_smtp_key, make_smtp_user

pytestmark = pytest.mark.django_db


def save() -> SmtpUser:
    return save_smtp_user(SmtpUserDraft("office-printer", ["scan@example.org"]), actor=None)


def test_disabling_does_not_wait_for_a_login_that_is_being_waited_for(hints, iam_double):
    iam_double.refused_logins = 5
    user = save()

    def disable(name: str) -> None:
        if name == "ProveLogin":
            iam_double.meanwhile = None
            services.disable_smtp_user(user.pk, actor=None)

    iam_double.meanwhile = disable
    hints.run_all()
    user.refresh_from_db()
    assert user.state == State.DISABLED
    assert not any(iam_double.keys(user.iam_user_name).values())


def test_a_login_enabled_again_gets_its_time_to_be_known_anew(hints, iam_double):
    iam_double.refused_logins = 1
    user = save()
    hints.run_all()
    services.disable_smtp_user(user.pk, actor=None)
    hints.run_all()
    SmtpUser.objects.update(proving_since=timezone.now() - timedelta(hours=1))
    iam_double.refused_logins = 1
    services.enable_smtp_user(user.pk, actor=None)
    hints.run_all()
    user.refresh_from_db()
    assert (user.state != State.FAILED, user.try_count) == (True, 0)


def test_who_is_taken_back_while_it_is_being_forgotten_stays(hints):
    user = make_smtp_user(delete_at=timezone.now() - timedelta(seconds=5), iam_user_name="", iam_user_arn="")
    stale = SmtpUser.objects.get()
    SmtpUser.objects.update(delete_at=None, wish_count=2, lease_token="t")
    machine._forget(SmtpUser.objects.all(), "t", stale)
    user.refresh_from_db()
    assert user.lease_token == ""
    assert [hint.ids["user_id"] for hint in hints.kept] == [user.pk]


def test_a_link_that_still_works_is_not_written_to_the_log(client, monkeypatch, caplog):
    smtp_user = make_smtp_user()
    make_smtp_key(smtp_user)
    made = handover.make_link(smtp_user.pk, hours=24, actor=User.objects.create_user("ann"))

    def unseal(*_args, **_names):
        raise Unavailable("down", service="kms")

    monkeypatch.setattr("credentials.smtp_users.reveal.unseal", unseal)
    with caplog.at_level(logging.DEBUG):
        assert client.post(reverse("smtp_handover", args=[made.token])).status_code == 503
    assert made.token not in caplog.text


@pytest.mark.parametrize(("role", "is_shown"), [(VIEWER, False), (OPERATOR, True)])
def test_the_journal_and_the_differences_cut_logins_short_for_who_may_not_see_them(client, role, is_shown):
    person = User.objects.create_user("ann", is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    smtp_user = make_smtp_user()
    key_id = make_smtp_key(smtp_user).access_key_id
    SmtpUserStep.objects.create(user=smtp_user, username="x", call="DeleteAccessKey", detail=f"deleted: {key_id}")
    assert (key_id in page_of(client, smtp_user)) is is_shown
    SmtpUserStep.objects.all().delete()
    now = timezone.now()
    SmtpDrift.objects.create(user=smtp_user, kind="key_active", iam_user_name="x", subject=key_id, seen_at=now)
    page = page_of(client, smtp_user)
    assert "which is" in page or "can log in, and is not to" in page
    assert (key_id in page) is is_shown


def page_of(client, smtp_user: SmtpUser) -> str:
    return client.get(reverse("admin:credentials_smtpuser_change", args=[smtp_user.pk])).content.decode()


def test_what_a_worker_did_while_iam_was_looked_at_is_no_difference(hints, iam_double, monkeypatch):
    monkeypatch.setattr(drift, "SPREAD", timedelta(0))
    user = save()
    hints.run_all()
    services.rotate_smtp_user(user.pk, actor=None)
    hints.run_all()
    look_at = drift.look_at

    def retire_first(seen: SmtpUser) -> object:
        SmtpUser.objects.update(changeover_until=timezone.now() - timedelta(seconds=2))
        machine.reconcile(seen.pk)
        return look_at(seen)

    monkeypatch.setattr(drift, "look_at", retire_first)
    drift.check_one(user.pk)
    assert not SmtpDrift.objects.exists()


def test_the_look_at_iam_notes_when_each_password_was_last_used(hints, iam_double, monkeypatch):
    monkeypatch.setattr(drift, "SPREAD", timedelta(0))
    user = save()
    hints.run_all()
    used_at = timezone.now() - timedelta(minutes=20)
    monkeypatch.setattr(iam, "key_last_use", lambda _key_id: iam.LastUse(used_at, "ses", "us-east-1"))
    drift.check_one(user.pk)
    assert user.keys.get().last_used_at == used_at


def test_a_key_that_somebody_let_in_again_during_the_time_of_grace_is_shut_out_by_its_cure(
    hints, iam_double, monkeypatch
):
    monkeypatch.setattr(drift, "SPREAD", timedelta(0))
    user = save()
    hints.run_all()
    services.delete_smtp_user(user.pk, actor=None)
    hints.run_all()
    user.refresh_from_db()
    key_id = user.current_key.access_key_id
    iam.set_key_status(user.iam_user_name, key_id, is_active=True)
    drift.check_one(user.pk)
    drift_cure.ask_cure(SmtpDrift.objects.get(kind="key_active").pk, actor=None)
    hints.run_all()
    assert iam_double.keys(user.iam_user_name) == {key_id: False}
    user.refresh_from_db()
    assert (user.state, user.is_leaving) == (State.DELETING, True)


def test_a_user_that_iam_does_not_tell_of_yet_is_not_taken_for_gone(hints, iam_double, monkeypatch):
    user = save()
    hints.run_all()
    services.delete_smtp_user(user.pk, actor=None)
    hints.run_all()
    SmtpUser.objects.update(delete_at=timezone.now() - timedelta(seconds=2))
    with monkeypatch.context() as early:
        early.setattr(steps, "LISTED_AFTER_S", 30.0)
        early.setattr(iam, "get_user", lambda _name: None)
        machine.reconcile(user.pk)
    assert SmtpUser.objects.get().iam_user_name
    SmtpUser.objects.update(retry_at=None)
    machine.reconcile(user.pk)
    assert not SmtpUser.objects.exists()
    assert not iam_double.left_over()
