"""The pages of contact forms as marketers use them, our public page, and what is downloaded."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from campaigns.forms.models import ContactForm, FormMessage
from campaigns.forms.outcomes import State
from campaigns.forms.stamps import shown_stamp
from portal.failures.sources import SOURCES
from portal.roles import MARKETER, VIEWER
from tests.factories.forms import ORIGIN, WRITTEN, a_used_contact_form, make_contact_form, make_form_message
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "Club", "is_active": "on", "language": "de", "title": "Schreiben Sie uns", "recipient": "office@club.example",
    "from_address": "forms@club.example", "from_name": "Website", "subject_prefix": "[Web]",
    "allowed_origins": "https://WWW.club.example/path\nhttps://www.club.example", "per_address_hour": "5",
    "per_form_hour": "50", "kept_days": "30",
}  # fmt: skip


def _logged_in(client, role):
    person = User.objects.create_user(role.lower(), is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)
    return client


@pytest.fixture
def marketer(client):
    return _logged_in(client, MARKETER)


def test_a_form_is_made_with_its_websites_brought_into_one_form(marketer):
    make_account()
    marketer.post(reverse("admin:campaigns_contactform_add"), TYPED)
    form = ContactForm.objects.get()
    assert form.origins == ["https://www.club.example"]
    assert form.account is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recipient", "office@club.example, eve@evil.example"),
        ("recipient", "office@club.example\r\nBcc: eve@evil.example"),
        ("from_name", "Website\r\nBcc: eve@evil.example"),
        ("subject_prefix", "[Web]\nBcc: eve@evil.example"),
        ("from_address", "forms"),
        ("allowed_origins", "*"),
        ("allowed_origins", "https://*.club.example"),
        ("allowed_origins", "null"),
        ("return_url", "https://evil.example/"),
        ("per_form_hour", "0"),
    ],
)
def test_what_would_break_out_is_not_saved(marketer, field, value):
    make_account()
    marketer.post(reverse("admin:campaigns_contactform_add"), {**TYPED, field: value})
    assert not ContactForm.objects.exists()


def test_only_one_form_is_the_default(marketer):
    first = make_contact_form("First", is_default=True)
    answer = marketer.post(reverse("admin:campaigns_contactform_add"), {**TYPED, "is_default": "on"})
    assert "First" in answer.content.decode()
    assert ContactForm.objects.get() == first


def test_the_bundle_holds_a_page_with_a_strict_policy_and_nothing_inline(marketer, settings):
    settings.PUBLIC_URL = "https://post.example"
    form = make_contact_form(language="de", title="<b>Fragen</b>", intro="</main><script>alert(1)</script>")
    answer = marketer.get(reverse("admin:campaigns_contactform_bundle", args=[form.pk]))
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert sorted(archive.namelist()) == [
            "contact-form.css", "contact-form.js", "index.html", "readme.txt", "thanks.html",
        ]  # fmt: skip
        page = archive.read("index.html").decode()
    assert "default-src 'none'; script-src 'self'" in page
    assert "connect-src https://post.example; form-action 'self' https://post.example" in page
    assert f'action="https://post.example/contact/{form.form_key}"' in page
    assert "<script>alert" not in page
    assert page.count("<script") == 1
    assert "style=" not in page


def test_the_script_is_served_to_other_websites(client):
    answer = client.get(reverse("contact_form_script"))
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert b"data-postroom-form" in answer.content


def test_the_messages_of_a_form_as_a_file_without_formulas(marketer):
    form = make_contact_form()
    make_form_message(form, subject="=1+1")
    answer = marketer.post(reverse("admin:campaigns_contactform_csv", args=[form.pk]))
    text = b"".join(answer.streaming_content).decode()
    assert "'=1+1" in text
    assert "nia@home.example" in text


def test_a_viewer_reads_messages_and_takes_no_file(client):
    viewer, form = _logged_in(client, VIEWER), a_used_contact_form()
    shown = viewer.get(reverse("admin:campaigns_formmessage_changelist") + "?q=rob").content.decode()
    assert "robin@club.example" in shown
    assert "jo@mail.example" not in shown
    assert viewer.post(reverse("admin:campaigns_contactform_csv", args=[form.pk])).status_code == 403


def test_what_was_written_is_shown_as_text(marketer):
    message = make_form_message(text="<script>alert(1)</script>")
    shown = marketer.get(reverse("admin:campaigns_formmessage_change", args=[message.pk])).content.decode()
    assert "&lt;script&gt;alert(1)" in shown


def test_failed_messages_stand_in_failures_and_are_tried_again_there():
    form = a_used_contact_form()
    source = SOURCES["forms"]
    (cause,) = list(source.causes())
    assert (cause.count, form.name in cause.text) == (1, True)
    (failed,) = source.retry.ids_after(cause.key, 0, 10)
    source.retry.try_again(failed, None)
    assert FormMessage.objects.get(pk=failed).state == State.RECEIVED
    assert list(source.causes()) == []


def test_deleting_a_form_deletes_what_came_through_it(marketer):
    form = a_used_contact_form()
    marketer.post(reverse("admin:campaigns_contactform_delete", args=[form.pk]))
    assert not ContactForm.objects.exists()
    assert not FormMessage.objects.exists()


def test_our_page_takes_a_message_after_somebody_has_read_it(client):
    form = make_contact_form()
    url = reverse("contact_form", args=[form.form_key])
    with time_machine.travel(timezone.now() - timedelta(seconds=10), tick=False):
        stamp = shown_stamp(form.form_key)
    answer = client.post(url, {**WRITTEN, "shown": stamp})
    assert "Thank you" in answer.content.decode()
    assert FormMessage.objects.get().origin == ""


@pytest.mark.parametrize("stamp", ["", "forged", None])
def test_our_page_asks_again_where_the_note_is_missing_forged_or_fresh(client, stamp):
    form = make_contact_form()
    note = shown_stamp(form.form_key) if stamp is None else stamp
    answer = client.post(reverse("contact_form", args=[form.form_key]), {**WRITTEN, "shown": note})
    assert "once more" in answer.content.decode()
    assert "Are there any left?" in answer.content.decode()
    assert not FormMessage.objects.exists()


def test_a_page_without_scripts_posts_here_and_is_led_back(client):
    form = make_contact_form(return_url=f"{ORIGIN}/thanks.html")
    url = reverse("contact_form", args=[form.form_key])
    answer = client.post(url, WRITTEN, HTTP_ORIGIN=ORIGIN)
    assert (answer.status_code, answer["Location"]) == (303, f"{ORIGIN}/thanks.html")
    assert FormMessage.objects.get().origin == ORIGIN


def test_our_page_says_at_the_field_what_is_wrong(client):
    form = make_contact_form(language="en")
    answer = client.post(reverse("contact_form", args=[form.form_key]), {"email": "nia"})
    assert answer.status_code == 400
    assert "not an e-mail address" in answer.content.decode()


def test_a_closed_or_missing_form_says_so(client):
    form = make_contact_form(is_active=False)
    assert client.get(reverse("contact_form", args=[form.form_key])).status_code == 410
    assert client.get(reverse("contact_form", args=["nothing"])).status_code == 404
