from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone, translation

from portal.activity import record_activity
from portal.models import PersonSettings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _language_of_the_next_test():
    with translation.override("en"):
        yield


def choose(client, **chosen):
    return client.post(reverse("admin:own_settings"), {"language": "", "time_zone": "", **chosen}, follow=True)


def test_everybody_sets_language_and_zone_for_oneself(admin_client, admin_user):
    other = PersonSettings.objects.create(user=User.objects.create_user("kim"), language="en")
    choose(admin_client, language="de", time_zone="Europe/Berlin")
    mine = PersonSettings.objects.get(user=admin_user)
    assert (mine.language, mine.time_zone) == ("de", "Europe/Berlin")
    choose(admin_client, language="en")
    assert PersonSettings.objects.count() == 2
    other.refresh_from_db()
    assert other.language == "en"


def test_what_is_no_language_or_zone_is_refused(admin_client):
    page = choose(admin_client, language="xx", time_zone="Mars/Olympus")
    assert set(page.context["form"].errors) == {"language", "time_zone"}
    assert not PersonSettings.objects.exists()


def test_pages_come_in_the_chosen_language_and_nobody_elses(admin_client, client):
    choose(admin_client, language="de")
    page = admin_client.get(reverse("admin:index"), headers={"Accept-Language": "en"})
    assert 'lang="de"' in page.content.decode()
    assert page["Content-Language"] == "de"
    stranger = client.get(reverse("admin:login"), headers={"Accept-Language": "en"})
    assert 'lang="en"' in stranger.content.decode()
    assert translation.get_language() == "en"


def test_without_a_choice_the_browser_says_the_language(admin_client):
    page = admin_client.get(reverse("admin:index"), headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert 'lang="de"' in page.content.decode()


def test_times_are_shown_in_the_chosen_zone_with_utc_on_hover(admin_client, admin_user):
    with time_machine.travel(datetime(2026, 7, 1, 20, 15, tzinfo=UTC), tick=False):
        record_activity("campaign.paused", actor=None, label="Letter")
    choose(admin_client, time_zone="Pacific/Auckland")
    page = admin_client.get(reverse("admin:portal_activity_changelist")).content.decode()
    assert 'title="2026-07-01 20:15 UTC"' in page
    assert "July 2, 2026, 8:15 a.m." in page
    assert '<meta name="time-zone" content="Pacific/Auckland">' in page
    assert timezone.get_current_timezone_name() == "UTC"
