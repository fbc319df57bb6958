"""IAM against the table: every planted fault is found, nothing else is, and each cure mends its fault."""

from __future__ import annotations

import json
from datetime import timedelta

import boto3
import pytest

from credentials.smtp_users import drift, services
from credentials.smtp_users.drift import check_drift
from credentials.smtp_users.drift_compare import Kind
from credentials.smtp_users.drift_cure import ask_cure, hint_cures
from credentials.smtp_users.drift_wording import drift_lines
from credentials.smtp_users.models import SmtpDrift, SmtpUser, State
from credentials.smtp_users.names import POLICY_NAME
from credentials.smtp_users.services import SmtpUserDraft, save_smtp_user
from portal.alerts.models import Alert
from portal.aws import iam
from portal.errors import Conflict, Unavailable
from portal.models import Activity

pytestmark = pytest.mark.django_db

PATH = "/postroom/smtp-users/"
OTHER_POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}]}
)


@pytest.fixture(autouse=True)
def _iam_tells_at_once(monkeypatch, iam_double):
    monkeypatch.setattr(drift, "SPREAD", timedelta(0))


@pytest.fixture
def aws():
    return boto3.client("iam", region_name="us-east-1")


def make_user(hints, name="printer", senders=("scan@example.org",)):
    user = save_smtp_user(SmtpUserDraft(username=name, allowed_senders=senders), actor=None)
    hints.run_all()
    user.refresh_from_db()
    assert user.state == State.ACTIVE
    return user


def key_of(user):
    return user.current_key.access_key_id


def delete_user(aws, user):
    aws.delete_access_key(UserName=user.iam_user_name, AccessKeyId=key_of(user))
    aws.delete_user_policy(UserName=user.iam_user_name, PolicyName=POLICY_NAME)
    aws.delete_user(UserName=user.iam_user_name)


def replace_user(aws, user):
    delete_user(aws, user)
    aws.create_user(UserName=user.iam_user_name, Path="/elsewhere/")


def attach(aws, user):
    arn = aws.create_policy(PolicyName="wide", PolicyDocument=OTHER_POLICY)["Policy"]["Arn"]
    aws.attach_user_policy(UserName=user.iam_user_name, PolicyArn=arn)


def join_group(aws, user):
    aws.create_group(GroupName="admins")
    aws.add_user_to_group(GroupName="admins", UserName=user.iam_user_name)


def set_key(aws, user, status):
    aws.update_access_key(UserName=user.iam_user_name, AccessKeyId=key_of(user), Status=status)


# kind, what somebody does on IAM by hand
FAULTS = {
    Kind.MISSING_USER: delete_user,
    Kind.STRANGER: replace_user,
    Kind.MISSING_POLICY: lambda aws, user: aws.delete_user_policy(UserName=user.iam_user_name, PolicyName=POLICY_NAME),
    Kind.CHANGED_POLICY: lambda aws, user: aws.put_user_policy(
        UserName=user.iam_user_name, PolicyName=POLICY_NAME, PolicyDocument=OTHER_POLICY
    ),
    Kind.FOREIGN_POLICY: lambda aws, user: aws.put_user_policy(
        UserName=user.iam_user_name, PolicyName="more", PolicyDocument=OTHER_POLICY
    ),
    Kind.FOREIGN_ATTACHED: attach,
    Kind.GROUP: join_group,
    Kind.EXTRA_KEY: lambda aws, user: aws.create_access_key(UserName=user.iam_user_name),
    Kind.MISSING_KEY: lambda aws, user: aws.delete_access_key(UserName=user.iam_user_name, AccessKeyId=key_of(user)),
    Kind.KEY_INACTIVE: lambda aws, user: set_key(aws, user, "Inactive"),
    Kind.KEY_ACTIVE: lambda aws, user: set_key(aws, user, "Active"),
    Kind.ORPHAN_USER: lambda aws, user: aws.create_user(UserName="ses-smtp-user-left-1700000000", Path=PATH),
    Kind.ORPHAN_POLICY: lambda aws, user: aws.create_policy(
        PolicyName="left-senders", Path=PATH, PolicyDocument=OTHER_POLICY
    ),
}


def found_kinds():
    return [Kind(row.kind) for row in drift.open_drifts()]


def test_what_postroom_wrote_itself_is_no_difference(hints):
    plain = make_user(hints)
    make_user(hints, "long", senders=[f"name-of-{number:03}@marketing.example.org" for number in range(80)])
    nobody = make_user(hints, "nobody", senders=())
    services.disable_smtp_user(nobody.pk, actor=None)
    services.rotate_smtp_user(plain.pk, actor=None)
    hints.run_all()
    assert [user.state for user in SmtpUser.objects.order_by("pk")] == [State.ROTATING, State.ACTIVE, State.DISABLED]
    assert check_drift() == 0
    assert not SmtpDrift.objects.exists()
    assert not Alert.objects.filter(code=drift.DRIFT).exists()


