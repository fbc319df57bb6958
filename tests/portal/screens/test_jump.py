from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from campaigns.segments.models import Segment
from portal.navigation import KEYS
from portal.roles import OWNER, VIEWER
from tests.factories.audience import a_club, make_list
from tests.factories.campaign_pages import a_template
from tests.factories.inbound import make_inbound_delivery, make_message as make_inbound
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db

JSON, PAGE = reverse("admin:jump_json"), reverse("admin:jump")


@pytest.fixture
def viewer(client):
    person = User.objects.create_user("a-viewer", is_staff=True)
    person.groups.set([Group.objects.get(name=VIEWER)])
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def found(client, typed):
    groups = client.get(JSON, {"q": typed}).json()["groups"]
    return {group["label"]: [hit["label"] for hit in group["hits"]] for group in groups}


def test_everything_with_a_name_is_found(viewer):
    a_club()
    make_campaign("Anna's letter")
    make_list("Annals")
    Segment.objects.create(name="People like Anna")
    everything = found(viewer, "ann")
    assert everything["People"] == ["Anna Berg"]
    assert everything["Campaigns"] == ["Anna's letter"]
    assert everything["Lists"] == ["Annals"]


def test_templates_and_tags_are_found_by_a_part_of_their_name(viewer):
    a_club()
    template = a_template()
    assert found(viewer, template.name[2:]) == {"Templates": [template.name]}
    assert found(viewer, "hoi") == {"Tags": ["choir"]}


def test_a_person_is_found_by_name_or_address_and_shown_with_both(viewer):
    anna = make_contact("anna.berg@club.example", first_name="Anna", last_name="Berg")
    for typed in ("anna.b", "berg", "Berg Anna", "ANNA BERG"):
        (group,) = viewer.get(JSON, {"q": typed}).json()["groups"]
        (hit,) = group["hits"]
        assert (hit["label"], hit["detail"]) == ("Anna Berg", "anna.berg@club.example")
        assert hit["url"] == reverse("admin:campaigns_contact_person", args=[anna.pk])


def test_mail_that_came_in_is_found_by_sender_and_recipient_but_no_test_mail(viewer):
    mail = make_inbound(subject="The keys", sender_key="ada@sender.example", recipients=["desk@in.example"])
    make_inbound_delivery({"kind": "store"}, message=mail, recipient="desk@in.example")
    make_inbound(subject="Postroom test mail", sender_key="ada@sender.example", is_canary=True)
    for typed in ("ada@send", "DESK@in"):
        assert found(viewer, typed)["Mail that came in"] == ["The keys"]


@pytest.mark.parametrize("typed", ["", "  ", "\0", "zzz", "%", "x" * 5000])
def test_what_names_nothing_finds_nothing(viewer, typed):
    a_club()
    assert found(viewer, typed) == {}
    assert viewer.get(PAGE, {"q": typed}).status_code == 200


def test_only_what_one_may_see_is_found(client):
    a_club()
    make_campaign("Anna's letter")
    client.force_login(
        User.objects.create_user("guest", is_staff=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert found(client, "ann") == {}
    assert "Campaigns" not in [group.label for group in client.get(PAGE, {"q": "camp"}).context["groups"]]


def test_the_page_finds_pages_too(viewer):
    groups = viewer.get(PAGE, {"q": "suppr"}).context["groups"]
    assert [(group.label, [hit.label for hit in group.hits]) for group in groups] == [("Pages", ["Suppressions"])]


def test_names_are_shown_and_never_run(viewer):
    make_campaign("<script>x</script>")
    page = viewer.get(PAGE, {"q": "<script>"}).content.decode()
    assert "<script>x" not in page


def test_the_navigation_works_without_scripts(viewer):
    page = viewer.get(reverse("admin:index")).content.decode()
    assert f'action="{PAGE}"' in page
    assert 'data-go="c"' in page


def test_each_shortcut_leads_to_one_page():
    assert len(set(KEYS.values())) == len(KEYS)
    assert all(len(letter) == 1 and letter.isalpha() for letter in KEYS.values())


def test_the_roles_see_the_same_box(client):
    owner = User.objects.create_user("owner", is_staff=True)
    owner.groups.set([Group.objects.get(name=OWNER)])
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    a_club()
    assert set(found(client, "ann")) == {"People"}
