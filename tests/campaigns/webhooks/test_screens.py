"""The pages of webhooks as operators use them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from campaigns.webhooks.models import WebhookEndpoint, WebhookPost
from portal.roles import OPERATOR, VIEWER
from tests.factories.webhooks import a_paused_endpoint, make_endpoint, make_post

pytestmark = pytest.mark.django_db
TYPED = {"name": "CRM", "url": "https://crm.example/hook", "event_types": ["message.bounced"], "is_active": "on"}


@pytest.fixture
def operator(client):
    return _logged_in(client, OPERATOR)


@pytest.fixture(autouse=True)
def _names(monkeypatch):
    """crm.example is on the public web, everything else inside."""
    from portal.errors import Refused

    def check(url, *, allowed_hosts=()):
        if "crm.example" not in url and not any(host in url for host in allowed_hosts):
            raise Refused("no", service="webhook", code="internal")

    monkeypatch.setattr("campaigns.webhooks.edit_form.check_url", check)


def _logged_in(client, role):
    person = User.objects.create_user(role.lower(), is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)
    return client


def page_of(endpoint):
    return reverse("admin:campaigns_webhookendpoint_change", args=[endpoint.pk])


def test_the_secret_is_shown_once_and_never_again(operator):
    answer = operator.post(reverse("admin:campaigns_webhookendpoint_add"), TYPED)
    assert "whsec_" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.event_types == ["message.bounced"]
    assert "whsec_" not in operator.get(page_of(endpoint)).content.decode()


@pytest.mark.parametrize(
    ("url", "is_saved"),
    [
        ("http://crm.inside:8080/hook", True),
        ("http://crm.example/hook", False),
        ("http://crm.example//crm.inside:8080/hook", False),  # the name stands in the path
    ],
)
def test_only_a_named_server_of_our_own_network_is_posted_to_in_the_clear(operator, settings, url, is_saved):
    settings.WEBHOOK_ALLOWED_HOSTS = ("crm.inside:8080",)
    operator.post(reverse("admin:campaigns_webhookendpoint_add"), {**TYPED, "url": url})
    assert WebhookEndpoint.objects.exists() is is_saved


@pytest.mark.parametrize("url", ["http://crm.example/hook", "https://10.0.0.1/", "javascript:alert(1)", ""])
def test_an_address_that_may_not_be_posted_to_is_not_saved(operator, url):
    operator.post(reverse("admin:campaigns_webhookendpoint_add"), {**TYPED, "url": url})
    assert not WebhookEndpoint.objects.exists()


def test_a_new_secret_replaces_the_earlier_one_after_a_day(operator):
    endpoint = make_endpoint()
    answer = operator.post(reverse("admin:campaigns_webhookendpoint_secret", args=[endpoint.pk]))
    assert "whsec_" in answer.content.decode()
    before = endpoint.sealed_secret
    endpoint.refresh_from_db()
    assert endpoint.sealed_previous_secret == before


def test_a_test_event_a_pause_and_sending_again(operator):
    paused = a_paused_endpoint()
    operator.post(reverse("admin:campaigns_webhookendpoint_go_on", args=[paused.pk]))
    paused.refresh_from_db()
    assert paused.paused_at is None
    operator.post(reverse("admin:campaigns_webhookendpoint_ping", args=[paused.pk]))
    assert "ping" in WebhookPost.objects.get().body
    WebhookPost.objects.update(state="taken")
    operator.post(reverse("admin:campaigns_webhookendpoint_again", args=[WebhookPost.objects.get().pk]))
    assert WebhookPost.objects.get().state == "waiting"


def test_what_a_server_answered_is_shown_as_text(operator):
    post = make_post(state="failed")
    post.tries.create(status=500, excerpt="<script>alert(1)</script>")
    shown = operator.get(reverse("admin:campaigns_webhookendpoint_post", args=[post.pk])).content.decode()
    assert "&lt;script&gt;alert(1)" in shown


def test_a_viewer_looks_and_changes_nothing(client):
    viewer, endpoint = _logged_in(client, VIEWER), make_endpoint()
    assert viewer.get(page_of(endpoint)).status_code == 200
    assert viewer.post(page_of(endpoint), {**TYPED, "name": "Mine"}).status_code == 403
    assert viewer.post(reverse("admin:campaigns_webhookendpoint_secret", args=[endpoint.pk])).status_code == 403
    assert WebhookEndpoint.objects.get().name == "CRM"


def test_a_webhook_is_deleted_with_its_log(operator):
    endpoint = make_post().endpoint
    operator.post(reverse("admin:campaigns_webhookendpoint_delete", args=[endpoint.pk]))
    assert not WebhookPost.objects.exists()
