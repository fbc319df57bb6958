"""Fields: found, edited in one place, their values brought into one form, deleted with a word on what uses them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.audience import field_rewrite
from campaigns.audience.field_services import delete_field, find_fields, misfits, save_field
from campaigns.audience.field_values import FieldType
from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact
from campaigns.messages.models import Template
from campaigns.segments.operators import Kind, Op
from portal.models import Activity
from portal.roles import MARKETER, VIEWER
from tests.factories.segments import asks, make_segment
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db

LIST = reverse("admin:campaigns_contactfield_changelist")
ADD = reverse("admin:campaigns_contactfield_add")


def people_with(name: str, *values: str) -> list[Contact]:
    return [make_contact(f"p{n}@club.example", attributes={name: value}) for n, value in enumerate(values)]


def stored(name: str) -> list[str]:
    return [attributes[name] for attributes in Contact.objects.order_by("pk").values_list("attributes", flat=True)]


def change(field: ContactField) -> str:
    return reverse("admin:campaigns_contactfield_change", args=[field.pk])


def typed(field: ContactField, **fields) -> dict[str, object]:
    shown = {
        "label": field.label,
        "field_type": field.field_type,
        "default": field.default,
        "help_text": "",
        "place": 1,
    }
    return {**shown, "option_lines": "", "kept_type": "", **fields}


def test_fields_that_contacts_have_are_found_with_their_types(hints):
    people_with("joined_on", "1.2.2026", "2026-03-04")
    make_contact("x@club.example", attributes={"seats": "1,5", "t_shirt_size": "M", "joined_on": "5.6.2026"})
    found = find_fields(actor=None)
    assert {field.name: field.field_type for field in found} == {
        "joined_on": "date", "seats": "number", "t_shirt_size": "text",
    }  # fmt: skip
    assert ContactField.objects.get(name="t_shirt_size").label == "T shirt size"
    assert find_fields(actor=None) == []
    hints.run_all()
    assert stored("joined_on") == ["2026-02-01", "2026-03-04", "2026-06-05"]
    assert Contact.objects.get(address="x@club.example").attributes["seats"] == "1.5"


def test_the_button_finds_them(log_in):
    people_with("city", "Graz")
    client = log_in(MARKETER)
    url = reverse("admin:campaigns_contactfield_find")
    assert "Found: City." in client.post(url, follow=True).content.decode()
    assert "is here already" in client.post(url, follow=True).content.decode()


def test_a_type_that_some_values_do_not_fit_is_asked_about_once(log_in, hints):
    people_with("seats", "1,5", "many", "2")
    field = ContactField.objects.create(name="seats", label="Seats")
    client = log_in(MARKETER)
    asked = client.post(change(field), typed(field, field_type="number"))
    assert "The value of 1 person does not fit" in asked.content.decode()
    assert "(“many”)" in asked.content.decode()
    again = client.post(change(field), typed(field, field_type="number", kept_type="number"))
    assert again.status_code == 302
    hints.run_all()
    field.refresh_from_db()
    assert (field.field_type, field.rewrite_after, stored("seats")) == ("number", None, ["1.5", "many", "2"])


def test_choices_are_taken_from_the_values_there_are(log_in):
    people_with("size", "M", "S", "M")
    field = ContactField.objects.create(name="size", label="Size")
    log_in(MARKETER).post(change(field), typed(field, field_type="choice"))
    field.refresh_from_db()
    assert field.options == ["M", "S"]


def test_a_default_must_fit_the_type(log_in):
    field = ContactField.objects.create(name="seats", label="Seats", field_type="number")
    client = log_in(MARKETER)
    assert "a number such as 12" in client.post(change(field), typed(field, default="some")).content.decode()
    client.post(change(field), typed(field, default="1,50"))
    field.refresh_from_db()
    assert field.default == "1.5"


@pytest.mark.parametrize("name", ["Town", "address", "2x", "a b", "tags"])
def test_a_name_that_messages_cannot_use_is_refused(log_in, name):
    given = {"name": name, "label": "X", "field_type": "text", "place": 0}
    assert "Use small letters" in log_in(MARKETER).post(ADD, given).content.decode()


def test_the_name_of_a_field_stays(log_in):
    field = ContactField.objects.create(name="town", label="Town")
    log_in(MARKETER).post(change(field), typed(field, name="city", label="City"))
    field.refresh_from_db()
    assert (field.name, field.label) == ("town", "City")


def test_before_a_field_is_deleted_its_uses_are_named(log_in):
    field = ContactField.objects.create(name="town", label="Town")
    make_contact(attributes={"town": "Graz"})
    make_segment("Graz", asks("attr:town", Kind.TEXT, Op.IS, "Graz"))
    make_campaign("Spring letter", subject="{% if town %}From {{ town }}{% endif %}")
    make_campaign("Other", subject="the town hall")
    Template.objects.create(name="Basic", body="{{ town | upcase }}")
    url = reverse("admin:campaigns_contactfield_delete", args=[field.pk])
    client = log_in(MARKETER)
    page = client.get(url).content.decode()
    for words in ("segment “Graz”", "template “Basic”", "draft “Spring letter”"):
        assert words in page
    assert "“Other”" not in page
    client.post(url, {"post": "yes"})
    assert not ContactField.objects.exists()
    assert stored("town") == ["Graz"]
    assert Activity.objects.filter(verb="field.deleted").exists()


def test_a_viewer_sees_fields_and_changes_none(log_in):
    field = ContactField.objects.create(name="town", label="Town", default="our town")
    client = log_in(VIEWER)
    assert "our town" in client.get(LIST).content.decode()
    assert client.get(change(field)).status_code == 200
    assert client.post(change(field), typed(field)).status_code == 403
    assert client.post(reverse("admin:campaigns_contactfield_find")).status_code == 403


def test_misfits_are_counted_by_people_and_not_by_values():
    people_with("seats", "many", "many", "3", "few")
    found = misfits("seats", FieldType.NUMBER, [])
    assert (found.people, {value for _contact, value in found.examples}) == (3, {"many", "few"})


def test_a_killed_rewrite_goes_on_where_it_was(monkeypatch, hints):
    monkeypatch.setattr(field_rewrite, "BLOCK_PEOPLE", 1)
    people_with("seats", "1,5", "2,5", "3,5")
    field = save_field(ContactField(name="seats", label="Seats", field_type="number"), actor=None)
    times = iter([0.0, 0.0, 9999.0])
    field_rewrite.rewrite_values(field.pk, clock=lambda: next(times))
    assert stored("seats") == ["1.5", "2.5", "3,5"]
    assert field_rewrite.sweep_fields() == 1
    hints.run_all()
    assert stored("seats") == ["1.5", "2.5", "3.5"]
    assert field_rewrite.sweep_fields() == 0


def test_a_deleted_field_leaves_no_work(hints):
    people_with("seats", "1,5")
    field = save_field(ContactField(name="seats", label="Seats", field_type="number"), actor=None)
    delete_field(field, actor=None)
    hints.run_all()
    assert stored("seats") == ["1,5"]
