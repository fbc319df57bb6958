from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from credentials.api_keys.scopes import Scope
from credentials.api_keys.services import revoke_key
from tests.factories.api import ApiClient, api_client, make_key

pytestmark = pytest.mark.django_db

ADDRESSES = {
    ("post", "/smtp-campaign"): Scope.SEND_CAMPAIGNS,
    ("get", "/campaign-status/1"): Scope.READ_CAMPAIGNS,
    ("get", "/contacts"): Scope.READ_CONTACTS,
    ("post", "/contacts"): Scope.WRITE_CONTACTS,
    ("post", "/api/v1/smtp-campaign"): Scope.SEND_CAMPAIGNS,
    ("get", "/api/v1/campaign-status/1"): Scope.READ_CAMPAIGNS,
    ("get", "/api/v1/contacts"): Scope.READ_CONTACTS,
    ("post", "/api/v1/contacts"): Scope.WRITE_CONTACTS,
    ("post", "/api/v1/messages"): Scope.SEND_MESSAGES,
    ("get", "/api/v1/messages/00000000-0000-0000-0000-000000000000"): Scope.READ_MESSAGES,
    ("get", "/api/v1/lists"): Scope.READ_CONTACTS,
    ("post", "/api/v1/lists"): Scope.WRITE_CONTACTS,
    ("get", "/api/v1/suppressions"): Scope.READ_SUPPRESSIONS,
    ("post", "/api/v1/route-decision"): Scope.READ_ROUTES,
    ("post", "/api/v1/suppressions"): Scope.WRITE_SUPPRESSIONS,
    ("delete", "/api/v1/suppressions"): Scope.WRITE_SUPPRESSIONS,
}


def ask(client: ApiClient, method: str, path: str):
    return client.post(path, {}) if method == "post" else getattr(client, method)(path)


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_each_address_needs_a_key_with_its_own_scope(method, path):
    scope = ADDRESSES[method, path]
    without = api_client(scopes=[each for each in Scope.values if each != scope])
    assert ask(without, method, path).status_code == 403
    assert ask(api_client(scopes=[scope]), method, path).status_code not in {401, 403, 500}
    answer = getattr(Client(), method)(path)
    assert (answer.status_code, answer["WWW-Authenticate"][:6]) == (401, "Bearer")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_session_of_the_portal_is_no_key(admin_client):
    assert admin_client.get("/contacts").status_code == 401


def test_both_headers_are_read_and_no_cookie_is_set():
    key = make_key()
    for headers in (
        {"Authorization": f"Bearer {key.text}"},
        {"X-Api-Key": key.text},
        {"authorization": f"bearer {key.text}"},
    ):
        answer = Client().get("/contacts", headers=headers)
        assert answer.status_code == 200
        assert not answer.cookies
    for headers in ({"Authorization": key.text}, {"Authorization": f"Basic {key.text}"}, {"X-Api-Key": "pr_live_"}):
        assert Client().get("/contacts", headers=headers).status_code == 401


def test_a_revoked_key_is_told_so():
    client = api_client()
    revoke_key(client.key.pk, actor=None)
    assert "revoked" in client.get("/contacts").json()["detail"]


def test_a_key_beyond_its_turns_is_asked_to_wait():
    client = api_client(per_minute=3)
    codes = [client.get("/contacts").status_code for _time in range(8)]
    assert codes.count(200) <= 6  # the minute may turn
    answer = client.get("/contacts")
    if answer.status_code != 429:
        pytest.skip("the minute turned twice")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer.json()["type"] == "urn:postroom:problem:too_many_requests"


def test_the_use_of_a_key_is_noted():
    client = api_client()
    before = timezone.now()
    client.get("/contacts")
    client.key.refresh_from_db()
    assert client.key.last_used_at >= before


def test_what_is_no_address_is_a_problem_and_so_is_a_wrong_method(api):
    assert api.get("/api/v1/nothing").json()["type"] == "urn:postroom:problem:not_found"
    answer = api.get("/smtp-campaign")
    assert (answer.status_code, answer["Allow"], answer["Content-Type"]) == (405, "POST", "application/problem+json")


@pytest.mark.parametrize("path", ["/campaign-status/spring", "/contacts/", "/smtp-campaign/", "/api/v1/nothing"])
def test_an_address_that_is_none_is_a_problem_document(api, path):
    answer = api.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
