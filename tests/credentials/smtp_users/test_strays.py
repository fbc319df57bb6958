"""After a lost answer of CreateAccessKey: our stray goes, a key that somebody made by hand stays and is told of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from credentials.smtp_users import drift, machine, steps
from credentials.smtp_users.drift_compare import Kind
from credentials.smtp_users.drift_wording import drift_lines
from credentials.smtp_users.journal import CREATE_KEY
from credentials.smtp_users.models import SmtpUserStep, State
from credentials.smtp_users.strays import find_strays
from portal.aws import iam
from portal.aws.iam import AccessKey, LastUse
from portal.errors import Refused
from tests.crash.smtp_deeds import create, let_time_pass, the_user
from tests.doubles.iam import Blow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _iam_tells_at_once(monkeypatch):
    monkeypatch.setattr(steps, "LISTED_AFTER_S", 0.0)
    monkeypatch.setattr(drift, "SPREAD", timedelta(0))


def lose_the_key(iam_double):
    """A user whose key was made, and the answer lost."""
    iam_double.expect(3, Blow.FAILS_AFTER)
    create(["scan@example.org"])()
    machine.reconcile(the_user().pk)
    assert iam_double.struck == CREATE_KEY
    [stray] = iam_double.keys(the_user().iam_user_name)
    return stray


def go_on():
    for _turn in range(3):
        let_time_pass()
        machine.reconcile(the_user().pk)
    assert the_user().state == State.ACTIVE


def alter(iam_double, key_id, **columns):
    """As IAM tells of a key."""
    keys = iam_double.backend.users[the_user().iam_user_name].access_keys
    key = next(each for each in keys if each.access_key_id == key_id)
    for name, value in columns.items():
        setattr(key, name, value)


def test_the_stray_of_a_lost_answer_goes(iam_double):
    stray = lose_the_key(iam_double)
    go_on()
    assert stray not in iam_double.keys(the_user().iam_user_name)
    assert SmtpUserStep.objects.filter(call=CREATE_KEY, detail=f"deleted: {stray}").exists()


def test_a_key_made_by_hand_after_a_lost_answer_stays_and_the_drift_view_says_why(iam_double, monkeypatch):
    key_id = lose_the_key(iam_double)
    alter(iam_double, key_id, create_date=timezone.now() + timedelta(minutes=3))
    go_on()
    assert set(iam_double.keys(the_user().iam_user_name)) == {key_id, the_user().current_key.access_key_id}
    drift.check_user(the_user())
    [line] = drift_lines(drift.open_drifts())
    assert (line.row.kind, line.row.subject) == (Kind.EXTRA_KEY, key_id)
    assert "somebody else's" in line.text
    assert key_id in line.text


def test_a_key_that_was_used_is_nobodys_stray(iam_double, monkeypatch):
    key_id = lose_the_key(iam_double)
    monkeypatch.setattr(iam, "key_last_use", lambda _key_id: LastUse(timezone.now(), "ses", "us-east-1"))
    go_on()
    assert key_id in iam_double.keys(the_user().iam_user_name)


def test_of_two_that_may_be_the_stray_none_is_deleted(iam_double):
    stray = lose_the_key(iam_double)
    by_hand = iam.create_key(the_user().iam_user_name).key_id
    let_time_pass()
    machine.reconcile(the_user().pk)
    assert set(iam_double.keys(the_user().iam_user_name)) == {stray, by_hand}
    assert stray in the_user().state_reason
    assert by_hand in the_user().state_reason


def test_a_key_made_by_hand_while_ours_was_committed_stays(iam_double):
    iam_double.expect(4, Blow.FAILS_BEFORE)
    create(["scan@example.org"])()
    machine.reconcile(the_user().pk)
    SmtpUserStep.objects.filter(call=CREATE_KEY).update(outcome=SmtpUserStep.Outcome.LOST)  # cut off before its end
    by_hand = iam.create_key(the_user().iam_user_name).key_id
    go_on()
    assert by_hand in iam_double.keys(the_user().iam_user_name)


def test_whoever_may_not_ask_for_the_last_use_goes_by_time_alone(monkeypatch):
    def denied(_key_id):
        raise Refused("denied", service="iam", code="AccessDenied")

    monkeypatch.setattr(iam, "key_last_use", denied)
    step = SmtpUserStep(call=CREATE_KEY, started_at=timezone.now())
    near = AccessKey("A", is_active=True, made_at=timezone.now())
    far = AccessKey("B", is_active=True, made_at=timezone.now() - timedelta(minutes=2))
    assert find_strays([step], [near, far], most=1) == [near]
