"""The life of an SMTP user on IAM when all goes well."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from credentials.encryption.services import unseal
from credentials.smtp_users import services
from credentials.smtp_users.adopting import OldLogin, adopt_smtp_user
from credentials.smtp_users.models import SEALED_FOR, SmtpKey, SmtpUser, SmtpUserStep, State
from credentials.smtp_users.names import OWNER_TAG, POLICY_NAME
from credentials.smtp_users.password import smtp_password
from credentials.smtp_users.services import SmtpUserDraft, save_smtp_user
from credentials.smtp_users.sweep import sweep_smtp_users
from portal.accounts.mail_words import words_of
from portal.accounts.models import AccountMail
from portal.alerts.models import Alert
from portal.aws import iam
from portal.errors import Conflict, InvalidInput
from portal.models import Activity
from tests.crash.smtp_deeds import let_time_pass

pytestmark = pytest.mark.django_db


def draft(**told) -> SmtpUserDraft:
    return SmtpUserDraft(**{"username": "office-printer", "allowed_senders": ["scan@example.org"], **told})


def make_user(hints, **told) -> SmtpUser:
    user = save_smtp_user(draft(**told), actor=None)
    assert user.state == State.PENDING
    return after(hints, user)


def after(hints, user: SmtpUser) -> SmtpUser:
    hints.run_all()
    user.refresh_from_db()
    return user


def password_of(key: SmtpKey) -> str:
    return unseal(key.sealed_password, table=SEALED_FOR, row=key.row)


def logs_in(iam_double, key: SmtpKey) -> bool:
    return iam_double.can_log_in(key.access_key_id, password_of(key))


def sweep_later(hints, user: SmtpUser, **times: timedelta) -> SmtpUser:
    SmtpUser.objects.update(**{name: timezone.now() - span for name, span in times.items()})
    sweep_smtp_users()
    return after(hints, user)


def test_a_saved_user_becomes_active_with_a_login_that_works(hints, iam_double):
    user = make_user(hints)
    assert (user.state, user.is_settled, user.state_reason) == (State.ACTIVE, True, "")
    assert logs_in(iam_double, user.current_key)
    assert user.current_key.proven_how == "login"
    found = iam.get_user(user.iam_user_name)
    assert (found.path, found.tags[OWNER_TAG]) == ("/postroom/smtp-users/", str(user.owner_tag))
    assert user.iam_user_name.startswith("ses-smtp-user-office-printer-")
    assert list(iam_double.inline_policies(user.iam_user_name)) == [POLICY_NAME]
    calls = list(SmtpUserStep.objects.order_by("pk").values_list("call", "outcome"))
    assert calls == [(call, "done") for call in ("CreateUser", "PutUserPolicy", "CreateAccessKey", "ProveLogin")]


def test_a_fresh_key_is_waited_for_without_calling_that_a_failure(hints, iam_double):
    iam_double.refused_logins = 2
    user = make_user(hints)
    assert (user.state, user.try_count, user.current_key) == (State.PENDING, 0, None)
    let_time_pass()
    sweep_smtp_users()
    user = after(hints, user)
    let_time_pass()
    sweep_smtp_users()
    assert after(hints, user).state == State.ACTIVE


def test_without_the_proof_a_user_is_active_untried_and_says_so(hints, iam_double, settings):
    settings.SMTP_LOGIN_PROOF = False
    iam_double.is_endpoint_away = True
    user = make_user(hints)
    assert (user.state, user.current_key.proven_how) == (State.ACTIVE, "skipped")


def test_a_new_password_works_beside_the_earlier_one_until_its_time_is_over(hints, iam_double):
    user = make_user(hints)
    earlier = user.current_key
    user = after(hints, services.rotate_smtp_user(user.pk, actor=None))
    assert user.state == State.ROTATING
    assert user.current_key.pk != earlier.pk
    earlier.refresh_from_db()
    assert logs_in(iam_double, earlier)
    assert logs_in(iam_double, user.current_key)
    with pytest.raises(Conflict, match="two passwords"):
        services.rotate_smtp_user(user.pk, actor=None)

    user = sweep_later(hints, user, changeover_until=timedelta(seconds=2))
    assert (user.state, user.changeover_until) == (State.ACTIVE, None)
    assert list(user.keys.all()) == [user.current_key]
    assert iam_double.keys(user.iam_user_name) == {user.current_key.access_key_id: True}


def test_the_end_of_the_earlier_password_is_reminded_of_once(hints, iam_double, settings):
    settings.SMTP_REMIND_DAYS, settings.SMTP_CHANGEOVER_DAYS = 3, 14
    user = make_user(hints)
    user = after(hints, services.rotate_smtp_user(user.pk, actor=None))
    assert sweep_smtp_users()["reminders"] == 0
    services.extend_changeover(user.pk, until=timezone.now() + timedelta(days=2), actor=None)
    assert [sweep_smtp_users()["reminders"] for _sweep in range(2)] == [1, 0]
    assert Alert.objects.filter(code="smtp_user.changeover", cleared_at=None).count() == 1
    assert not AccountMail.objects.exists()  # it belongs to nobody with an address
    hints.run_all()
    services.finish_rotation(user.pk, actor=None)
    hints.run_all()
    assert not Alert.objects.filter(cleared_at=None).exists()


def test_the_person_who_uses_it_is_told_by_mail_before_the_earlier_password_ends(hints, iam_double, settings):
    settings.SMTP_REMIND_DAYS, settings.DEFAULT_FROM_ADDRESS = 3, "post@example.org"
    user = make_user(hints, owner_address="ann@example.org")
    user = after(hints, services.rotate_smtp_user(user.pk, actor=None))
    services.extend_changeover(user.pk, until=timezone.now() + timedelta(days=2), actor=None)
    for _sweep in range(2):
        sweep_smtp_users()
    mail = AccountMail.objects.get()
    assert mail.recipient == "ann@example.org"
    told = words_of(mail)
    assert told.subject.endswith("Your mail password changes")
    assert told.text.startswith(f"The earlier password of the SMTP user {user.username} stops working on ")
    assert "(UTC)" in told.text
    assert not any(key.access_key_id in told.text for key in user.keys.all())


def test_nobody_is_reminded_of_a_password_that_lets_nobody_in_anyway(hints, iam_double, settings):
    settings.SMTP_REMIND_DAYS = 3
    user = make_user(hints, owner_address="ann@example.org")
    user = after(hints, services.rotate_smtp_user(user.pk, actor=None))
    services.extend_changeover(user.pk, until=timezone.now() + timedelta(days=2), actor=None)
    after(hints, services.disable_smtp_user(user.pk, actor=None))
    assert sweep_smtp_users()["reminders"] == 0
    after(hints, services.enable_smtp_user(user.pk, actor=None))
    assert sweep_smtp_users()["reminders"] == 1


def test_passwords_are_changed_by_their_age(hints, iam_double, settings):
    settings.SMTP_ROTATE_DAYS = 90
    old, _young, never = (make_user(hints, username=name) for name in ("old", "young", "never"))
    SmtpKey.objects.filter(user__in=[old, never]).update(made_at=timezone.now() - timedelta(days=91))
    SmtpUser.objects.filter(pk=never.pk).update(rotate_every_days=0)
    assert sweep_smtp_users()["rotations"] == 1
    hints.run_all()
    states = dict(SmtpUser.objects.values_list("username", "state"))
    assert states == {"old": State.ROTATING, "young": State.ACTIVE, "never": State.ACTIVE}


def test_disabling_stops_every_password_and_enabling_brings_them_back(hints, iam_double):
    user = make_user(hints)
    services.rotate_smtp_user(user.pk, actor=None)
    hints.run_all()
    user = after(hints, services.disable_smtp_user(user.pk, actor=None, reason="printer stolen"))
    assert user.state == State.DISABLED
    assert set(iam_double.keys(user.iam_user_name).values()) == {False}
    assert Activity.objects.get(verb="smtp_user.disabled").details == {"reason": "printer stolen"}
    user = after(hints, services.enable_smtp_user(user.pk, actor=None))
    assert user.state == State.ROTATING
    assert all(logs_in(iam_double, key) for key in user.keys.all())


def test_a_deletion_stops_the_login_at_once_and_can_be_taken_back_until_its_time(hints, iam_double):
    user = make_user(hints)
    user = after(hints, services.delete_smtp_user(user.pk, actor=None))
    assert user.state == State.DELETING
    assert not logs_in(iam_double, user.current_key)
    user = after(hints, services.take_back_deletion(user.pk, actor=None))
    assert (user.state, user.delete_at) == (State.ACTIVE, None)
    assert logs_in(iam_double, user.current_key)

    services.delete_smtp_user(user.pk, actor=None)
    SmtpUser.objects.update(delete_at=timezone.now() - timedelta(seconds=2))
    with pytest.raises(Conflict, match="too late"):
        services.take_back_deletion(user.pk, actor=None)
    sweep_smtp_users()
    hints.run_all()
    assert not SmtpUser.objects.exists()
    assert not iam_double.left_over()
    assert SmtpUserStep.objects.filter(user=None, username="office-printer", call="DeleteUser").exists()


def test_other_senders_change_the_policy_of_an_active_user(hints, iam_double):
    user = make_user(hints)
    changed = draft(allowed_senders=["*@marketing.example.org"])
    user = after(hints, save_smtp_user(changed, actor=None, user_id=user.pk))
    policy = json.loads(json.dumps(iam.get_inline_policy(user.iam_user_name, POLICY_NAME)))
    assert policy["Statement"][0]["Condition"]["StringLike"]["ses:FromAddress"] == ["*@marketing.example.org"]
    assert (user.state, user.is_settled) == (State.ACTIVE, True)


def test_names_are_unique_whatever_their_case(hints, iam_double):
    make_user(hints)
    with pytest.raises(Conflict, match="upper from lower case"):
        save_smtp_user(draft(username="Office-Printer"), actor=None)


def test_a_user_of_the_same_name_that_is_not_ours_is_left_alone(hints, iam_double):
    user = save_smtp_user(draft(), actor=None)
    foreign = "ses-smtp-user-office-printer-1700000000"
    iam.create_user(foreign, path="/", tags={})
    SmtpUser.objects.update(iam_user_name=foreign)
    user = after(hints, user)
    assert (user.state, user.iam_user_name) == (State.ACTIVE, "ses-smtp-user-office-printer-1700000001")
    assert iam_double.keys(foreign) == {}


def test_a_key_that_somebody_else_made_is_left_alone_and_named(hints, iam_double):
    user = make_user(hints)
    foreign = iam.create_key(user.iam_user_name)
    user = after(hints, services.rotate_smtp_user(user.pk, actor=None))
    assert user.state == State.ROTATING
    assert foreign.key_id in user.state_reason
    assert iam_double.keys(user.iam_user_name) == {user.current_key.access_key_id: True, foreign.key_id: True}


def test_an_older_systems_login_is_taken_over_and_works_on(hints, iam_double, settings):
    iam.create_user("ses-smtp-user-anna-1600000000", path="/", tags={})
    key = iam.create_key("ses-smtp-user-anna-1600000000")
    password = smtp_password(key.secret, settings.AWS_REGION)
    login = OldLogin("ses-smtp-user-anna-1600000000", key.key_id, password)
    user = after(hints, adopt_smtp_user(draft(username="anna"), login, actor=None))
    assert (user.state, password_of(user.current_key)) == (State.ACTIVE, password)
    assert list(iam_double.inline_policies(user.iam_user_name)) == [POLICY_NAME]
    with pytest.raises(Conflict):
        adopt_smtp_user(draft(username="anna2"), login, actor=None)
    with pytest.raises(InvalidInput):
        adopt_smtp_user(draft(username="bert"), OldLogin("nobody", "AKIANOBODY"), actor=None)


def test_a_user_whose_iam_user_is_gone_is_made_anew(hints, iam_double):
    user = make_user(hints)
    iam_double.backend.users.clear()
    user = after(hints, services.remake_smtp_user(user.pk, actor=None))
    assert user.state == State.ACTIVE
    assert logs_in(iam_double, user.current_key)
