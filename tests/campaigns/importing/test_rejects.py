from __future__ import annotations

import csv
import io

import pytest

from campaigns.audience.models import Contact
from campaigns.importing.rejects import rejects_file_name
from portal.files import open_file
from tests.factories.importing import checked, imported

pytestmark = pytest.mark.django_db

BAD = (
    "E-Mail;Vorname;Notiz\n"
    "nobody;=1+1;'-x\n"
    "a@b.example;Ann;ok\n"
    "\n"
    "c@d.example;Cy;one;two\n"
    'e@f.example;"Eve\n'
    ";+49;@home\n"
).encode("cp1252")


def rejects_of(contact_import):
    with open_file(contact_import.rejects_key) as stream:
        return stream.read()


def table(content, delimiter=";"):
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_the_rejects_file_has_line_problem_and_the_own_columns_guarded_against_formulas():
    contact_import = checked(BAD)
    rows = table(rejects_of(contact_import))

    assert rows[0] == ["line", "problem", "E-Mail", "Vorname", "Notiz"]
    assert [(row[0], row[2:]) for row in rows[1:]] == [
        ("2", ["nobody", "'=1+1", "''-x"]),
        ("5", ["c@d.example", "Cy", "one", "two"]),
        ("6", ["e@f.example", '"Eve']),
        ("7", ["", "'+49", "'@home"]),
    ]
    assert rows[1][1] == "Not an e-mail address: no @"
    assert rejects_file_name(contact_import) == "people-rows-to-mend.csv"


def test_dropping_the_rejects_file_again_unmended_gives_the_same_rejects():
    first = rejects_of(checked(BAD))
    second = rejects_of(checked(first))
    third = rejects_of(checked(second))

    assert [row[2:] for row in table(second)] == [row[2:] for row in table(first)]
    assert [row[1:] for row in table(third)] == [row[1:] for row in table(second)]


def test_mended_rows_are_imported_as_if_they_had_been_right_at_once():
    content = rejects_of(checked(BAD)).replace(b"nobody", b"some@body.example")
    contact_import = imported(content)

    assert contact_import.created_count == 1
    contact = Contact.objects.get()
    assert (contact.address, contact.first_name, contact.attributes) == ("some@body.example", "=1+1", {"notiz": "'-x"})


def test_a_file_without_bad_rows_has_no_rejects_file():
    assert checked(b"Email\na@b.example\n").rejects_key == ""


def test_a_file_that_only_claims_to_be_guarded_is_guarded_all_the_same():
    claims = b"address,first_name,postroom_export\nnobody,=1+1,\nno-one,'=1+1,\n"
    rows = table(rejects_of(checked(claims)), delimiter=",")
    assert [row[3] for row in rows[1:]] == ["'=1+1", "'=1+1"]
