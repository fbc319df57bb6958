"""Imports and fields: new attributes become fields, values of known ones are read by their type."""

from __future__ import annotations

import pytest

from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact
from campaigns.importing.columns_screen import column_rows, offered_fields
from campaigns.importing.forms import ColumnsForm
from tests.factories.importing import checked, imported, uploaded

pytestmark = pytest.mark.django_db


def test_an_import_makes_the_fields_it_brings(hints):
    imported(b'Email,Seats,Town\na@club.example,2,Graz\nb@club.example,"1,5",\n')
    hints.run_all()
    fields = {field.name: field.field_type for field in ContactField.objects.all()}
    assert fields == {"seats": "number", "town": "text"}
    assert Contact.objects.get(address="b@club.example").attributes == {"seats": "1.5"}


def test_a_field_that_is_known_keeps_its_type():
    ContactField.objects.create(name="seats", label="Places", field_type="text")
    imported(b"Email,Seats\na@club.example,2\n")
    assert (ContactField.objects.get().label, ContactField.objects.get().field_type) == ("Places", "text")


def test_values_of_a_known_field_come_in_its_stored_form():
    ContactField.objects.create(name="born", label="Born", field_type="date")
    imported(b"Email,Born\na@club.example,3.4.1990\n")
    assert Contact.objects.get().attributes == {"born": "1990-04-03"}


def test_a_value_that_does_not_fit_is_left_out_and_named_before():
    ContactField.objects.create(name="born", label="Born", field_type="date")
    check = checked(b"Email,Born\na@club.example,soon\nb@club.example,1990-01-02\n")
    problem = next(problem for problem in check.problems if problem["code"] == "value_unfit")
    assert (problem["value"], problem["example"], problem["count"], check.importable_count) == ("born", "soon", 1, 2)
    imported(b"Email,Born\nc@club.example,soon\n")
    assert Contact.objects.get(address="c@club.example").attributes == {}


def findings(content: bytes, **typed: str) -> list[tuple[str, str]]:
    """(what is said of a column, its level) at the columns step."""
    contact_import = uploaded(content)
    form = ColumnsForm(typed or None, contact_import=contact_import, may_add_list=True)
    return [(row.finding, row.level) for row in column_rows(form, contact_import)]


def test_the_columns_step_names_the_type_of_a_known_field():
    ContactField.objects.create(name="born", label="Birthday", field_type="date")
    content = b"Email,Born,Town\na@club.example,3.4.1990,Graz\nb@club.example,,Linz\n"
    assert findings(content)[1:] == [("Birthday (date), 50 % filled", "good"), ("100 % filled", "good")]
    assert offered_fields() == {"born": "Birthday (date)"}


def test_the_columns_step_names_a_first_value_that_does_not_fit():
    ContactField.objects.create(name="shirt", label="T-shirt", field_type="choice", options=["S", "M"])
    ContactField.objects.create(name="town", label="Town", field_type="number")
    content = b"Email,Size,Town\na@club.example,s,1\nb@club.example,XXS,2\n"
    said = "“XXS” does not fit T-shirt (choice): it takes one of S, M; else it is left out"
    assert findings(content)[1] == ("100 % filled", "good")
    typed = {"target_1": "field", "field_1": "shirt", "target_2": "ignore", "field_2": "town"}
    assert findings(content, **typed)[1:] == [(said, "warn"), ("100 % filled", "good")]
