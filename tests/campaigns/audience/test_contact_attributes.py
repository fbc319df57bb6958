"""The form of a person: one input for each field, by its type; no value is lost by saving."""

from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact
from portal.roles import MARKETER
from tests.factories.audience import fields_of_a_club
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db

ADD = reverse("admin:campaigns_contact_add")
ODD = {"city": "Old\ntown", "seats": "many", "joined_on": "soon", "vegan": "perhaps", "shirt": "XXS"}


def change(contact: Contact) -> str:
    return reverse("admin:campaigns_contact_change", args=[contact.pk])


def form_of(response):
    return response.context["adminform"].form


def shown_in(form) -> dict[str, object]:
    """What a browser sends of the form as it is; it ends lines with both characters."""
    values = {name: form[name].value() or "" for name in form.fields if form[name].value() != []}
    return {name: value.replace("\n", "\r\n") if isinstance(value, str) else value for name, value in values.items()}


def saved(client, contact: Contact, **values: str) -> dict[str, str]:
    """The attributes after the form was sent with these values changed (`lines`: the place for others)."""
    form = form_of(client.get(change(contact)))
    names = {"attribute_lines" if name == "lines" else f"attr-{name}": value for name, value in values.items()}
    response = client.post(change(contact), {**shown_in(form), **names})
    assert response.status_code == 302, form_of(response).errors
    return dict(Contact.objects.get(pk=contact.pk).attributes)


def lines_only(contact: Contact, lines: str) -> dict[str, str]:
    """The form as it was opened before there was any field."""
    return {"address": contact.address, "first_name": "", "last_name": "", "time_zone": "", "attribute_lines": lines}


def test_each_field_has_an_input_of_its_type(log_in):
    fields_of_a_club()
    page = log_in(MARKETER).get(ADD)
    form = form_of(page)
    kinds = {name: str(form[f"attr-{name}"]) for name in ODD}
    assert 'type="text"' in kinds["city"]
    assert 'inputmode="decimal"' in kinds["seats"]
    assert 'type="date"' in kinds["joined_on"]
    assert [value for value, _label in form.fields["attr-vegan"].widget.choices] == ["", "yes", "no"]
    assert [value for value, _label in form.fields["attr-shirt"].widget.choices] == ["", "S", "M", "L"]
    assert "T-shirt" in page.content.decode()
    assert "Left empty, messages say “our town”." in form.fields["attr-city"].help_text


def test_values_are_stored_in_the_one_form_of_their_type(log_in):
    fields_of_a_club()
    typed = {"city": " Graz ", "seats": "1.234,50", "joined_on": "3.4.1990", "vegan": "yes", "shirt": "m"}
    values = {f"attr-{name}": value for name, value in typed.items()}
    log_in(MARKETER).post(ADD, {"address": "anna@club.example", "attribute_lines": "club: Chess", **values})
    assert Contact.objects.get().attributes == {
        "city": "Graz", "seats": "1234.5", "joined_on": "1990-04-03", "vegan": "yes", "shirt": "M", "club": "Chess",
    }  # fmt: skip
    assert ContactField.objects.get(name="club").field_type == "text"


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("seats", "a few", "a number such as 12 or 1.5"),
        ("joined_on", "2026-02-30", "a date such as 2026-11-22"),
        ("vegan", "perhaps", "yes or no"),
        ("shirt", "XXS", "one of S, M, L"),
    ],
)
def test_a_new_value_that_does_not_fit_is_said_beside_its_input(log_in, name, value, hint):
    fields_of_a_club()
    contact = make_contact(attributes={"city": "Graz"})
    client = log_in(MARKETER)
    values = {**shown_in(form_of(client.get(change(contact)))), f"attr-{name}": value}
    form = form_of(client.post(change(contact), values))
    assert form.errors == {f"attr-{name}": [f"“{value}” does not fit: this field takes {hint}."]}
    contact.refresh_from_db()
    assert contact.attributes == {"city": "Graz"}


