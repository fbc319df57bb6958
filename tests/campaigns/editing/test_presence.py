"""Who writes the same: named to each other while they are there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.editing.models import Presence
from campaigns.editing.presence import GONE_AFTER
from campaigns.editing.sweep import sweep_editing
from campaigns.messages.drafts import save_template
from portal.roles import MARKETER, VIEWER
from tests.factories.campaign_pages import a_template

pytestmark = pytest.mark.django_db

URL = "admin:campaigns_template_presence"


def person(name, role=MARKETER):
    somebody = User.objects.create_user(name, first_name=name.title(), last_name="Lund", is_staff=True)
    somebody.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(somebody, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def template():
    return a_template()


@pytest.fixture
def tell(template):
    def as_person(client, **more):
        return client.post(reverse(URL), {"thing": "template", "thing_id": template.pk, **more})

    return as_person


def test_two_people_are_told_of_each_other_until_one_leaves(tell, template):
    kim, robin = person("kim"), person("robin")
    assert tell(kim).json()["others"] == []
    assert [other["name"] for other in tell(robin).json()["others"]] == ["Kim Lund"]
    assert [other["name"] for other in tell(kim).json()["others"]] == ["Robin Lund"]
    assert "Robin Lund is editing this too" in kim.get(template_page(template)).content.decode()
    assert tell(robin, leaves="yes").status_code == 204
    assert tell(kim).json()["others"] == []


def test_whoever_was_not_heard_of_for_a_while_is_gone_and_comes_back_anew(tell):
    kim, robin = person("kim"), person("robin")
    tell(kim)
    long_ago = timezone.now() - GONE_AFTER - timedelta(seconds=1)
    Presence.objects.update(seen_at=long_ago, since=long_ago)
    assert tell(robin).json()["others"] == []
    tell(kim)
    assert tell(robin).json()["others"][0]["since"] > long_ago.isoformat()


def test_the_page_hears_that_somebody_saved(tell, template):
    kim = person("kim")
    before = tell(kim).json()["stamp"]
    save_template(template, actor=User.objects.get(username="kim"))
    assert before != tell(kim).json()["stamp"]


def test_people_at_new_templates_do_not_meet(tell):
    tell(person("kim"), thing_id=0)
    assert tell(person("robin"), thing_id=0).json()["others"] == []


def test_who_only_looks_is_not_there(tell):
    assert tell(person("eve", VIEWER)).status_code == 403
    assert not Presence.objects.exists()


def test_the_sweep_takes_people_who_are_long_gone(tell):
    tell(person("kim"))
    Presence.objects.update(seen_at=timezone.now() - timedelta(days=2))
    tell(person("robin"))
    assert sweep_editing() == 1
    assert Presence.objects.get().user.username == "robin"


def template_page(template):
    return reverse("admin:campaigns_template_change", args=[template.pk])
