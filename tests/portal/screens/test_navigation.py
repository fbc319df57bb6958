from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.test import RequestFactory
from django.urls import reverse

from campaigns.importing.models import ContactImport
from campaigns.sending.states import CampaignStatus
from portal import navigation
from portal.navigation import Entry, navigation_for
from portal.roles import MARKETER, OWNER, VIEWER
from tests.factories.sending import make_account, make_campaign

pytestmark = pytest.mark.django_db


def person(role: str) -> User:
    user = User.objects.create_user(f"a-{role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def labels_for(user, path: str = "/admin/") -> dict[str, navigation.ShownEntry]:
    request = RequestFactory().get(path)
    request.user = user
    return {str(entry.label): entry for group in navigation_for(request) for entry in group.entries}


def test_an_owner_sees_people_and_roles_and_a_marketer_does_not():
    assert "People & roles" in labels_for(person(OWNER))
    assert "People & roles" not in labels_for(person(MARKETER))


def test_a_viewer_sees_campaigns_but_no_log_of_deeds():
    shown = labels_for(person(VIEWER))
    assert "Campaigns" in shown
    assert "Activity" not in shown


def test_nobody_sees_more_than_the_overview():
    assert set(labels_for(AnonymousUser())) == {"Overview"}


def test_a_page_that_does_not_exist_is_not_offered(monkeypatch):
    group = navigation.Group("Later", (Entry("Not yet", "send", ("admin:nothing_of_that_name",)),))
    monkeypatch.setattr(navigation, "GROUPS", (*navigation.GROUPS, group))
    assert "Not yet" not in labels_for(person(OWNER))


def test_the_current_page_is_marked_also_from_below():
    activity = reverse("admin:portal_activity_changelist")
    shown = labels_for(person(OWNER), f"{activity}12/change/")
    assert [label for label, entry in shown.items() if entry.is_current] == ["Activity"]


def test_the_overview_is_current_only_on_itself():
    owner = person(OWNER)
    assert labels_for(owner, reverse("admin:index"))["Overview"].is_current
    assert not labels_for(owner, reverse("admin:password_change"))["Overview"].is_current


def test_badges_say_what_runs_and_what_waits():
    make_campaign(status=CampaignStatus.IN_PROGRESS)
    make_campaign(status=CampaignStatus.DRAFT)
    ContactImport.objects.create(file_name="people.csv", status=ContactImport.Status.CHECKED)
    account = make_account()
    account.problem = "The key is refused."
    account.save()
    shown = labels_for(person(OWNER))
    badges = {label: entry.badge.text for label, entry in shown.items() if entry.badge}
    assert badges["Campaigns"] == "1 live"
    assert badges["Sending accounts"] == "1"


def test_a_quiet_installation_has_no_badges():
    assert not any(entry.badge for entry in labels_for(person(OWNER)).values())


def groups_for(user, path: str = "/admin/") -> dict[str, navigation.ShownGroup]:
    request = RequestFactory().get(path)
    request.user = user
    return {str(group.label): group for group in navigation_for(request)}


def test_what_is_rarely_opened_is_folded_away():
    settings = groups_for(person(OWNER))["Settings"]
    assert not settings.usual
    assert settings.rare
    assert not settings.is_open


def test_the_fold_of_the_current_page_stands_open():
    groups = groups_for(person(OWNER), reverse("admin:campaigns_contactfield_changelist"))
    assert [label for label, group in groups.items() if group.is_open] == ["People"]


def test_a_fold_with_something_that_wants_attention_stands_open():
    account = make_account()
    account.problem = "The key is refused."
    account.save()
    assert groups_for(person(OWNER))["Settings"].is_open
