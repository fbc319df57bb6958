"""What is typed and not saved: kept, offered again, restored, thrown away, gone when saved or old."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from campaigns.editing.drafts import KEPT_FOR
from campaigns.editing.models import UnsavedDraft
from campaigns.editing.sweep import sweep_editing
from campaigns.messages.models import Template
from campaigns.sending.models import Campaign
from portal.roles import MARKETER, VIEWER
from tests.factories.campaign_pages import a_draft, a_template

pytestmark = pytest.mark.django_db

KEEP = "admin:campaigns_template_keep_unsaved"
DROP = "admin:campaigns_template_drop_unsaved"


@pytest.fixture
def log_in(client):
    def as_role(role):
        person = User.objects.create_user(f"a-{role.lower()}", is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_role


def typed(template, **changes):
    words = {name: getattr(template, name) for name in ("name", "kind", "subject", "preheader", "body", "text_body")}
    return {**words, "house_layout": "", "thing": "template", "thing_id": template.pk or 0, "read_at": "", **changes}


def page_of(template):
    return reverse("admin:campaigns_template_change", args=[template.pk])


def test_what_was_typed_is_offered_and_restored_without_changing_what_is_saved(log_in):
    client, template = log_in(MARKETER), a_template()
    stamp = template.updated_at.isoformat()
    assert client.post(reverse(KEEP), typed(template, body="typed", read_at=stamp)).json()["kept_at"]
    opened = client.get(page_of(template)).context["opened"]
    assert opened.offered is not None
    assert not opened.is_restored
    context = client.get(page_of(template) + "?restore=yes").context
    assert context["form"]["body"].value() == "typed"
    assert (context["opened"].is_restored, context["opened"].read_at) == (True, stamp)
    assert Template.objects.get().body == template.body


def test_saving_forgets_what_was_kept(log_in):
    client, template = log_in(MARKETER), a_template()
    client.post(reverse(KEEP), typed(template, body="typed"))
    client.post(page_of(template), typed(template, body="typed"))
    assert Template.objects.get().body == "typed"
    assert not UnsavedDraft.objects.exists()


def test_what_is_thrown_away_is_not_offered_again(log_in):
    client, template = log_in(MARKETER), a_template()
    client.post(reverse(KEEP), typed(template, body="typed"))
    response = client.post(reverse(DROP), {"thing": "template", "thing_id": template.pk})
    assert response.url == page_of(template)
    assert client.get(page_of(template)).context["opened"].offered is None


def test_what_says_the_same_as_the_saved_one_is_not_offered(log_in):
    client, template = log_in(MARKETER), a_template()
    client.post(reverse(KEEP), typed(template, body=template.body.replace("\n", "\r\n")))
    assert client.get(page_of(template)).context["opened"].offered is None


def test_a_template_that_was_never_saved_is_kept_too(log_in):
    client = log_in(MARKETER)
    client.post(reverse(KEEP), typed(Template(), name="Autumn", body="typed"))
    context = client.get(reverse("admin:campaigns_template_add") + "?restore=yes").context
    assert context["form"]["name"].value() == "Autumn"
    client.post(reverse("admin:campaigns_template_add"), typed(Template(), name="Autumn", subject="x", body="typed"))
    assert Template.objects.filter(name="Autumn").exists()
    assert not UnsavedDraft.objects.exists()


def test_lists_and_ticks_of_a_campaign_come_back(log_in):
    client, draft = log_in(MARKETER), a_draft()
    chosen = str(draft.include_lists.get().pk)
    fields = {"name": "Other", "include_tags": [], "exclude_lists": [chosen], "is_to_everybody": "on", "kind": "html"}
    client.post(reverse(KEEP), {**fields, "thing": "campaign", "thing_id": draft.pk})
    form = client.get(reverse("admin:campaigns_campaign_change", args=[draft.pk]) + "?restore=yes").context["form"]
    assert form["exclude_lists"].value() == [chosen]
    assert (form["include_lists"].value(), form["is_to_everybody"].value(), form["kind"].value()) == ([], True, "html")
    assert Campaign.objects.get(pk=draft.pk).name == draft.name


def test_each_person_has_their_own(log_in):
    template = a_template()
    log_in(MARKETER).post(reverse(KEEP), typed(template, body="typed"))
    assert log_in("Owner").get(page_of(template)).context["opened"].offered is None


def test_whoever_may_not_write_keeps_nothing(log_in):
    template = a_template()
    assert log_in(VIEWER).post(reverse(KEEP), typed(template)).status_code == 403
    assert not UnsavedDraft.objects.exists()


@pytest.mark.parametrize("wrong", [{"thing": "user"}, {"thing_id": "x"}, {"thing_id": "9" * 30}, {"thing_id": "²"}])
def test_a_place_that_does_not_exist_is_refused(log_in, wrong):
    assert log_in(MARKETER).post(reverse(KEEP), typed(a_template(), **wrong)).status_code == 400


def test_nul_and_what_the_page_puts_there_are_not_kept(log_in):
    client, template = log_in(MARKETER), a_template()
    client.post(reverse(KEEP), typed(template, body="a\0b", preview_as="kim", csrfmiddlewaretoken="x"))
    fields = UnsavedDraft.objects.get().fields
    assert fields["body"] == ["ab"]
    assert not {"preview_as", "csrfmiddlewaretoken", "thing", "read_at"} & set(fields)


def test_the_sweep_takes_what_nobody_came_back_to(log_in):
    client, old, new = log_in(MARKETER), a_template(), a_draft()
    client.post(reverse(KEEP), typed(old))
    UnsavedDraft.objects.update(kept_at=timezone.now() - KEPT_FOR - timedelta(minutes=1))
    client.post(reverse(KEEP), {"thing": "campaign", "thing_id": new.pk, "name": "x"})
    assert sweep_editing() == 1
    assert UnsavedDraft.objects.get().thing == "campaign"
