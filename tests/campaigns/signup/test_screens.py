from __future__ import annotations

import re

import pytest
from django.urls import reverse

from campaigns.audience.fields import ContactField
from campaigns.audience.models import ContactList
from campaigns.signup.models import SignupForm
from campaigns.signup.public_forms import JoinForm
from campaigns.signup.questions import questions_of
from portal.models import Activity
from tests.factories.sending import make_account
from tests.factories.signup import make_form, make_request

pytestmark = pytest.mark.django_db
EDIT = "admin:campaigns_signupform_change"


def answers(**changes: object) -> dict[str, object]:
    return {
        "contact_list": ContactList.objects.get_or_create(name="Newsletter")[0].pk,
        "is_open": "on",
        "language": "en",
        "title": "Club news",
        "consent_text": "Yes.",
        "from_address": "office@postroom.example",
        "confirmation_subject": "Please confirm",
        "confirmation_body": "[Yes]({{ confirm_url }})",
        "ask_first_name": "required",
        "ask_last_name": "",
        **changes,
    }


@pytest.fixture
def account():
    return make_account()


def test_a_form_is_made_with_what_it_asks(admin_client, account):
    admin_client.post(reverse("admin:campaigns_signupform_add"), answers())
    form = SignupForm.objects.get()
    assert (form.title, form.asked_fields, form.account) == ("Club news", [["first_name", True]], account)
    assert Activity.objects.get().verb == "signup_form.created"


def test_a_new_form_comes_filled_in_and_could_be_saved_as_it_is(admin_client, account):
    page = admin_client.get(reverse("admin:campaigns_signupform_add") + "?list=1")
    start = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    chosen = answers()["contact_list"]
    own = {"contact_list": chosen, "from_address": "office@postroom.example"}
    saved = admin_client.post(reverse("admin:campaigns_signupform_add"), answers(**{**start, **own}))
    assert saved.status_code == 302, saved.context["form"].errors
    assert SignupForm.objects.get().title == start["title"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"confirmation_body": "Hello"}, "is missing"),
        ({"confirmation_body": "{{ confirm_url"}, "confirmation_body"),
        ({"confirmation_body": "{{ first_name }} {{ confirm_url }}"}, "knows nothing of “first_name”"),
        ({"allowed_origins": "club.example"}, "is no website"),
        ({"allowed_origins": "javascript:alert(1)"}, "is no website"),
        ({"allowed_origins": "https://club.example", "return_url": "https://evil.example/x"}, "one of the websites"),
        ({"from_address": "nobody"}, "from_address"),
        ({"from_name": "Club\r\nBcc: nia@club.example"}, "on one line"),
        ({"confirmation_subject": "Please\nconfirm"}, "on one line"),
    ],
)
def test_what_could_not_work_is_refused_where_it_stands(admin_client, account, changes, words):
    page = admin_client.post(reverse("admin:campaigns_signupform_add"), answers(**changes))
    assert page.status_code == 200
    assert words in str(page.context["form"].errors)
    assert not SignupForm.objects.exists()


def test_websites_are_kept_as_their_origins(admin_client, account):
    given = answers(allowed_origins="https://Club.example/news/\nhttps://club.example https://b.example:8443")
    admin_client.post(reverse("admin:campaigns_signupform_add"), given)
    assert SignupForm.objects.get().origins == ["https://club.example", "https://b.example:8443"]


def test_the_page_shows_figures_the_latest_and_what_to_copy(admin_client):
    form = make_form(allowed_origins="https://club.example", request_count=7, confirmed_count=4, trapped_count=3)
    make_request(form)
    page = admin_client.get(reverse(EDIT, args=[form.pk])).content.decode()
    assert "nia@club.example" in page
    assert f"/s/{form.form_key}" in page
    assert "&lt;form action=" in page
    assert "&lt;iframe" in page


def test_the_snippet_has_every_field_that_the_form_takes(admin_client):
    ContactField.objects.create(name="size", label="Size", field_type="choice", options=["S", "M"])
    form = make_form(allowed_origins="https://club.example", asked_fields=[["first_name", True], ["size", False]])
    snippet = admin_client.get(reverse(EDIT, args=[form.pk])).context["snippet"]
    named = set(re.findall(r'name="(\w+)"', snippet))
    taken = set(JoinForm(questions=questions_of(form), consent_text="").fields)
    assert named - {"homepage"} == taken
    assert "<option>M</option>" in snippet


def test_the_look_shows_what_is_typed_and_saves_nothing(admin_client, account):
    look = reverse("admin:campaigns_signupform_look")
    shown = admin_client.post(look, answers(title="Fresh title"))
    assert b"Fresh title" in shown.content
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert b"https://example.org/confirm" in admin_client.post(look, answers(preview_view="mail")).content
    broken = admin_client.post(look, answers(preview_view="mail", confirmation_body="{{ oops"))
    assert b"cannot be shown yet" in broken.content
    assert not SignupForm.objects.exists()


def test_deleting_a_form_is_written_down(admin_client):
    form = make_form()
    admin_client.post(reverse("admin:campaigns_signupform_delete", args=[form.pk]))
    assert not SignupForm.objects.exists()
    assert Activity.objects.get().verb == "signup_form.deleted"
    assert ContactList.objects.exists()


def test_a_list_leads_to_its_form(admin_client):
    form = make_form()
    page = admin_client.get(reverse("admin:campaigns_contactlist_change", args=[form.contact_list_id]))
    url = reverse("admin:campaigns_signupform_changelist") + f"?contact_list__id__exact={form.contact_list_id}"
    assert url in page.content.decode()
    listed = admin_client.get(url).content.decode()
    assert form.title in listed
