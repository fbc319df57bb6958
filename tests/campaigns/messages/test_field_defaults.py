"""The default of a field stands where a person has no value: in previews, in the plan and in what is sent."""

from __future__ import annotations

import pytest

from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact
from campaigns.messages.preview import render_for
from campaigns.messages.services import (
    compiled_version,
    freeze_message,
    house_layout,
    layout_values,
    message_required_fields,
    message_source,
)
from campaigns.sending.audience import lacking_value
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db


def make_field(name: str = "town", **fields) -> ContactField:
    return ContactField.objects.create(name=name, label=name.title(), **fields)


def text_for(campaign, contact) -> str:
    return render_for(message_source(campaign, layout_values(house_layout())), contact).subject


def test_people_without_a_value_get_the_default_of_the_field():
    make_field(default="our town")
    campaign = make_campaign(subject="From {{ town }}")
    assert text_for(campaign, make_contact()) == "From our town"
    assert text_for(campaign, make_contact("b@club.example", attributes={"town": "  "})) == "From our town"
    assert text_for(campaign, make_contact("c@club.example", attributes={"town": "Graz"})) == "From Graz"


def test_nobody_lacks_a_value_that_has_a_default():
    make_field(default="our town")
    make_field("club")
    campaign = make_campaign(subject="{{ town }} {{ club }}")
    make_contact(attributes={"club": "Chess"})
    assert message_required_fields(campaign) == {"club"}
    assert not lacking_value(Contact.objects.all(), message_required_fields(campaign)).exists()


def test_a_started_campaign_keeps_the_default_of_its_moment():
    field = make_field(default="our town")
    campaign = make_campaign(subject="From {{ town }}")
    version = freeze_message(campaign, None)
    campaign.save()
    field.default = "elsewhere"
    field.save()
    assert version.field_defaults == {"town": "our town"}
    assert compiled_version(version.pk).render({"first_name": "Anna"}).subject == "From our town"
    assert message_required_fields(campaign) == frozenset()
    assert text_for(make_campaign("New", subject="From {{ town }}"), None) == "From elsewhere"


def test_defaults_of_fields_that_the_message_does_not_name_are_not_kept():
    make_field(default="our town")
    assert freeze_message(make_campaign(), None).field_defaults == {}
