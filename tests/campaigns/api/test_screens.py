from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from credentials.api_keys.models import ApiKey
from credentials.api_keys.services import key_of
from portal.models import Activity
from portal.roles import OPERATOR
from tests.factories.api import make_key
from tests.factories.transactional import make_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client):
    person = User.objects.create_user("olga", is_staff=True)
    person.groups.add(Group.objects.get(name=OPERATOR))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_new_key_is_shown_once(operator):
    page = reverse("admin:credentials_apikey_add")
    shown = operator.post(page, {"name": "Shop", "kind": "live", "scopes": ["messages:send"], "per_minute": 60})
    key = ApiKey.objects.get()
    text = shown.content.decode().partition('id="new-key">')[2].partition("<")[0]
    assert key_of(text) == key
    assert "no-store" in shown["Cache-Control"]
    for name in ("changelist", "change"):
        url = reverse(f"admin:credentials_apikey_{name}", args=[key.pk] if name == "change" else [])
        assert text not in operator.get(url).content.decode()
    deed = Activity.objects.get(verb="api_key.created")
    assert (deed.actor_name, text in str(deed.details)) == ("olga", False)


def test_a_key_without_permissions_is_not_made(operator):
    answer = operator.post(reverse("admin:credentials_apikey_add"), {"name": "Shop", "kind": "live", "per_minute": 60})
    assert answer.status_code == 200
    assert not ApiKey.objects.exists()


def test_a_key_is_changed_and_revoked(operator):
    made = make_key()
    page = reverse("admin:credentials_apikey_change", args=[made.key.pk])
    operator.post(page, {"name": "Till", "scopes": ["contacts:read"], "per_minute": 5})
    made.key.refresh_from_db()
    assert (made.key.name, made.key.scopes, made.key.per_minute) == ("Till", ["contacts:read"], 5)
    operator.post(reverse("admin:credentials_apikey_revoke", args=[made.key.pk]))
    made.key.refresh_from_db()
    assert made.key.revoked_at is not None
    assert operator.post(page, {"name": "Again", "scopes": ["contacts:read"], "per_minute": 5}).status_code == 403


def test_messages_are_listed_with_what_became_of_them_and_found(admin_client, django_assert_max_num_queries):
    found = make_message("anna@club.example", "bert@club.example")
    for number in range(10):
        make_message(f"p{number}@club.example")
    page = reverse("admin:campaigns_transactionalmessage_changelist")
    with django_assert_max_num_queries(25):
        shown = admin_client.get(page).content.decode()
    assert "anna@club.example, bert@club.example" in shown
    for wanted in ("ANNA@", str(found.public_id)):
        answer = admin_client.get(page, {"q": wanted}).content.decode()
        assert "anna@club.example" in answer
        assert "p3@club.example" not in answer
    assert admin_client.get(page, {"q": "x\0y"}).status_code == 200


def test_the_page_of_a_message_does_not_show_what_it_was_filled_with(admin_client):
    message = make_message(values={"number": "secret-link"})
    shown = admin_client.get(reverse("admin:campaigns_transactionalmessage_change", args=[message.pk]))
    assert shown.status_code == 200
    assert b"secret-link" not in shown.content
    assert b"anna@club.example" in shown.content


def test_the_reference_shows_every_address(operator):
    shown = operator.get(reverse("admin:api_reference")).content.decode()
    for path in ("POST /smtp-campaign", "GET /campaign-status/{campaign_id}", "POST /messages", "recipients[].email"):
        assert path in shown
    assert operator.get(reverse("admin:api_openapi")).json()["openapi"].startswith("3.")
