from __future__ import annotations

import pytest

from campaigns.messages.compile import compile_message
from campaigns.messages.drafts import delete_layout, save_layout
from campaigns.messages.models import HouseLayout, Template
from campaigns.messages.services import compiled_version, draft_source, freeze_message, house_layout
from portal.errors import Conflict
from tests.factories.sending import make_campaign

pytestmark = pytest.mark.django_db


def make_layout(name: str = "Club", **fields) -> HouseLayout:
    return save_layout(HouseLayout(name=name, **{"organisation": name} | fields), actor=None)


def test_the_first_layout_is_the_default_and_another_takes_it_over():
    club = make_layout()
    assert house_layout() == club
    choir = make_layout("Choir")
    assert house_layout() == club
    choir.is_default = True
    save_layout(choir, actor=None)
    assert house_layout() == choir
    assert [layout.name for layout in HouseLayout.objects.filter(is_default=True)] == ["Choir"]


def test_without_any_layout_a_plain_one_stands_in():
    assert house_layout().pk is None
    assert "Dear" in compile_message(draft_source(Template(subject="x", body="Dear"))).render({}).html


def test_a_message_wears_the_layout_it_chose():
    make_layout("Club")
    choir = make_layout("Choir", text_color="#102030", page_color="#fafbfc")
    html = compile_message(draft_source(Template(subject="x", body="Dear", house_layout=choir))).render({}).html
    assert "Choir" in html
    assert "Club" not in html
    assert "#102030" in html
    assert "#fafbfc" in html


def test_a_started_campaign_keeps_the_layout_it_chose():
    make_layout("Club")
    choir = make_layout("Choir")
    version = freeze_message(make_campaign(house_layout=choir), None)
    choir.organisation = "Orchestra"
    save_layout(choir, actor=None)
    assert "Choir" in compiled_version(version.pk).render({}).html


def test_mjml_shows_the_values_of_its_layout_that_it_names():
    choir = make_layout("Choir", postal_address="1 Mill Lane", accent_color="#123456")
    body = (
        '<mjml><mj-body background-color="{{ layout_accent_color }}"><mj-section><mj-column><mj-text>'
        "{{ layout_address }}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    version = freeze_message(make_campaign(kind="mjml", body=body, house_layout=choir), None)
    choir.postal_address = "2 Hill Road"
    save_layout(choir, actor=None)
    html = compiled_version(version.pk).render({}).html
    assert "1 Mill Lane" in html
    assert "#123456" in html


def test_a_layout_in_use_is_not_deleted():
    default, choir = make_layout("Club"), make_layout("Choir")
    Template.objects.create(name="Letter", house_layout=choir)
    with pytest.raises(Conflict, match="“Letter”"):
        delete_layout(choir, actor=None)
    with pytest.raises(Conflict, match="is the default"):
        delete_layout(default, actor=None)


def test_a_started_campaign_does_not_hold_its_layout():
    make_layout("Club")
    choir = make_layout("Choir")
    campaign = make_campaign(house_layout=choir)
    freeze_message(campaign, None)
    campaign.save()
    delete_layout(choir, actor=None)
    campaign.refresh_from_db()
    assert campaign.house_layout is None
    assert "Choir" in compiled_version(campaign.version_id).render({}).html
