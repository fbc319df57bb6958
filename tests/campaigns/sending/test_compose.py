from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from campaigns.messages.models import HouseLayout, Template
from campaigns.messages.preview import FRAME_POLICY
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus
from portal.models import Activity
from portal.roles import MARKETER, OPERATOR, VIEWER
from tests.factories.campaign_pages import a_draft, a_list_of_people, a_running_campaign, a_template
from tests.factories.sending import make_account, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def log_in(client):
    def as_role(role):
        person = User.objects.create_user(f"a-{role.lower()}", is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_role


def words(**changes):
    return {
        "name": "Spring letter",
        "from_address": "office@postroom.example",
        "kind": "markdown",
        "subject": "News",
        "body": "Hello",
        **changes,
    }


def edit_address(campaign):
    return reverse("admin:campaigns_campaign_change", args=[campaign.pk])


NEW = "admin:campaigns_campaign_add"


def test_saving_makes_a_draft_and_sends_nothing(log_in, hints):
    account, members = make_account(), a_list_of_people()
    response = log_in(MARKETER).post(reverse(NEW), words(include_lists=[members.pk]))
    draft = Campaign.objects.get()
    assert response.url == edit_address(draft)
    assert (draft.status, draft.account, draft.subject) == (CampaignStatus.DRAFT, account, "News")
    assert list(draft.include_lists.all()) == [members]
    assert Activity.objects.get().verb == "campaign.created"
    assert hints.kept == []


@pytest.mark.parametrize(
    "page",
    [NEW, "admin:campaigns_signupform_add", "admin:campaigns_contactform_add"],
    ids=["draft", "sign-up", "contact"],
)
def test_what_is_new_begins_with_the_account_that_comes_first_among_several(page, log_in):
    first, second = make_account(), make_account(name="Second")
    form = log_in(OPERATOR).get(reverse(page)).context["form"]
    assert [str(value) for value, _name in form.fields["account"].choices] == [str(first.pk), str(second.pk)]


def test_a_broken_message_can_be_saved(log_in):
    log_in(MARKETER).post(reverse(NEW), words(body="{% if"))
    assert Campaign.objects.get().body == "{% if"


def test_a_template_gives_its_words(log_in):
    template = a_template()
    response = log_in(MARKETER).get(reverse(NEW), {"template": template.pk})
    assert template.subject in response.content.decode()


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("subject", "News\nBcc: x@y.example"),
        ("subject", "News\u2028x"),
        ("from_name", "A\rB"),
        ("preheader", "a\nb"),
        ("from_address", "not an address"),
        ("from_address", "a@b.example, c@d.example"),
        ("reply_to", "x\ny@z.example"),
        ("name", ""),
    ],
)
def test_what_cannot_be_a_header_is_refused_beside_its_field(field, text, log_in):
    response = log_in(MARKETER).post(reverse(NEW), words(**{field: text}))
    assert response.context["form"].errors.keys() == {field}
    assert not Campaign.objects.exists()


def test_nul_bytes_are_refused(log_in):
    response = log_in(MARKETER).post(reverse(NEW), words(body="a\x00b"))
    assert response.status_code == 200
    assert not Campaign.objects.exists()


def test_a_started_campaign_is_not_changed(log_in):
    campaign = a_running_campaign()
    response = log_in(MARKETER).post(edit_address(campaign), words(subject="Changed"), follow=True)
    assert Campaign.objects.get(pk=campaign.pk).subject == campaign.subject
    assert "were not saved" in str(*response.context["messages"])


def test_a_viewer_sees_the_draft_and_cannot_save_it(log_in):
    draft = a_draft()
    client = log_in(VIEWER)
    assert b"you may look, not change" in client.get(edit_address(draft)).content
    assert client.post(edit_address(draft), words()).status_code == 403
    assert client.post(reverse(NEW), words()).status_code == 403


