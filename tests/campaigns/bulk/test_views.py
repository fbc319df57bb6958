from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.audience.models import Contact
from campaigns.bulk import services
from campaigns.bulk.models import BulkChange
from portal.roles import MARKETER, VIEWER
from tests.factories.audience import fields_of_a_club, make_tag
from tests.factories.bulk import make_people
from tests.factories.bulk_pages import duplicates_found, people_to_merge

pytestmark = pytest.mark.django_db

NEW = reverse("admin:campaigns_bulkchange_new")


def url(change, name):
    return reverse(f"admin:campaigns_bulkchange_{name}", args=[change.pk])


def text(response):
    return response.content.decode()


def test_looking_first_says_how_many_change_and_changes_nobody(log_in):
    people = make_people(12)
    choir = make_tag("choir", *people[:5])
    asked = {"deed": "add_tag", "people": "q=p", "group": choir.pk, "preview": "yes"}
    page = log_in(MARKETER).post(NEW, asked)
    preview = page.context["preview"]
    assert (preview.people_count, preview.change_count, preview.same_count, len(preview.sample)) == (12, 7, 5, 10)
    assert "so already" in text(page)
    assert choir.contacts.count() == 5
    assert not BulkChange.objects.exists()


def test_a_new_tag_is_on_nobody_yet_and_not_made_by_looking(log_in):
    make_people(2)
    page = log_in(MARKETER).post(NEW, {"deed": "add_tag", "people": "", "new_name": "2026", "preview": "yes"})
    assert page.context["preview"].change_count == 2


def test_a_value_that_does_not_fit_is_said_beside_the_field(log_in):
    make_people(1)
    page = log_in(MARKETER).post(NEW, {"deed": "set_field", "field": "time_zone", "value": "Mars", "apply": "yes"})
    assert "is no time zone" in text(page)
    assert not BulkChange.objects.exists()


def set_field(client, **answers):
    return client.post(NEW, {"deed": "set_field", "people": "", "back": "?q=p", **answers})


def test_the_field_is_chosen_first_and_its_value_asked_by_its_type(log_in):
    make_people(2)
    fields_of_a_club()
    client = log_in(MARKETER)
    first = client.get(NEW, {"deed": "set_field", "people": "", "back": "?q=p"})
    assert list(first.context["form"].fields) == ["field"]
    asked = set_field(client, field="attribute:shirt", preview="yes")
    form = asked.context["form"]
    assert (form.is_bound, form["field"].value(), form["value"].label) == (False, "attribute:shirt", "T-shirt")
    assert [value for value, _label in form.fields["value"].widget.choices] == ["", "S", "M", "L"]
    assert asked.context["other_field_url"] == f"{NEW}?deed=set_field&people=&back=%3Fq%3Dp"
    looked = set_field(client, field="attribute:shirt", value="M", preview="yes")
    assert looked.context["preview"].change_count == 2
    assert not BulkChange.objects.exists()
    set_field(client, field="attribute:shirt", value="M", apply="yes")
    assert {person.attributes["shirt"] for person in Contact.objects.all()} == {"M"}


@pytest.mark.parametrize(
    ("name", "markup"),
    [
        ("attribute:joined_on", 'type="date"'),
        ("attribute:seats", 'inputmode="decimal"'),
        ("attribute:vegan", 'value="yes"'),
        ("attribute:city", 'type="text"'),
        ("time_zone", 'value="Europe/Berlin"'),
        ("first_name", 'maxlength="150"'),
    ],
)
def test_each_field_has_the_input_of_its_type(log_in, name, markup):
    make_people(1)
    fields_of_a_club()
    assert markup in str(set_field(log_in(MARKETER), field=name, preview="yes").context["form"]["value"])


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("seats", "a few", "a number such as 12 or 1.5"),
        ("joined_on", "2026-02-30", "a date such as 2026-11-22"),
        ("vegan", "perhaps", "yes or no"),
        ("shirt", "XXS", "one of S, M, L"),
    ],
)
def test_a_value_of_another_type_is_refused(log_in, name, value, hint):
    make_people(1)
    fields_of_a_club()
    page = set_field(log_in(MARKETER), field=f"attribute:{name}", value=value, apply="yes")
    assert page.context["form"].errors == {"value": [f"“{value}” does not fit: this field takes {hint}."]}
    assert not BulkChange.objects.exists()


