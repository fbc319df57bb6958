from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from portal.roles import OPERATOR, VIEWER
from routing.canary.models import CanaryRun
from tests.factories.inbound_pages import canaries_of_a_day, nothing_but_a_domain

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:routing_canaryrun_changelist")
SEND = reverse("admin:routing_canaryrun_send")


def logged_in(client, role):
    person = User.objects.create_user(f"a-{role.lower()}", is_staff=True)
    person.groups.set([Group.objects.get(name=role)])
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_says_how_it_goes_and_where_to_look(client):
    canaries_of_a_day()
    text = logged_in(client, VIEWER).get(PAGE).content.decode()
    assert "6 of 8" in text
    assert "look at the MX record" in text
    assert "1.2 s" in text
    assert "Send one now" not in text


def test_one_is_sent_at_a_press_where_somebody_receives(client, hints):
    page = logged_in(client, OPERATOR)
    assert "No domain receives mail here" in page.post(SEND, follow=True).content.decode()
    nothing_but_a_domain()
    assert "Send one now" in page.get(PAGE).content.decode()
    page.post(SEND)
    assert CanaryRun.objects.get().recipient == "postroom-test@in.example"
    assert len(hints.kept) == 1


@pytest.mark.parametrize(("every_min", "words"), [(0, "switched off"), (1, "Every minute"), (30, "Every 30 minutes")])
def test_the_page_says_how_often(client, settings, every_min, words):
    settings.CANARY_EVERY_MIN = every_min
    nothing_but_a_domain()
    assert words in logged_in(client, VIEWER).get(PAGE).content.decode()
