from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from portal.roles import MARKETER, OWNER, VIEWER
from tests.browser.pages import PAGES

pytestmark = pytest.mark.django_db

MINE = [page for page in PAGES if page.name.startswith(("campaign", "template", "house-layout"))]
CLOSED = {
    ("campaign-new", VIEWER),
    ("campaign-schedule", VIEWER),
    ("campaign-in-waves-schedule", VIEWER),
    ("house-layout-add", VIEWER),
    ("house-layout-add", MARKETER),
}


@pytest.fixture
def log_in(client):
    def as_role(role):
        person = User.objects.create_user(f"a-{role.lower()}", is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_role


@pytest.mark.parametrize("page", MINE, ids=[page.name for page in MINE])
@pytest.mark.parametrize("role", [OWNER, MARKETER, VIEWER])
def test_every_role_sees_every_page_of_a_campaign(page, role, log_in):
    if (page.name, role) in CLOSED:
        pytest.skip("who may not write sees no empty form")
    assert log_in(role).get(page.address()).status_code == 200


def test_a_viewer_cannot_begin_a_campaign(log_in):
    assert log_in(VIEWER).get(reverse("admin:campaigns_campaign_add")).status_code == 403
