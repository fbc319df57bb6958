"""`POST /sendEmail` as websites and attackers call it."""

from __future__ import annotations

import json
import uuid

import pytest

from campaigns.forms.models import ContactForm, FormMessage
from portal.models import RateCount
from portal.queues import TaskName
from tests.factories.forms import ORIGIN, WRITTEN, make_contact_form

pytestmark = pytest.mark.django_db
URL = "/sendEmail"


def send(client, body=None, *, origin=ORIGIN, content_type="application/json", **headers):
    told = {"HTTP_ORIGIN": origin} if origin else {}
    text = body if isinstance(body, str) else json.dumps(WRITTEN if body is None else body)
    return client.post(URL, text, content_type=content_type, **told, **headers)


def test_a_message_is_kept_before_it_is_answered(client, hints):
    form = make_contact_form()
    answer = send(client)
    assert answer.status_code == 202
    message = FormMessage.objects.get()
    assert uuid.UUID(answer.json()["messageId"]) == message.public_id
    assert (message.form, message.address, message.subject) == (form, "nia@home.example", "Tickets")
    assert (message.text, message.origin) == ("Are there any left?\nNia", ORIGIN)
    assert [hint.task for hint in hints.kept] == [TaskName.MAIL_FORM_MESSAGES]


def test_missing_fields_are_named(client):
    make_contact_form()
    answer = send(client, {"email": "nia@home.example", "message": "  "})
    assert answer.status_code == 400
    assert answer.json()["missing"] == ["subject", "message"]
    assert answer.json()["error"] == "Missing: subject, message."
    assert not FormMessage.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email", "nia", "not an e-mail address"),
        ("email", "nia@home.example, eve@evil.example", "not an e-mail address"),
        ("email", "nia@home.example\r\nBcc: eve@evil.example", "not an e-mail address"),
        ("email", ["nia@home.example"], "no text has"),
        ("subject", "x" * 101, "At most 100"),
        ("subject", "Hello\r\nBcc: eve@evil.example", "one line"),
        ("subject", "Hello\u2028Bcc: eve@evil.example", "one line"),
        ("subject", "Hello\x0bBcc", "no text has"),
        ("message", "x" * 1001, "At most 1000"),
        ("message", "nul \x00", "no text has"),
        ("message", "\ud800", "no text has"),
        ("message", {"a": 1}, "no text has"),
    ],
)
def test_a_bad_field_is_named_with_what_is_wrong(client, field, value, code):
    make_contact_form()
    answer = send(client, {**WRITTEN, field: value})
    assert answer.status_code == 400
    assert code in answer.json()["fields"][field]
    assert list(answer.json()["fields"]) == [field]
    assert not FormMessage.objects.exists()


def test_the_longest_message_fits_in_any_script(client):
    make_contact_form()
    answer = send(client, {**WRITTEN, "subject": "ü" * 100, "message": "😀" * 1000})
    assert answer.status_code == 202
    assert len(FormMessage.objects.get().text) == 1000


@pytest.mark.parametrize("body", ["{", "[]", "null", '"x"', "[" * 8000, "\xff"])
def test_what_is_no_object_is_refused(client, body):
    make_contact_form()
    assert send(client, body).status_code == 400


def test_another_media_type_is_refused(client):
    make_contact_form()
    assert send(client, content_type="text/plain").status_code == 415
    assert send(client, "email=a", content_type="application/x-www-form-urlencoded").status_code == 415


def test_a_body_that_is_too_long_is_refused_unread(client):
    make_contact_form()
    assert send(client, {**WRITTEN, "more": "x" * 17_000}).status_code == 413


def test_browsers_of_the_allowed_website_alone_may_read_the_answer(client):
    make_contact_form()
    allowed = send(client)
    assert allowed["Access-Control-Allow-Origin"] == ORIGIN
    assert "Origin" in allowed["Vary"]
    for origin in (
        "https://evil.example",
        "http://www.club.example",
        f"{ORIGIN}.evil.example",
        f"{ORIGIN}:8443",
        "null",
    ):
        form_key = ContactForm.objects.get().form_key
        refused = send(client, {**WRITTEN, "formId": form_key}, origin=origin)
        assert refused.status_code == 403
        assert "Access-Control-Allow-Origin" not in refused
    assert FormMessage.objects.count() == 1


def test_errors_may_be_read_by_the_allowed_website_too(client):
    make_contact_form()
    for answer in (send(client, {}), send(client, "{"), send(client, content_type="text/plain")):
        assert answer["Access-Control-Allow-Origin"] == ORIGIN