@pytest.mark.parametrize(
    ("name", "value", "stored"), [("seats", "1,50", "1.5"), ("joined_on", "3.4.1990", "1990-04-03")]
)
def test_a_value_is_stored_in_the_form_of_its_type(log_in, name, value, stored):
    make_people(1)
    fields_of_a_club()
    set_field(log_in(MARKETER), field=f"attribute:{name}", value=value, apply="yes")
    assert Contact.objects.get().attributes[name] == stored


@pytest.mark.parametrize("name", ["", "address", "attribute:nothing", "attribute:address"])
def test_a_strange_field_is_asked_about_again(log_in, name):
    make_people(1)
    page = set_field(log_in(MARKETER), field=name, value="x", apply="yes")
    assert list(page.context["form"].errors) == ["field"]
    assert not BulkChange.objects.exists()


@pytest.mark.parametrize("deed", ["", "merge", "drop_table"])
def test_a_strange_deed_is_not_found(log_in, deed):
    assert log_in(MARKETER).get(NEW, {"deed": deed}).status_code == 404


def test_many_people_are_followed_live_stopped_and_undone(log_in, hints, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 2)
    make_people(5)
    client = log_in(MARKETER)
    started = client.post(NEW, {"deed": "delete", "people": "", "apply": "yes"})
    change = BulkChange.objects.get()
    assert started.url == url(change, "one")
    assert "live" in text(client.get(started.url))
    news = client.get(url(change, "progress"), {"status": "waiting"}).json()
    assert (news["final"], news["reload"], news["done"]) == (False, False, 0)
    hints.run_all()
    assert client.get(url(change, "progress"), {"status": "running"}).json()["reload"] is True
    assert not Contact.objects.exists()
    assert "is done" in text(client.post(url(change, "stop"), follow=True))
    client.post(url(change, "undo"))
    hints.run_all()
    assert Contact.objects.count() == 5
    assert "as before" in text(client.get(url(change, "one")))


def test_a_viewer_follows_but_does_not_undo(log_in):
    make_people(1)
    log_in(MARKETER).post(NEW, {"deed": "set_field", "field": "first_name", "value": "Kim", "apply": "yes"})
    change, viewer = BulkChange.objects.get(), log_in(VIEWER)
    assert "Undo" not in text(viewer.get(url(change, "one")))
    assert viewer.post(url(change, "undo")).status_code == 403
    assert Contact.objects.get().first_name == "Kim"


def test_two_people_found_as_one_are_merged_value_by_value(log_in):
    duplicates_found()
    client = log_in(MARKETER)
    found = client.get(reverse("admin:campaigns_bulkchange_duplicates"))
    assert "jane+news@host.example" in text(found)
    [group] = found.context["groups"]
    jane, news = group.people
    asked = {"ids": group.ids, "keep": jane.pk, "value-city": news.pk, "value-first_name": jane.pk, "apply": "yes"}
    page = client.post(reverse("admin:campaigns_bulkchange_merge"), asked, follow=True)
    assert "Merged" in text(page)
    stays = Contact.objects.get()
    assert (stays.pk, stays.first_name, stays.attributes["city"]) == (jane.pk, "Jane", "Newtown")


def test_merging_asks_who_stays(log_in):
    client, address = log_in(MARKETER), people_to_merge()
    page = client.post(address, {"ids": address.partition("ids=")[2], "apply": "yes"})
    assert "Choose who stays" in text(page)
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("ids", ["", "1", "x,y", "99,98"])
def test_one_person_alone_is_not_merged(log_in, ids):
    make_people(1)
    page = log_in(MARKETER).get(reverse("admin:campaigns_bulkchange_merge"), {"ids": ids}, follow=True)
    assert "at least two" in text(page)
