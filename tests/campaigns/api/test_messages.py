from __future__ import annotations

import base64

import pytest
from django.db import connection

from campaigns.attachments.models import FrozenAttachment
from campaigns.guests.models import GuestList
from campaigns.messages.compile import compile_message
from campaigns.messages.models import Template
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.states import DeliveryState
from campaigns.transactional.models import TransactionalMessage
from tests.factories.api import ApiClient, make_test_key
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/messages"


@pytest.fixture(autouse=True)
def account():
    return make_account()


def message(**fields) -> dict[str, object]:
    return {
        "to": "anna@club.example", "from_email": "shop@postroom.example", "subject": "Receipt {{ number }}",
        "body": "Thank you.", "values": {"number": 7}, **fields,
    }  # fmt: skip


def test_a_message_is_accepted_with_its_place_and_sent(api, ses, hints):
    answer = api.post(PLACE, message())
    assert answer.status_code == 202, answer.content
    body = answer.json()
    assert answer["Location"] == body["status_url"] == f"{PLACE}/{body['id']}"
    assert api.get(answer["Location"]).json()["recipients"][0]["state"] == "queued"
    hints.run_all()
    assert ses.raw_subjects() == ["Receipt 7"]
    status = api.get(answer["Location"]).json()
    assert (status["status"], status["recipients"][0]["state"]) == ("completed", "accepted")


def test_a_template_is_found_by_name_and_by_number(api):
    template = Template.objects.create(name="Receipt", subject="{{ number }}", body="Thanks")
    for wanted in ("Receipt", template.pk, str(template.pk)):
        body = {**message(), "template": wanted}
        del body["subject"], body["body"]
        assert api.post(PLACE, body).status_code == 202
    assert TransactionalMessage.objects.filter(template=template).count() == 3


def test_files_go_along(api):
    file = {"filename": "receipt.pdf", "content": base64.b64encode(b"%PDF-1.4 paid").decode()}
    assert api.post(PLACE, message(attachments=[file])).status_code == 202
    assert FrozenAttachment.objects.get().name == "receipt.pdf"


def test_several_people_get_a_mail_each(api, ses, hints):
    assert api.post(PLACE, message(to=["anna@club.example", "bert@club.example"])).status_code == 202
    hints.run_all()
    assert sorted(ses.recipients()) == ["anna@club.example", "bert@club.example"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"to": "nobody"}, "to"),
        ({"to": ["anna@club.example", "x y@z.example"]}, "to[1]"),
        ({"from_email": "shop@elsewhere.example"}, "from_email"),
        ({"from_email": "shop@postroom.example\r\nBcc: x@y.example"}, "from_email"),
        ({"from_name": "Shop\r\nBcc: x@y.example"}, "from_name"),
        ({"subject": "Hello\nBcc: x@y.example"}, "subject"),
        ({"reply_to": "a@b.example\u2028Bcc: x"}, "reply_to"),
        ({"subject": "{{ number"}, "subject"),
        ({"values": {}}, "values.number"),
        ({"values": {"number": 7, "a b": 1}}, "values.a b"),
        ({"template": "Nothing", "subject": None, "body": None}, "template"),
        ({"relay": "Nothing"}, "relay"),
        ({"subjetc": "Hello"}, "subjetc"),
        ({"attachments": [{"filename": "a.txt", "content": "*"}]}, "attachments[0].content"),
        ({"attachments": [{"filename": "a\r\nb.txt", "content": "eA=="}]}, "attachments[0].filename"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_kept(api, fields, field):
    answer = api.post(PLACE, message(**fields))
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Campaign.objects.exists()


def test_a_value_cannot_break_out_of_a_header(api, ses, hints):
    api.post(PLACE, message(values={"number": "7\r\nBcc: spy@evil.example"}))
    hints.run_all()
    assert ses.raw_subjects() == ["Receipt 7 Bcc: spy@evil.example"]
    assert ses.recipients() == ["anna@club.example"]


def test_a_test_key_reaches_its_guests_only(settings, ses, hints):
    settings.SANDBOX = False
    guests = GuestList.objects.create(name="Testers", addresses=["tess@club.example"])
    client = ApiClient(make_test_key(guest_list_id=guests.pk))
    for to in ("anna@club.example", "tess@club.example"):
        answer = client.post(PLACE, message(to=to))
        assert answer.status_code == 202
    hints.run_all()
    assert ses.recipients() == ["tess@club.example"]
    assert Delivery.objects.get(address="anna@club.example").state == DeliveryState.SKIPPED


def test_a_test_key_without_guests_reaches_nobody_outside_the_sandbox(settings, ses, hints):
    client = ApiClient(make_test_key())
    client.post(PLACE, message())
    settings.SANDBOX = False
    answer = client.post(PLACE, message(to="bert@club.example"))
    assert answer.status_code == 202
    hints.run_all()
    assert ses.recipients() == ["anna@club.example"]


def test_an_unknown_message_is_a_problem(api):
    answer = api.get(f"{PLACE}/00000000-0000-0000-0000-000000000000")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:postroom:problem:not_found")


def test_the_answer_says_through_whom_it_leaves(api, account):
    assert api.post(PLACE, message()).json()["account"] == account.name


@pytest.mark.django_db(transaction=True)
def test_nothing_is_compiled_while_the_database_is_kept(api, monkeypatch):
    kept: list[bool] = []

    def compiled(source):
        kept.append(connection.in_atomic_block)
        return compile_message(source)

    monkeypatch.setattr("campaigns.messages.services.compile_message", compiled)
    assert api.post(PLACE, message(body="Compiled {{ number }} for the first time.")).status_code == 202
    assert kept == [False]


def test_messages_answer_without_a_prefix_too(api):
    answer = api.post("/messages", message())
    assert answer.status_code == 202
    assert api.get(f"/messages/{answer.json()['id']}").status_code == 200
    assert api.get("/suppressions", {"email": "anna@club.example"}).status_code == 200
