from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.messages.drafts import delete_template, save_layout, save_snippet, save_template
from campaigns.messages.models import HouseLayout, Revision, Snippet, Template
from campaigns.messages.revisions import compare_revisions, latest_revision, restore_revision, revisions_of
from campaigns.sending.drafts import Audience, copy_campaign, save_draft, save_draft_words
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus
from portal.errors import Conflict
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira() -> User:
    return User.objects.create(username="mira")


def make_template(actor: User, *bodies: str) -> Template:
    template = Template(name="Letter", subject="Hello")
    for body in bodies:
        template.body = body
        save_template(template, actor=actor)
    return template


def save(template: Template) -> Template:
    return save_template(template, actor=None)


def test_each_save_is_a_version_that_says_who_and_what(mira):
    template = make_template(mira, "one", "two")
    newest, first = revisions_of(template)
    assert (first.number, first.created_by, first.words["body"], first.changed_fields) == (1, mira, "one", [])
    assert (newest.number, newest.words["body"], newest.changed_fields) == (2, "two", ["body"])


def test_a_save_without_a_change_is_no_version(mira):
    template = make_template(mira, "one", "one")
    template.name = "Other name"
    save(template)
    assert revisions_of(template).count() == 1


def test_restoring_makes_a_new_version(mira):
    layout = save_layout(HouseLayout(name="Club"), actor=mira)
    template = make_template(mira, "one")
    template.house_layout, template.kind, template.name = layout, "html", "New name"
    template.body = "two"
    save(template)

    restored = restore_revision(template, 1, save=save, actor=mira)

    template.refresh_from_db()
    assert (template.body, template.kind, template.house_layout, template.name) == ("one", "markdown", None, "New name")
    assert (restored.number, restored.restored_number, restored.created_by) == (3, 1, mira)
    assert revisions_of(template).count() == 3
    again = restore_revision(template, 2, save=save, actor=mira)
    template.refresh_from_db()
    assert (again.number, template.house_layout) == (4, layout)


def test_what_was_deleted_meanwhile_is_left_out_of_what_comes_back(mira):
    layout = HouseLayout.objects.create(name="Club")
    template = make_template(mira, "one")
    template.house_layout = layout
    save(template)
    layout.delete()
    restore_revision(template, 2, save=save, actor=mira)
    template.refresh_from_db()
    assert template.house_layout is None


def test_layouts_and_snippets_have_versions_too(mira):
    layout = save_layout(HouseLayout(name="Club", footer="a"), actor=mira)
    layout.footer = "b"
    save_layout(layout, actor=mira)
    snippet = save_snippet(Snippet(name="hours", body="a"), actor=mira)
    snippet.body = "b"
    save_snippet(snippet, actor=mira)
    assert [revisions_of(thing).count() for thing in (layout, snippet)] == [2, 2]
    restore_revision(snippet, 1, save=lambda thing: save_snippet(thing, actor=mira), actor=mira)
    snippet.refresh_from_db()
    assert snippet.body == "a"


def test_a_draft_has_versions_of_its_words_only(mira):
    draft = save_draft(Campaign(name="C", subject="x", body="one", account=make_account()), Audience(), actor=mira)
    draft.from_name = "Somebody"
    save_draft(draft, Audience(), actor=mira)
    draft.body = "two"
    save_draft(draft, Audience(), actor=mira)
    assert revisions_of(draft).count() == 2
    restore_revision(draft, 1, save=lambda thing: save_draft_words(thing, actor=mira), actor=mira)
    draft.refresh_from_db()
    assert (draft.body, draft.from_name) == ("one", "Somebody")


def test_a_started_campaign_gets_nothing_back(mira):
    draft = save_draft(Campaign(name="C", body="one", account=make_account()), Audience(), actor=mira)
    draft.body = "two"
    save_draft(draft, Audience(), actor=mira)
    Campaign.objects.filter(pk=draft.pk).update(status=CampaignStatus.IN_PROGRESS)
    with pytest.raises(Conflict):
        restore_revision(draft, 1, save=lambda thing: save_draft_words(thing, actor=mira), actor=mira)
    draft.refresh_from_db()
    assert draft.body == "two"
    assert revisions_of(draft).count() == 2


def test_a_copy_remembers_the_template_too(mira):
    revision = latest_revision(make_template(mira, "one"))
    draft = Campaign(name="C", body="one", account=make_account(), template_revision=revision)
    save_draft(draft, Audience(), actor=mira)
    assert copy_campaign(draft.pk, actor=mira).template_revision == revision


def test_a_template_made_otherwise_gets_its_version_when_asked():
    template = Template.objects.create(name="Letter", body="one")
    assert latest_revision(template).words["body"] == "one"
    assert latest_revision(template).number == 1


def test_versions_go_with_what_they_belong_to_and_campaigns_stay(mira):
    template = make_template(mira, "one")
    draft = Campaign(name="C", body="one", account=make_account(), template_revision=latest_revision(template))
    save_draft(draft, Audience(), actor=mira)
    delete_template(template, actor=mira)
    draft.refresh_from_db()
    assert draft.template_revision is None
    assert not Revision.objects.filter(template__isnull=False).exists()


def test_two_versions_are_compared_by_field(mira):
    layout = HouseLayout.objects.create(name="Club")
    template = make_template(mira, "one\ntwo")
    template.body, template.house_layout, template.kind = "one\nthree", layout, "html"
    save(template)
    new, old = revisions_of(template)
    fields = compare_revisions(old, new, template)
    said = {
        str(field.label): [(line.kind, "".join(part.text for part in line.parts)) for line in field.lines]
        for field in fields
    }
    assert said == {
        "kind": [("removed", "Markdown in the house layout"), ("added", "own HTML")],
        "house layout": [("removed", "the default"), ("added", "Club")],
        "message": [("same", "one"), ("removed", "two"), ("added", "three")],
    }
