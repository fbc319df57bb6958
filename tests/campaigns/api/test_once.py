from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from campaigns.api.models import ApiRequest
from campaigns.api.once import BUSY_S, forget_old_requests
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus
from campaigns.transactional.models import TransactionalMessage
from portal.errors import InvalidInput
from tests.factories.api import ApiClient, api_client, make_key
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/messages"


@pytest.fixture(autouse=True)
def account():
    return make_account()


def message(**fields) -> dict[str, object]:
    return {"to": "anna@club.example", "from_email": "shop@postroom.example", "subject": "Hi", "body": "Hi", **fields}


def campaign(**fields) -> dict[str, object]:
    return {
        "campaign_name": "Spring", "subject": "News", "body": "Hello", "from_email": "shop@postroom.example",
        "recipients": [{"email": "anna@club.example"}], **fields,
    }  # fmt: skip


def test_the_same_again_is_answered_alike_and_done_once(api):
    first, again = api.post(PLACE, message(), once="a"), api.post(PLACE, message(), once="a")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert again["Location"] == first["Location"]
    assert (first.get("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (None, "true")
    assert TransactionalMessage.objects.count() == 1


def test_another_body_with_the_same_key_is_refused(api):
    api.post(PLACE, message(), once="a")
    answer = api.post(PLACE, message(subject="Other"), once="a")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:postroom:problem:key_reused")


def test_another_api_key_may_use_the_same_word(api):
    api.post(PLACE, message(), once="a")
    assert ApiClient(make_key("Other")).post(PLACE, message(subject="Other"), once="a").status_code == 202


def test_a_refused_request_may_be_mended_under_the_same_key(api):
    assert api.post(PLACE, message(to="nobody"), once="a").status_code == 422
    assert api.post(PLACE, message(), once="a").status_code == 202


@pytest.mark.parametrize("name", ["x" * 256, "ä", "a\tb"])
def test_a_key_that_cannot_be_is_refused(api, name):
    assert api.post(PLACE, message(), once=name).status_code == 422


def test_a_campaign_is_started_once(api, hints):
    answers = [api.post("/smtp-campaign", campaign(), once="a") for _time in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202], answers[0].content
    assert answers[0].json() == answers[1].json()
    assert Campaign.objects.count() == 1


def test_whoever_comes_while_it_is_being_done_is_asked_to_wait(api):
    api.post("/smtp-campaign", campaign(), once="a")
    row = ApiRequest.objects.get()
    ApiRequest.objects.update(status=0, busy_until=timezone.now() + timedelta(seconds=BUSY_S))
    answer = api.post("/smtp-campaign", campaign(), once="a")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:postroom:problem:busy")
    assert 0 < int(answer["Retry-After"]) <= BUSY_S + 1
    assert row.campaign is not None


def test_a_process_that_died_before_send_is_carried_on(api, hints, monkeypatch):
    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("campaigns.api.ordering.start_campaign", die)
        with pytest.raises(KeyboardInterrupt):
            api.post("/smtp-campaign", campaign(), once="a")
    assert Campaign.objects.get().status == CampaignStatus.DRAFT
    ApiRequest.objects.update(busy_until=timezone.now())
    answer = api.post("/smtp-campaign", campaign(), once="a")
    assert answer.status_code == 202, answer.content
    assert Campaign.objects.get().status == CampaignStatus.PENDING
    assert answer.json()["id"] == Campaign.objects.get().pk


def test_a_process_that_died_behind_send_sends_nothing_again(api, hints):
    first = api.post("/smtp-campaign", campaign(), once="a")
    ApiRequest.objects.update(status=0, answer={}, busy_until=timezone.now())
    again = api.post("/smtp-campaign", campaign(), once="a")
    assert (again.status_code, again.json()) == (202, first.json())
    assert Campaign.objects.count() == 1


def test_a_campaign_that_cannot_be_sent_leaves_nothing(api, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise InvalidInput("A check blocks it.")

    with monkeypatch.context() as patched:
        patched.setattr("campaigns.api.ordering.start_campaign", refuse)
        assert api.post("/smtp-campaign", campaign(), once="a").status_code == 422
    assert not Campaign.objects.exists()
    assert not ApiRequest.objects.exists()
    assert api.post("/smtp-campaign", campaign(), once="a").status_code == 202


def test_answers_are_forgotten_after_their_days(api):
    api.post(PLACE, message(), once="a")
    assert forget_old_requests() == 0
    with time_machine.travel(timezone.now() + timedelta(days=settings.API_IDEMPOTENCY_DAYS, hours=1), tick=False):
        assert forget_old_requests() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_deed():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    from concurrent.futures import ThreadPoolExecutor

    make_account()
    client = api_client()

    def send(_number: int) -> int:
        try:
            return ApiClientOf(client).post(PLACE, message(), once="a").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        codes = set(pool.map(send, range(8)))
    assert codes <= {202, 409}
    assert TransactionalMessage.objects.count() == 1


def ApiClientOf(client: ApiClient) -> ApiClient:  # noqa: N802
    """The same key on a connection of its own."""
    from credentials.api_keys.services import NewKey

    return ApiClient(NewKey(client.key, client.text))
