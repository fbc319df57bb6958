from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from campaigns.messages.models import HouseLayout, MessageVersion
from campaigns.messages.problems import TemplateInvalid
from campaigns.messages.services import compiled_version, freeze_message, message_required_fields
from tests.factories.sending import make_campaign

pytestmark = pytest.mark.django_db

ANNA = {"address": "anna@club.example", "first_name": "Anna", "unsubscribe_url": "https://postroom.example/u/1"}


def test_a_version_keeps_what_the_campaign_said():
    campaign = make_campaign(subject="Hello {{ first_name }}", body="Dear {{ first_name }}")
    version = freeze_message(campaign, None)
    campaign.body = "Something else"
    campaign.save()

    rendered = compiled_version(version.pk).render(ANNA)

    assert campaign.version_id == version.pk
    assert rendered.subject == "Hello Anna"
    assert "Dear Anna" in rendered.html
    assert "Dear Anna" in rendered.text


def test_a_version_keeps_the_layout_of_its_moment():
    layout = HouseLayout.objects.create(pk=1, organisation="Choir of Oldtown")
    version = freeze_message(make_campaign(), None)
    layout.organisation = "Choir of Newtown"
    layout.save()
    assert "Choir of Oldtown" in compiled_version(version.pk).render(ANNA).html


def test_own_html_has_no_layout():
    HouseLayout.objects.create(pk=1, organisation="Choir of Oldtown")
    version = freeze_message(make_campaign(kind="html", body="<p>Dear {{ first_name }}</p>"), None)
    assert version.layout == {}
    assert "Oldtown" not in compiled_version(version.pk).render(ANNA).html


def test_a_layout_value_of_a_later_release_does_no_harm():
    version = freeze_message(make_campaign(), None)
    MessageVersion.objects.filter(pk=version.pk).update(layout={"organisation": "Choir", "font_of_2031": "Times"})
    assert "Choir" in compiled_version(version.pk).render(ANNA).html


def test_a_version_names_who_froze_it():
    author = User.objects.create(username="mira")
    assert freeze_message(make_campaign(), author).created_by == author


def test_a_broken_message_is_not_frozen():
    campaign = make_campaign(body="line one\n\n{% if x %}")
    with pytest.raises(TemplateInvalid, match="line 3"), transaction.atomic():
        freeze_message(campaign, None)
    assert not MessageVersion.objects.exists()


def test_a_version_is_compiled_once():
    version = freeze_message(make_campaign(), None)
    assert compiled_version(version.pk) is compiled_version(version.pk)


def test_names_shown_without_a_default_are_required():
    body = "{{ first_name }} {{ city | default: 'your town' }} {{ unsubscribe_url }} {% if x %}{{ seat }}{% endif %}"
    campaign = make_campaign(subject="{{ last_name }}", body=body)
    assert message_required_fields(campaign) == {"first_name", "last_name"}


def test_a_started_campaign_requires_what_its_version_shows():
    campaign = make_campaign(subject="{{ first_name }}", body="Hello")
    freeze_message(campaign, None)
    campaign.subject = "{{ last_name }}"
    assert message_required_fields(campaign) == {"first_name"}
