"""Two people save the same: the second is shown what differs, and nothing is lost either way."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from campaigns.editing.clashes import LinePair, compare_lines
from campaigns.messages.models import Template
from campaigns.sending.models import Campaign
from portal.roles import MARKETER
from tests.factories.campaign_pages import a_draft, a_template

pytestmark = pytest.mark.django_db


def person(name):
    somebody = User.objects.create_user(name, first_name=name.title(), last_name="Lund", is_staff=True)
    somebody.groups.add(Group.objects.get(name=MARKETER))
    client = Client()
    client.force_login(somebody, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(template, **changes):
    return {"name": template.name, "kind": "markdown", "subject": template.subject, "body": "x", **changes}


@pytest.fixture
def clash():
    """Kim and Robin open a template, Kim saves, then Robin; gives Robin's client, the template and the answer."""
    template = a_template()
    url = reverse("admin:campaigns_template_change", args=[template.pk])
    read_at = template.updated_at.isoformat()
    place = {"thing": "template", "thing_id": template.pk, "read_at": read_at}
    kim, robin = person("kim"), person("robin")
    kim.post(url, words(template, body="same\ntheirs", **place))
    answer = robin.post(url, words(template, body="same\nmine", **place))
    return robin, template, answer


def test_whoever_saves_second_overwrites_nothing_and_sees_who_and_what(clash):
    _robin, template, answer = clash
    assert Template.objects.get(pk=template.pk).body == "same\ntheirs"
    told = answer.context["opened"].clash
    assert told.who == "Kim Lund"
    (body,) = [difference for difference in told.differences if difference.label.lower() == "message"]
    assert body.lines == [LinePair("same", "same", is_same=True), LinePair("theirs", "mine", is_same=False)]
    assert "Kim Lund saved this while you wrote" in answer.content.decode()
    assert answer.context["form"]["body"].value() == "same\nmine"


def test_keeping_mine_is_a_second_saving_on_purpose(clash):
    robin, template, answer = clash
    url = reverse("admin:campaigns_template_change", args=[template.pk])
    robin.post(url, words(template, body="same\nmine", read_at=answer.context["opened"].read_at))
    assert Template.objects.get(pk=template.pk).body == "same\nmine"


def test_taking_theirs_keeps_mine_on_offer(clash):
    robin, template, _answer = clash
    page = robin.get(reverse("admin:campaigns_template_change", args=[template.pk])).context
    assert page["form"]["body"].value() == "same\ntheirs"
    assert page["opened"].offered.fields["body"] == ["same\nmine"]


def test_a_restored_text_clashes_with_what_was_saved_since(clash):
    robin, template, _answer = clash
    url = reverse("admin:campaigns_template_change", args=[template.pk])
    page = robin.get(url + "?restore=yes").context
    answer = robin.post(url, words(template, body="same\nmine", read_at=page["opened"].read_at))
    assert answer.context["opened"].clash is not None
    assert Template.objects.get(pk=template.pk).body == "same\ntheirs"


def test_lists_of_a_campaign_differ_by_their_names():
    draft = a_draft()
    url = reverse("admin:campaigns_campaign_change", args=[draft.pk])
    given = {"name": draft.name, "from_address": "office@postroom.example", "kind": "markdown", "subject": "s"}
    given["from_name"] = draft.from_name
    read_at, chosen = draft.updated_at.isoformat(), draft.include_lists.get()
    person("kim").post(url, {**given, "body": "x", "include_lists": [chosen.pk], "read_at": read_at})
    answer = person("robin").post(url, {**given, "body": "x", "read_at": read_at})
    (difference,) = answer.context["opened"].clash.differences
    assert difference.lines == [LinePair(chosen.name, None, is_same=False)]
    assert Campaign.objects.get(pk=draft.pk).include_lists.count() == 1


def test_lines_are_set_beside_each_other():
    pairs = compare_lines(["a", "b", "c"], ["a", "c", "d"])
    assert [(pair.stored, pair.typed, pair.is_same) for pair in pairs] == [
        ("a", "a", True),
        ("b", None, False),
        ("c", "c", True),
        (None, "d", False),
    ]
