from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.messages.drafts import delete_snippet, save_snippet
from campaigns.messages.models import MessageVersion, Snippet, Template
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.services import compiled_version, draft_source, freeze_message
from campaigns.messages.snippets import uses_of
from portal.errors import Conflict
from tests.factories.sending import make_campaign

pytestmark = pytest.mark.django_db


def make_snippet(name: str = "hours", body: str = "Monday to Friday", **fields) -> Snippet:
    return save_snippet(Snippet(name=name, body=body, **fields), actor=None)


def test_a_started_campaign_keeps_the_snippets_of_its_moment():
    inner = make_snippet("day", "Monday")
    make_snippet("hours", "From {% render 'day' %}")
    version = freeze_message(make_campaign(body="{% render 'hours' %}"), None)
    inner.body = "Sunday"
    save_snippet(inner, actor=None)

    assert "From Monday" in compiled_version(version.pk).render({}).text
    assert sorted(MessageVersion.objects.get(pk=version.pk).snippets) == ["day", "hours"]
    campaign = make_campaign(body="{% render 'hours' %}")
    assert "From Sunday" in compiled_version(freeze_message(campaign, None).pk).render({}).text


def test_a_message_without_snippets_asks_for_none(django_assert_num_queries):
    template = Template(subject="x", body="Dear {{ first_name }}")
    draft_source(template)
    with django_assert_num_queries(2):  # the house layout, the defaults of fields
        assert draft_source(template).snippets == ()


def test_a_campaign_with_a_missing_snippet_does_not_start():
    with pytest.raises(TemplateInvalid, match="There is no snippet “hours”"):
        freeze_message(make_campaign(body="a\n{% render 'hours' %}"), None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{% if x %}", "not closed"),
        ("{% render 'hours' %}", "uses itself"),
        ("{% render 'nothing' %}", "There is no snippet"),
        (" ", "no text"),
        ("<b>" * 200, "open at once"),
    ],
)
def test_a_snippet_that_would_break_messages_is_not_saved(body, words):
    with pytest.raises(TemplateInvalid, match=words):
        make_snippet(body=body)
    assert not Snippet.objects.exists()


def test_two_snippets_cannot_come_to_use_each_other():
    first = make_snippet("first", "one")
    make_snippet("second", "{% render 'first' %}")
    first.body = "{% render 'second' %}"
    with pytest.raises(TemplateInvalid, match="first → second → first"):
        save_snippet(first, actor=None)


def test_its_users_are_named_and_keep_it():
    snippet = make_snippet()
    template = Template.objects.create(name="Letter", body='{% render "hours" %}')
    draft = make_campaign("Draft", text_body="{% render 'hours' %}")
    started = make_campaign("Started", body="{% render 'hours' %}")
    freeze_message(started, None)
    started.save()
    make_snippet("outer", "{% render 'hours' %}")
    Template.objects.create(name="Other", body="render hours")

    assert [(use.subject, use.name) for use in uses_of("hours")] == [
        ("template", template.name),
        ("campaign", draft.name),
        ("snippet", "outer"),
    ]
    assert uses_of("hours")[0].url == reverse("admin:campaigns_template_change", args=[template.pk])
    with pytest.raises(Conflict, match="“Letter”"):
        delete_snippet(snippet, actor=None)
    snippet.name = "opening"
    with pytest.raises(Conflict, match="its name must stay"):
        save_snippet(snippet, actor=None)


def test_an_unused_snippet_may_be_renamed_and_deleted():
    snippet = make_snippet()
    snippet.name = "opening"
    save_snippet(snippet, actor=None)
    delete_snippet(snippet, actor=None)
    assert not Snippet.objects.exists()