def test_what_was_typed_wrongly_is_still_there_to_be_mended(log_in):
    fields_of_a_club()
    values = {"address": "anna@club.example", "attr-joined_on": "31.2.2026", "attr-seats": "a few"}
    form = form_of(log_in(MARKETER).post(ADD, values))
    assert 'type="text"' in str(form["attr-joined_on"])
    assert 'value="31.2.2026"' in str(form["attr-joined_on"])
    assert 'value="a few"' in str(form["attr-seats"])


def test_old_values_that_do_not_fit_are_noted_and_stay(log_in):
    fields_of_a_club()
    contact = make_contact(attributes=ODD)
    client = log_in(MARKETER)
    page = client.get(change(contact)).content.decode()
    for value in ("many", "soon", "perhaps", "XXS"):
        assert f"“{value}” does not fit" in page
    assert saved(client, contact) == ODD
    assert saved(client, contact, lines="club: Chess", seats="3") == {**ODD, "seats": "3", "club": "Chess"}


def test_an_emptied_input_takes_the_attribute_away(log_in):
    fields_of_a_club()
    contact = make_contact(attributes={**ODD, "old": "1"})
    assert saved(log_in(MARKETER), contact, vegan="", joined_on="", lines="") == {
        name: ODD[name] for name in ("city", "seats", "shirt")
    }


def test_a_value_of_an_old_form_is_shown_and_kept_in_the_one_form(log_in):
    fields_of_a_club()
    contact = make_contact(attributes={"joined_on": "3.4.1990"})
    client = log_in(MARKETER)
    assert 'value="1990-04-03"' in str(form_of(client.get(change(contact)))["attr-joined_on"])
    assert saved(client, contact, joined_on="1990-04-04") == {"joined_on": "1990-04-04"}


def test_attributes_without_a_field_stand_in_lines(log_in):
    fields_of_a_club()
    odd = {"Bad name": "x", "poem": "one\ntwo", "empty": ""}
    contact = make_contact(attributes={"city": "Graz", "old": "1", **odd})
    client = log_in(MARKETER)
    assert form_of(client.get(change(contact)))["attribute_lines"].value() == "old: 1"
    assert saved(client, contact, lines="old: 2") == {"city": "Graz", "old": "2", **odd}


def test_a_line_does_not_overwrite_what_an_input_asks(log_in):
    fields_of_a_club()
    contact = make_contact(attributes={"city": "Graz"})
    client = log_in(MARKETER)
    values = {**shown_in(form_of(client.get(change(contact)))), "attribute_lines": "city: Linz"}
    assert form_of(client.post(change(contact), values)).errors == {
        "attribute_lines": ["“City” has an input of its own above."]
    }


def test_a_field_made_while_the_form_is_open_loses_nothing(log_in):
    ContactField.objects.create(name="born", label="Born", field_type="date")
    contact = make_contact(attributes={"born": "1990-04-03"})
    client = log_in(MARKETER)
    client.post(change(contact), lines_only(contact, "club: Chess"))
    contact.refresh_from_db()
    assert contact.attributes == {"born": "1990-04-03", "club": "Chess"}
    refused = client.post(change(contact), lines_only(contact, "born: soon"))
    assert "“soon” does not fit the field born: it takes a date such as 2026-11-22." in refused.content.decode()


def test_a_field_deleted_while_the_form_is_open_loses_nothing(log_in):
    fields_of_a_club()
    contact = make_contact(attributes={"city": "Graz"})
    client = log_in(MARKETER)
    values = shown_in(form_of(client.get(change(contact))))
    ContactField.objects.all().delete()
    client.post(change(contact), values)
    contact.refresh_from_db()
    assert contact.attributes == {"city": "Graz"}


def test_words_of_a_field_are_shown_as_they_are_written(log_in):
    bold = "<b>bold</b>"
    ContactField.objects.create(name="city", label=bold, help_text=bold, default=bold)
    ContactField.objects.create(name="seats", label="Seats", field_type="number")
    contact = make_contact(attributes={"seats": bold})
    page = log_in(MARKETER).get(change(contact)).content.decode()
    assert bold not in page
    assert page.count("&lt;b&gt;bold") >= 4
