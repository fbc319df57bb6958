from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.messages.drafts import save_layout, save_snippet, save_template
from campaigns.messages.models import HouseLayout, Snippet, Template
from campaigns.messages.revisions import latest_revision
from campaigns.sending.drafts import Audience, save_draft
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus
from portal.roles import MARKETER, OPERATOR, VIEWER
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db


def url(model: str, page: str, *arguments: object) -> str:
    return reverse(f"admin:campaigns_{model}_{page}", args=arguments)


def make_template(*bodies: str) -> Template:
    template = Template(name="Letter", subject="Hello")
    for body in bodies:
        template.body = body
        save_template(template, actor=None)
    return template


def make_draft(*bodies: str) -> Campaign:
    draft = Campaign(name="Spring", subject="Hello", account=make_account())
    for body in bodies:
        draft.body = body
        save_draft(draft, Audience(), actor=None)
    return draft


def text_of(client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_versions_are_listed_with_the_campaigns_that_began_with_each(log_in):
    template = make_template("one", "two")
    client = log_in(MARKETER)
    form = client.get(url("campaign", "add") + f"?template={template.pk}").context["form"]
    assert form.initial["template_revision"] == latest_revision(template)
    client.post(
        url("campaign", "add"),
        {"name": "Spring", "kind": "markdown", "from_address": "a@postroom.example", "body": "two",
         "template_revision": str(latest_revision(template).pk)},
    )  # fmt: skip
    campaign = Campaign.objects.get()
    page = text_of(client, url("template", "versions", template.pk))
    assert url("campaign", "change", campaign.pk) in page
    assert page.count("Bring back") == 1


def test_a_saved_draft_keeps_the_template_it_began_with(log_in):
    draft = make_draft("one")
    revision = latest_revision(make_template("one"))
    Campaign.objects.update(template_revision=revision)
    words = {"name": "Spring", "kind": "markdown", "from_address": "a@postroom.example", "body": "x"}
    log_in(MARKETER).post(url("campaign", "change", draft.pk), words)
    draft.refresh_from_db()
    assert (draft.body, draft.template_revision) == ("x", revision)


def test_two_versions_are_shown_side_by_side_and_escaped(log_in):
    template = make_template("Dear <b>Anna</b>", "Dear <b>Zoë</b>")
    page = text_of(log_in(VIEWER), url("template", "compare", template.pk))
    assert "<del>Anna</del>" in page
    assert "<ins>Zoë</ins>" in page
    assert "Dear &lt;b&gt;" in page


@pytest.mark.parametrize("query", ["?old=1&new=9", "?old=9", "?new=99999999999999999999"])
def test_a_version_that_does_not_exist_is_not_found(log_in, query):
    template = make_template("one", "two")
    answer = log_in(VIEWER).get(url("template", "compare", template.pk) + query)
    assert answer.status_code == (200 if "9999999999" in query else 404)


def test_one_version_is_compared_with_the_one_before(log_in):
    template = make_template("one", "two", "three")
    context = log_in(VIEWER).get(url("template", "compare", template.pk) + "?new=2").context
    assert (context["old"].number, context["new"].number) == (1, 2)


def test_bringing_a_version_back_is_a_new_one(log_in):
    template = make_template("one", "two")
    client = log_in(MARKETER)
    answer = client.post(url("template", "restore", template.pk, 1), follow=True).content.decode()
    template.refresh_from_db()
    assert template.body == "one"
    assert "Version 1 is back, as version 3." in answer
    assert "Version 1 brought back" in text_of(client, url("template", "versions", template.pk))
    assert client.get(url("template", "restore", template.pk, 1)).status_code == 405
    assert client.post(url("template", "restore", template.pk, 77)).status_code == 404


def test_only_who_may_change_brings_back(log_in):
    template = make_template("one", "two")
    layout = save_layout(HouseLayout(name="Club"), actor=None)
    client = log_in(VIEWER)
    assert "Bring back" not in text_of(client, url("template", "versions", template.pk))
    assert client.post(url("template", "restore", template.pk, 1)).status_code == 403
    assert log_in(MARKETER).post(url("houselayout", "restore", layout.pk, 1)).status_code == 403
    assert log_in(OPERATOR).post(url("houselayout", "restore", layout.pk, 1)).status_code == 302


def test_a_started_campaign_shows_its_versions_and_keeps_its_words(log_in):
    draft = make_draft("one", "two")
    Campaign.objects.update(status=CampaignStatus.COMPLETED)
    client = log_in(MARKETER)
    assert "Bring back" not in text_of(client, url("campaign", "versions", draft.pk))
    assert client.post(url("campaign", "restore", draft.pk, 1)).status_code == 403


def test_a_snippet_that_would_break_messages_now_does_not_come_back(log_in):
    other = save_snippet(Snippet(name="other", body="x"), actor=None)
    snippet = save_snippet(Snippet(name="hours", body="{% render 'other' %}"), actor=None)
    snippet.body = "y"
    save_snippet(snippet, actor=None)
    other.delete()
    answer = log_in(MARKETER).post(url("snippet", "restore", snippet.pk, 1), follow=True).content.decode()
    assert "There is no snippet “other”" in answer
    snippet.refresh_from_db()
    assert snippet.body == "y"


def test_the_page_of_something_never_saved_here_says_so(log_in):
    template = Template.objects.create(name="Letter")
    assert "No version yet" in text_of(log_in(VIEWER), url("template", "versions", template.pk))
    assert log_in(MARKETER).get(url("template", "compare", template.pk)).status_code == 404