def test_a_test_has_no_pages_of_its_own(log_in):
    draft = a_draft()
    test = Campaign.objects.create(name="[Test] x", campaign_kind="test", parent=draft)
    assert log_in(MARKETER).get(edit_address(test)).status_code == 404


def test_the_preview_shows_posted_text_under_its_own_policy(log_in):
    make_contact("anna@club.example", first_name="Anna-Lena")
    response = log_in(VIEWER).post(
        reverse("admin:campaigns_template_preview"),
        {"kind": "markdown", "body": "Dear {{ first_name }}", "preview_as": "anna@club.example"},
    )
    assert b"Dear Anna-Lena" in response.content
    assert response["Content-Security-Policy"] == FRAME_POLICY
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_preview_that_cannot_be_made_says_why(log_in):
    response = log_in(VIEWER).post(reverse("admin:campaigns_template_preview"), {"body": "a\n{{ b"})
    assert response.status_code == 200
    assert b"line 2" in response.content


def test_a_template_that_never_ends_is_stopped(log_in):
    loop = "{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}"
    response = log_in(VIEWER).post(reverse("admin:campaigns_template_check"), {"subject": "x", "body": loop})
    assert [check["level"] for check in response.json()["checks"]] == ["bad"]


def test_the_frozen_message_is_shown_as_a_person_got_it(log_in):
    campaign = a_running_campaign()
    make_contact("anna@club.example", first_name="Anna-Lena")
    Campaign.objects.filter(pk=campaign.pk).update(body="changed behind its back")
    address = reverse("admin:campaigns_campaign_frame", args=[campaign.pk])
    page = log_in(VIEWER).get(address, {"as": "anna@club.example"}).content
    assert b"Dear Anna-Lena" in page
    assert b"behind its back" not in page


def test_templates_are_written_by_marketers_and_only_seen_by_viewers(log_in):
    template = a_template()
    change = reverse("admin:campaigns_template_change", args=[template.pk])
    delete = reverse("admin:campaigns_template_delete", args=[template.pk])
    client = log_in(VIEWER)
    assert client.get(change).status_code == 200
    assert client.post(change, words()).status_code == 403
    assert client.post(delete).status_code == 403
    marketer = log_in(MARKETER)
    marketer.post(change, words(name="Summer letter"))
    assert Template.objects.get().name == "Summer letter"
    marketer.post(delete)
    assert not Template.objects.exists()


def test_the_house_layout_is_changed_by_operators_only(log_in):
    address = reverse("admin:campaigns_houselayout_add")
    colours = {"accent_color": "#112233", "page_color": "#ffffff", "text_color": "#000000"}
    fields = {"name": "Club", "organisation": "The Club", **colours}
    assert log_in(MARKETER).post(address, fields).status_code == 403
    log_in(OPERATOR).post(address, fields)
    assert HouseLayout.objects.get().organisation == "The Club"


def test_the_check_counts_people_without_a_value(log_in):
    draft = a_draft()
    address = reverse("admin:campaigns_campaign_check", args=[draft.pk])
    client = log_in(MARKETER)
    said = str(client.post(address, {"subject": "x", "body": "Dear {{ first_name }}"}).json())
    assert "1 person has no value for first_name" in said
    said = str(client.post(address, {"subject": "x", "body": "Dear {{ first_name | default: 'you' }}"}).json())
    assert "no value" not in said


def test_a_draft_that_somebody_else_saved_is_replaced_only_on_purpose(log_in):
    draft = a_draft()
    client = log_in(MARKETER)
    read_at = draft.updated_at.isoformat()
    client.post(edit_address(draft), words(body="theirs", read_at=read_at))
    response = client.post(edit_address(draft), words(body="mine", read_at=read_at))
    assert "saved this while you wrote" in response.content.decode()
    assert Campaign.objects.get(pk=draft.pk).body == "theirs"
    client.post(edit_address(draft), words(body="mine", read_at=response.context["opened"].read_at))
    assert Campaign.objects.get(pk=draft.pk).body == "mine"
