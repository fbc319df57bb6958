from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from portal.roles import MARKETER, OWNER

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-and-good-pass-phrase"


@pytest.fixture
def owner(client) -> User:
    user = User.objects.create_user("olga", is_staff=True)
    user.groups.add(Group.objects.get(name=OWNER))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def test_a_new_person_can_log_in_with_the_chosen_role(client, owner):
    marketer = Group.objects.get(name=MARKETER)
    form = {"username": "mia", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    answer = client.post(reverse("admin:auth_user_add"), {**form, "groups": [marketer.pk]})
    assert answer.status_code == 302
    mia = User.objects.get(username="mia")
    assert mia.is_staff
    assert list(mia.groups.all()) == [marketer]


def test_the_roles_are_explained(client, owner):
    page = client.get(reverse("admin:auth_user_changelist")).content.decode()
    assert "Contacts, templates and campaigns." in page
    assert "Looks, changes nothing." in page


def test_an_owner_cannot_make_an_administrator(client, owner):
    mia = User.objects.create_user("mia", password=PASSWORD, is_staff=True)
    form = {"username": "mia", "is_active": "on", "is_superuser": "on"}
    client.post(reverse("admin:auth_user_change", args=[mia.pk]), form)
    mia.refresh_from_db()
    assert not mia.is_superuser


def test_an_owner_cannot_take_the_password_of_an_administrator(client, owner):
    root = User.objects.create_superuser("root", password=PASSWORD)
    form = {"password1": "another-good-phrase-1", "password2": "another-good-phrase-1", "usable_password": "true"}
    client.post(reverse("admin:auth_user_password_change", args=[root.pk]), form)
    root.refresh_from_db()
    assert root.check_password(PASSWORD)


def test_roles_themselves_are_fixed(client, owner):
    marketer = Group.objects.get(name=MARKETER)
    assert client.get(reverse("admin:auth_group_add")).status_code == 403
    shown = client.get(reverse("admin:auth_group_change", args=[marketer.pk])).content.decode()
    assert 'name="_save"' not in shown
