"""Who may log in, as what, and through which account mail leaves: every change of it stands in the activity log."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from portal.models import Activity
from portal.roles import MARKETER, OWNER
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-and-good-pass-phrase"


@pytest.fixture
def owner(client):
    user = User.objects.create_user("olga", is_staff=True)
    user.groups.add(Group.objects.get(name=OWNER))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def recorded():
    [activity] = Activity.objects.all()
    return activity.actor_name, activity.verb, activity.object_label, activity.details


def test_adding_a_person_is_recorded_with_the_role(owner):
    form = {"username": "mia", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    owner.post(reverse("admin:auth_user_add"), {**form, "groups": [Group.objects.get(name=MARKETER).pk]})
    assert recorded() == ("olga", "person.added", "mia", {"roles": ["Marketer"], "is_administrator": False})


def test_changing_a_role_is_recorded(owner):
    mia = User.objects.create_user("mia", is_staff=True)
    form = {"username": "mia", "is_active": "on", "groups": [Group.objects.get(name=OWNER).pk]}
    owner.post(reverse("admin:auth_user_change", args=[mia.pk]), form)
    actor, verb, label, details = recorded()
    assert (actor, verb, label, details["roles"]) == ("olga", "person.changed", "mia", ["Owner"])
    assert details["fields"] == ["What this person may do"]


def test_setting_anothers_password_is_recorded_without_it(owner):
    mia = User.objects.create_user("mia", is_staff=True)
    form = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true", "set-password": "yes"}
    owner.post(reverse("admin:auth_user_password_change", args=[mia.pk]), form)
    mia.refresh_from_db()
    assert mia.check_password(PASSWORD)
    written = list(Activity.objects.order_by("verb").values_list("actor_name", "verb", "object_label"))
    assert written == [("olga", "person.changed", "mia"), ("olga", "person.password_changed", "mia")]
    assert PASSWORD not in str(list(Activity.objects.values()))


def test_deleting_a_person_is_recorded(owner):
    mia = User.objects.create_user("mia", is_staff=True)
    owner.post(reverse("admin:auth_user_delete", args=[mia.pk]), {"post": "yes"})
    assert recorded()[:3] == ("olga", "person.deleted", "mia")


def test_changing_a_sending_account_is_recorded(owner):
    account = make_account(name="Main")
    form = {"name": "Main", "region": "eu-west-1", "configuration_set": ""}
    owner.post(reverse("admin:campaigns_sendingaccount_change", args=[account.pk]), form)
    assert recorded() == ("olga", "account.changed", "Main", {"fields": ["Region"]})


def test_unlocking_a_sign_in_is_recorded(owner):
    attempt = AccessAttempt.objects.create(username="mia", attempt_time=timezone.now(), failures_since_start=10)
    owner.post(reverse("admin:axes_accessattempt_delete", args=[attempt.pk]), {"post": "yes"})
    assert recorded()[:3] == ("olga", "sign_in.deleted", "mia")