@pytest.mark.parametrize("kind", list(Kind))
def test_each_planted_fault_is_found_alone_and_its_cure_mends_it(kind, hints, aws):
    user = make_user(hints)
    make_user(hints, "bystander")
    if kind is Kind.KEY_ACTIVE:
        services.disable_smtp_user(user.pk, actor=None)
        hints.run_all()
    FAULTS[kind](aws, user)
    assert check_drift() == 1
    assert found_kinds() == [kind]
    [line] = drift_lines(drift.open_drifts())
    assert line.text
    assert line.cure
    ask_cure(line.row.pk, actor=None)
    hints.run_all()
    assert check_drift() == 0
    assert not Alert.objects.filter(code=drift.DRIFT, cleared_at=None).exists()
    user.refresh_from_db()
    assert user.state == (State.DISABLED if kind is Kind.KEY_ACTIVE else State.ACTIVE)
    assert user.is_settled


def test_all_faults_of_several_users_are_found_at_once(hints, aws):
    planted = [kind for kind in FAULTS if kind is not Kind.KEY_ACTIVE]
    for number, kind in enumerate(planted):
        FAULTS[kind](aws, make_user(hints, f"user-{number}"))
    assert check_drift() == len(planted)
    assert sorted(found_kinds()) == sorted(planted)
    assert check_drift() == len(planted)  # and written down once
    assert SmtpDrift.objects.count() == len(planted)


def test_a_changed_managed_policy_is_found_and_written_again(hints, aws):
    user = make_user(hints, senders=[f"name-of-{number:03}@marketing.example.org" for number in range(80)])
    iam.set_policy_document(user.managed_policy_arn, OTHER_POLICY)
    check_drift()
    [row] = drift.open_drifts()
    assert (row.kind, row.subject) == (Kind.CHANGED_POLICY, user.managed_policy_arn)
    ask_cure(row.pk, actor=None)
    hints.run_all()
    assert iam.get_managed_policy(user.managed_policy_arn) == json.loads(user.applied_policy)


def test_a_user_at_work_is_left_for_the_next_look(hints, aws, monkeypatch):
    user = make_user(hints)
    FAULTS[Kind.MISSING_POLICY](aws, user)
    monkeypatch.setattr(drift, "SPREAD", timedelta(minutes=1))  # its last call was just now
    assert check_drift() == 0
    monkeypatch.setattr(drift, "SPREAD", timedelta(0))
    services.save_smtp_user(
        SmtpUserDraft(username="printer", allowed_senders=["a@b.example"]), actor=None, user_id=user.pk
    )
    assert check_drift() == 0
    hints.run_all()
    assert check_drift() == 0  # the new list was written over the fault


def test_what_another_installation_made_is_its_own(hints, aws):
    tags = [{"Key": "postroom:installation", "Value": "another"}]
    aws.create_user(UserName="ses-smtp-user-theirs-1700000000", Path=PATH, Tags=tags)
    aws.create_policy(PolicyName="ses-smtp-user-theirs-1700000000-senders", Path=PATH, PolicyDocument=OTHER_POLICY)
    assert check_drift() == 0


def test_many_users_are_looked_at_in_slices(hints, aws, monkeypatch):
    monkeypatch.setattr(drift, "SLICE", 2)
    users = [make_user(hints, f"user-{number}") for number in range(5)]
    for user in users:
        FAULTS[Kind.MISSING_POLICY](aws, user)
    check_drift()
    hints.run_all()
    assert len(found_kinds()) == 5


def test_a_cure_is_asked_for_once_and_by_name(hints, aws, admin_user):
    user = make_user(hints)
    FAULTS[Kind.GROUP](aws, user)
    check_drift()
    row = ask_cure(drift.open_drifts().get().pk, actor=admin_user)
    assert drift_lines([row])[0].cure == ""
    with pytest.raises(Conflict):
        ask_cure(row.pk, actor=admin_user)
    assert Activity.objects.get(verb="smtp_user.cure_asked").actor == admin_user
    hints.kept.clear()
    assert hint_cures() == 1  # its hint was lost
    hints.run_all()
    with pytest.raises(Conflict):
        ask_cure(row.pk, actor=admin_user)


def test_a_cure_that_fails_says_why_and_can_be_asked_again(hints, aws, monkeypatch):
    user = make_user(hints)
    FAULTS[Kind.EXTRA_KEY](aws, user)
    check_drift()
    row = drift.open_drifts().get()

    def away(*_args):
        raise Unavailable("503", service="iam")

    with monkeypatch.context() as broken:
        broken.setattr(iam, "list_groups", away)
        ask_cure(row.pk, actor=None)
        hints.run_all()
    row.refresh_from_db()
    assert row.cure_problem
    assert row.cure_asked_at is None
    ask_cure(row.pk, actor=None)
    hints.run_all()
    assert found_kinds() == []
    assert len(iam.list_keys(user.iam_user_name)) == 1


def test_what_is_over_ends_by_itself(hints, aws):
    user = make_user(hints)
    FAULTS[Kind.KEY_INACTIVE](aws, user)
    check_drift()
    assert Alert.objects.filter(code=drift.DRIFT, cleared_at=None).count() == 1
    set_key(aws, user, "Active")
    check_drift()
    assert SmtpDrift.objects.get().cleared_at is not None
    assert not Alert.objects.filter(code=drift.DRIFT, cleared_at=None).exists()
