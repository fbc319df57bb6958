"""Files and clicks that cannot be used: each gets a sentence that says which, where and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from campaigns.audience.models import Contact, ContactList
from campaigns.importing.models import ContactImport
from portal.roles import MARKETER
from tests.factories.import_posts import at, bring, columns_form
from tests.factories.importing import checked, imported, people_csv, uploaded

SAMPLES = Path(__file__).parents[2] / "samples" / "csv"
Status = ContactImport.Status
pytestmark = pytest.mark.django_db


def text_of(page):
    return page.content.decode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \r\n\r\n", "The file is empty."),
        (b"PK\x03\x04" + bytes(500), "In Excel: File, Save as, “CSV UTF-8”."),
        (b"%PDF-1.7 ...", "This is a PDF, no CSV."),
        (b"<!doctype html><p>Sign in", "This is a web page, no CSV"),
        (bytes(range(256)) * 9, "This is no text file. Save your table as CSV and upload that."),
    ],
)
def test_a_file_that_is_no_csv_is_named_for_what_it_is(log_in, content, sentence):
    page = bring(log_in(MARKETER), content)
    assert sentence in text_of(page)
    assert "Choose another file" in text_of(page)
    assert ContactImport.objects.get().status == Status.FAILED


def test_a_file_over_the_limit_is_refused_with_what_to_do(log_in, settings):
    settings.UPLOAD_MAX_BYTES = 200
    assert "Split it and import the parts." in text_of(bring(log_in(MARKETER), people_csv(50)))


def test_a_file_over_the_limit_is_refused_while_the_script_sends_it(log_in, settings):
    settings.UPLOAD_MAX_BYTES = 200
    client = log_in(MARKETER)
    place = client.post(at("begin"), json.dumps({"name": "a.csv"}), content_type="application/json").json()
    answer = client.post(place["url"], people_csv(50), content_type="text/csv")
    assert answer.status_code == 422
    assert "Split it and import the parts." in answer.json()["problem"]


@pytest.mark.parametrize("body", ["", "[]", "{}", "null", "\xff", "[" * 100_000])
def test_an_upload_without_a_name_is_refused(log_in, body):
    answer = log_in(MARKETER).post(at("begin"), body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (400, {"problem": "The file has no name."})
    assert not ContactImport.objects.exists()


@pytest.mark.parametrize("name", ["/", "..", " ", "\0", "\ud800", "a\0b\n.csv", "x" * 5000])
def test_a_file_name_that_cannot_be_shown_is_made_readable(log_in, name):
    answer = log_in(MARKETER).post(at("begin"), json.dumps({"name": name}), content_type="application/json")
    assert answer.status_code == 200
    assert ContactImport.objects.get().file_name.isprintable()
    assert ContactImport.objects.get().file_name.strip("./ ")


def test_no_file_at_all_is_asked_for(log_in):
    assert "Choose a file first." in text_of(log_in(MARKETER).post(at("add"), {}))


def test_the_upload_address_takes_no_second_file(log_in):
    contact_import = uploaded(people_csv(3))
    answer = log_in(MARKETER).post(at("upload", contact_import), b"other", content_type="text/csv")
    assert answer.status_code == 422
    assert "cannot be changed now" in answer.json()["problem"]


def test_each_bad_row_is_told_by_cause_with_line_and_example(log_in):
    rows = (
        b"Email,Name\n"
        b"anna@club.example,Anna\n"
        b"one@club.example; two@club.example,Two\n"
        b"wide@club.example,Wide,too,many\n"
        b"nul\0@club.example,Nul\n"
        b'open@club.example,"never closed\n'
    )
    page = text_of(log_in(MARKETER).get(at("check", checked(rows))))
    for words in (
        "More than one address in the cell; give each a row of its own",
        "line 3: <code>one@club.example; two@club.example</code>",
        "More cells than the header has columns",
        "line 4:",
        "A NUL byte in the row",
        "A quotation mark opens a cell and never closes it",
        "line 6:",
        "Import 1 person",
    ):
        assert words in page


def test_a_header_with_a_line_break_or_twice_the_same_name_is_shown_on_one_line(log_in):
    contact_import = uploaded(b'"E-mail\naddress",City,City\nanna@club.example,A,B\n')
    page = text_of(log_in(MARKETER).get(at("columns", contact_import)))
    assert "“E-mail address”: A column&#x27;s name has a line break" in page
    assert "“City”: More than one column has this name" in page
    assert "City (2)" in page


def test_the_same_file_again_is_recognised_and_adds_nobody(log_in):
    imported(people_csv(5))
    again = checked(people_csv(5))
    client = log_in(MARKETER)
    assert "was imported already" in text_of(client.get(at("columns", again)))
    page = text_of(client.get(at("check", again)))
    assert "5 more stay as they are" in page
    assert Contact.objects.count() == 5


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"target_0": "ignore"}, "Choose the column that holds the e-mail addresses."),
        ({"target_1": "address"}, "More than one column goes to “address”."),
        ({"target_2": "field", "field_2": "Größe!"}, "“Größe!” cannot be the name of a field"),
        ({"target_2": "field", "field_2": ""}, "cannot be the name of a field"),
        ({"target_2": "nonsense"}, "Nothing was checked. Mend what is marked below."),
        ({"tags": "x" * 61}, "A tag has at most 60 characters."),
        ({"on_existing": "burn"}, "Nothing was checked."),
    ],
)
def test_choices_that_cannot_be_are_told_and_what_was_typed_stays(log_in, fields, sentence):
    contact_import = uploaded(people_csv(3))
    page = log_in(MARKETER).post(
        at("columns", contact_import), columns_form(contact_import, new_list="Kept words", **fields)
    )
    assert page.status_code == 422
    assert sentence in text_of(page)
    assert "Kept words" in text_of(page)
    assert not ContactList.objects.exists()


def test_a_list_and_a_new_list_together_are_a_question(log_in):
    contact_import = uploaded(people_csv(3))
    members = ContactList.objects.create(name="Members")
    fields = columns_form(contact_import, contact_list=members.pk, new_list="Others")
    assert "Choose a list or name a new one, not both." in text_of(
        log_in(MARKETER).post(at("columns", contact_import), fields)
    )


def test_an_encoding_that_does_not_fit_changes_nothing_and_says_so(log_in):
    contact_import = uploaded("Email,City\nanna@club.example,Köln\n".encode("cp1252"))
    fields = columns_form(contact_import, reread="1", encoding="utf-8", delimiter=",", has_header="on")
    page = text_of(log_in(MARKETER).post(at("columns", contact_import), fields))
    assert "The file is not in the encoding it was read as. Choose another one below." in page
    contact_import.refresh_from_db()
    assert contact_import.encoding == "cp1252"


def test_an_encoding_found_wrong_by_the_check_is_mended_by_one_click(log_in, hints):
    content = b"Email,City\n" + b"x@club.example,Oldtown\n" * 20_000 + "anna@club.example,Köln\n".encode("cp1252")
    contact_import = uploaded(content)
    client = log_in(MARKETER)
    client.post(at("columns", contact_import), columns_form(contact_import))
    hints.run_all()
    page = client.get(at("check", contact_import), follow=True)
    assert page.redirect_chain[-1][0] == at("columns", contact_import)
    assert "Read it as Windows-1252" in text_of(page)
    fields = columns_form(contact_import, encoding_fix="cp1252", encoding="utf-8", delimiter=",", has_header="on")
    assert "not in the encoding" not in text_of(client.post(at("columns", contact_import), fields))
    contact_import.refresh_from_db()
    assert contact_import.encoding == "cp1252"


def test_a_file_of_only_a_header_says_so_and_cannot_be_imported(log_in):
    contact_import = checked(b"Email,Name\n")
    client = log_in(MARKETER)
    page = text_of(client.get(at("check", contact_import)))
    assert "The file has a header and no rows below it." in page
    page = client.post(at("start", contact_import), follow=True)
    assert [str(said) for said in page.context["messages"]] == ["No row of this file can be imported."]
