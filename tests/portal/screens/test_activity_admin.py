from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from portal.activity import record_activity
from portal.roles import OPERATOR, VIEWER

pytestmark = pytest.mark.django_db
LIST = "admin:portal_activity_changelist"


@pytest.fixture
def ann(client) -> User:
    user = User.objects.create_user("ann", is_staff=True)
    user.groups.add(Group.objects.get(name=OPERATOR))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    record_activity("campaign.started", actor=user, label="Spring letter")
    record_activity("import.completed", actor=None, label="people.csv")
    return user


def page(client, **query: str) -> str:
    return client.get(reverse(LIST), query).content.decode()


def test_deeds_are_listed_and_filtered_by_subject(client, ann):
    assert "Spring letter" in page(client)
    filtered = page(client, subject="import")
    assert "people.csv" in filtered
    assert "Spring letter" not in filtered


@pytest.mark.parametrize(
    ("who", "seen", "unseen"),
    [
        ("me", "Spring letter", "people.csv"),
        ("people", "Spring letter", "people.csv"),
        ("system", "people.csv", "Spring letter"),
    ],
)
def test_deeds_are_filtered_by_who_did_them(client, ann, who, seen, unseen):
    filtered = page(client, who=who)
    assert seen in filtered
    assert unseen not in filtered


@pytest.mark.parametrize("term", ["spring", "ann"])
def test_a_search_finds_things_and_people_by_their_beginning(client, ann, term):
    found = page(client, q=term)
    assert "Spring letter" in found
    assert "people.csv" not in found


def test_nothing_can_be_added_changed_or_deleted(client, ann):
    deed = record_activity("campaign.paused", actor=ann, label="Spring letter", reason="bounces")
    for name, arguments in (("add", []), ("delete", [deed.pk])):
        assert client.get(reverse(f"admin:portal_activity_{name}", args=arguments)).status_code == 403
    shown = client.get(reverse("admin:portal_activity_change", args=[deed.pk])).content.decode()
    assert "bounces" in shown
    assert 'name="_save"' not in shown


def test_a_viewer_has_no_access_to_the_log(client):
    viewer = User.objects.create_user("vera", is_staff=True)
    viewer.groups.add(Group.objects.get(name=VIEWER))
    client.force_login(viewer, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse(LIST))
    assert answer.status_code == 403
    assert "You may not see this" in answer.content.decode()