def test_the_preflight_answers_for_known_websites_only(client):
    make_contact_form()
    asks = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST", "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "content-type"}
    known = client.options(URL, HTTP_ORIGIN=ORIGIN, **asks)
    assert known.status_code == 204
    assert known["Access-Control-Allow-Origin"] == ORIGIN
    assert known["Access-Control-Allow-Methods"] == "POST"
    assert known["Access-Control-Allow-Headers"] == "Content-Type"
    unknown = client.options(URL, HTTP_ORIGIN="https://www.club.exampl", **asks)
    assert "Access-Control-Allow-Origin" not in unknown


def test_programs_without_an_origin_may_send(client):
    form = make_contact_form()
    assert send(client, {**WRITTEN, "formId": form.form_key}, origin="").status_code == 202


def test_a_request_without_a_form_goes_to_the_only_one_of_its_website_or_the_default(client):
    first = make_contact_form("First")
    send(client)
    second = make_contact_form("Second", account=first.account)
    assert send(client).status_code == 400  # two of them, and no default
    ContactForm.objects.filter(pk=second.pk).update(is_default=True)
    send(client)
    assert [message.form for message in FormMessage.objects.order_by("pk")] == [first, second]


def test_an_unknown_or_closed_form_takes_nothing(client):
    form = make_contact_form(is_active=False)
    assert send(client, {**WRITTEN, "formId": form.form_key}).status_code == 404
    assert send(client, {**WRITTEN, "formId": "nothing"}).status_code == 404


@pytest.mark.parametrize("trap", [{"homepage": "https://spam.example"}, {"elapsedMs": 40}])
def test_a_machine_gets_the_usual_answer_and_nothing_is_kept(client, hints, trap):
    form = make_contact_form()
    answer = send(client, {**WRITTEN, **trap})
    assert answer.status_code == 202
    assert uuid.UUID(answer.json()["messageId"])
    assert not FormMessage.objects.exists()
    assert hints.kept == []
    form.refresh_from_db()
    assert form.trapped_count == 1


def test_too_many_from_one_place_are_told_when_to_come_again(client):
    form = make_contact_form(per_address_hour=2)
    statuses = [send(client).status_code for _turn in range(3)]
    assert statuses == [202, 202, 429]
    answer = send(client)
    assert 1 <= int(answer["Retry-After"]) <= 3600
    assert answer["Access-Control-Expose-Headers"] == "Retry-After"
    assert send(client, REMOTE_ADDR="203.0.113.9").status_code == 202
    form.refresh_from_db()
    assert (FormMessage.objects.count(), form.limited_count) == (3, 2)


def test_a_household_of_ipv6_is_one_place(client):
    make_contact_form(per_address_hour=1)
    assert send(client, REMOTE_ADDR="2001:db8::1").status_code == 202
    assert send(client, REMOTE_ADDR="2001:db8::2").status_code == 429


def test_the_form_has_a_limit_of_its_own_whoever_writes(client):
    make_contact_form(per_form_hour=1)
    assert send(client, REMOTE_ADDR="203.0.113.1").status_code == 202
    assert send(client, REMOTE_ADDR="203.0.113.2").status_code == 429


def test_behind_a_proxy_the_caller_is_who_the_proxy_saw(client, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    make_contact_form(per_address_hour=1)
    for forged in ("1.1.1.1, 203.0.113.1", "2.2.2.2, 203.0.113.1"):
        last = send(client, HTTP_X_FORWARDED_FOR=forged)
    assert last.status_code == 429
    assert send(client, HTTP_X_FORWARDED_FOR="203.0.113.2").status_code == 202


def test_a_failure_of_ours_says_nothing_of_why(client, monkeypatch):
    make_contact_form()

    def break_down(*_args, **_named):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("campaigns.forms.public_views.accept_message", break_down)
    answer = send(client)
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert answer["Access-Control-Allow-Origin"] == ORIGIN


def test_what_visitors_are_told_is_in_the_language_of_the_form(client):
    make_contact_form(language="de", thanks_text="Danke!")
    assert send(client).json()["message"] == "Danke!"


def test_no_number_of_a_caller_is_kept(client):
    make_contact_form()
    send(client, REMOTE_ADDR="203.0.113.77")
    assert "203.0.113" not in str(list(FormMessage.objects.values()) + list(RateCount.objects.values()))


def test_looking_at_the_address_does_nothing(client):
    assert client.get(URL).status_code == 405
