from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from portal.alerts.models import Alert, AlertRecipient
from portal.alerts.services import clear_alert, raise_alert
from portal.models import Activity
from portal.roles import MARKETER, OPERATOR, VIEWER

pytestmark = pytest.mark.django_db


@pytest.fixture
def alert() -> Alert:
    return raise_alert("account.stopped", subject_key="account:1", text="Main: SES has paused sending.", url="/admin/")


def log_in(client, role: str, name: str = "anna") -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


def header(client) -> str:
    return client.get(reverse("admin:own_settings")).content.decode()


def test_the_header_of_every_page_counts_what_is_open(client, alert):
    log_in(client, VIEWER)
    assert 'class="bell bell-bad"' in header(client)
    clear_alert("account.stopped", subject_key="account:1")
    assert 'class="bell"' in header(client)


def test_quieted_for_me_is_quiet_for_nobody_else(client, alert):
    log_in(client, MARKETER)
    client.post(reverse("admin:portal_alert_quiet", args=[alert.pk]), {"for": "me"})
    assert 'class="bell"' in header(client)
    log_in(client, OPERATOR, "bea")
    assert 'class="bell bell-bad"' in header(client)


def test_quieted_for_all_names_who_did_it(client, alert):
    log_in(client, OPERATOR)
    client.post(reverse("admin:portal_alert_quiet", args=[alert.pk]), {"for": "all"})
    log_in(client, VIEWER, "vera")
    assert 'class="bell"' in header(client)
    assert "anna" in client.get(reverse("admin:portal_alert_changelist")).content.decode()


def test_a_viewer_sees_alerts_and_quiets_none(client, alert):
    log_in(client, VIEWER)
    page = client.get(reverse("admin:portal_alert_one", args=[alert.pk])).content.decode()
    assert "Main: SES has paused sending." in page
    assert "Quiet for" not in page
    assert client.post(reverse("admin:portal_alert_quiet", args=[alert.pk]), {"for": "all"}).status_code == 403


def test_the_list_tells_open_from_over(client, alert):
    log_in(client, VIEWER)
    address = reverse("admin:portal_alert_changelist")
    assert "Main: SES" in client.get(address, {"when": "open"}).content.decode()
    clear_alert("account.stopped", subject_key="account:1")
    assert "Main: SES" not in client.get(address, {"when": "open"}).content.decode()
    assert "Main: SES" in client.get(address, {"when": "past"}).content.decode()


def test_the_overview_says_the_same_and_leads_to_the_cure(client, alert):
    log_in(client, VIEWER)
    assert "Main: SES has paused sending." in client.get(reverse("admin:index")).content.decode()


def test_an_operator_chooses_who_is_told(client):
    log_in(client, OPERATOR)
    client.post(reverse("admin:portal_alertrecipient_add"), {"address": "office@club.example"})
    assert AlertRecipient.objects.get().address == "office@club.example"
    assert Activity.objects.filter(verb="alert_recipient.added").exists()


def test_a_marketer_does_not_choose_who_is_told(client):
    log_in(client, MARKETER)
    assert client.get(reverse("admin:portal_alertrecipient_add")).status_code == 403
