"""The wizard in the browser: bringing a file with progress, reading it again, going on by itself."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.audience.models import Contact
from campaigns.importing.models import ContactImport
from portal.aws.s3 import PresignedPost
from portal.roles import MARKETER
from tests.browser.look import csp_violations
from tests.factories.import_pages import a_file_to_map, a_messy_file
from tests.factories.importing import people_csv

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def file_page(window):
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:campaigns_contactimport_add"))
    return tab


def choose(tab, content, name="people.csv"):
    tab.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": content})


def test_a_file_goes_from_the_drop_zone_to_the_contacts(file_page, hints):
    tab = file_page
    choose(tab, people_csv(40))
    tab.wait_for_url("**/columns/")
    expect(tab.locator(".columns-table tbody tr")).to_have_count(3)
    tab.get_by_label("or on a new list").fill("Choir")
    tab.get_by_label("These people agreed").check()
    tab.get_by_role("button", name="Check the file").click()
    expect(tab.get_by_role("heading", name="Checking people.csv")).to_be_visible()
    hints.run_all()
    tab.get_by_role("button", name="Import 40 people").click()  # the page has moved on by itself
    expect(tab.get_by_role("heading", name="Importing people.csv")).to_be_visible()
    hints.run_all()
    tab.get_by_role("button", name="Undo this import…").click()
    tab.get_by_role("button", name="Undo the import").click()
    expect(tab.get_by_role("heading", name="Undoing people.csv")).to_be_visible()
    hints.run_all()
    expect(tab.get_by_text("40 people removed")).to_be_visible()
    assert not Contact.objects.exists()
    assert csp_violations(tab) == []


def test_the_first_rows_are_shown_before_the_file_has_arrived(file_page):
    file_page.route("**/begin/", lambda route: None)  # the upload never begins
    choose(file_page, a_messy_file())
    table = file_page.locator("[data-upload-table]")
    expect(table.locator("th").nth(1)).to_have_text("Vorname")
    expect(table.locator("tbody tr").first.locator("td").nth(2)).to_have_text("Müller 0")
    assert not ContactImport.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04" + bytes(300), "This is an Excel workbook"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "This is a picture"),
    ],
)
def test_a_file_that_is_no_csv_is_told_where_it_was_dropped_and_another_can_be_brought(file_page, content, words):
    choose(file_page, content, "members.csv")
    expect(file_page.get_by_role("alert")).to_contain_text(words)
    choose(file_page, people_csv(3))
    file_page.wait_for_url("**/columns/")


def test_a_broken_connection_can_be_tried_again(file_page):
    file_page.route("**/upload/", lambda route: route.abort())
    choose(file_page, people_csv(3))
    expect(file_page.get_by_role("alert")).to_contain_text("The connection broke off")
    file_page.unroute("**/upload/")
    file_page.get_by_role("button", name="Send it again").click()
    file_page.wait_for_url("**/columns/")


def test_another_encoding_reads_the_file_again_at_once(window):
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:campaigns_contactimport_columns", args=[a_file_to_map().pk]))
    expect(tab.get_by_role("button", name="Read again")).to_be_hidden()
    tab.get_by_label("Add tags").fill("kept words")
    tab.get_by_label("Encoding").select_option("cp437")
    expect(tab.locator(".example").nth(3)).to_have_text("J÷rg 0")
    expect(tab.get_by_label("Encoding")).to_be_focused()
    expect(tab.get_by_label("Add tags")).to_have_value("kept words")
    tab.get_by_label("Encoding").select_option("cp1252")
    expect(tab.locator(".example").nth(3)).to_have_text("Jörg 0")


def drop(tab, *names):
    tab.locator("[data-drop-zone]").evaluate(
        """(zone, names) => {
          const dataTransfer = new DataTransfer();
          for (const name of names) dataTransfer.items.add(new File(["Email\\nanna@club.example\\n"], name));
          zone.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        list(names),
    )


def test_a_dropped_file_is_taken_and_two_at_once_are_not(file_page):
    drop(file_page, "one.csv", "two.csv")
    expect(file_page.get_by_role("alert")).to_contain_text("One file at a time")
    assert not ContactImport.objects.exists()
    drop(file_page, "one.csv")
    file_page.wait_for_url("**/columns/")


def test_an_upload_that_is_cancelled_leaves_nothing_waiting(file_page):
    file_page.route("**/upload/", lambda route: None)  # it never ends
    with file_page.expect_request("**/upload/"):
        choose(file_page, people_csv(3))
    with file_page.expect_request("**/cancel/"):
        file_page.get_by_role("button", name="Cancel", exact=True).click()
    expect(file_page.locator("[data-upload-state]")).to_be_hidden()
    file_page.goto(reverse("admin:campaigns_contactimport_file", args=[ContactImport.objects.get().pk]))
    expect(file_page.get_by_text("Cancelled. Nothing was written")).to_be_visible()  # where it moves on to by itself


def test_enter_checks_the_file_and_does_not_read_it_again(window):
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:campaigns_contactimport_columns", args=[a_file_to_map().pk]))
    tab.get_by_label("Add tags").press("Enter")
    expect(tab.get_by_role("heading", name="Checking mitglieder-2026.csv")).to_be_visible()


def test_with_a_bucket_the_file_goes_there_behind_its_fields(file_page, monkeypatch):
    place = PresignedPost(file_page.url.split("/admin/")[0] + "/the-bucket", {"key": "imports/1/a.csv", "policy": "p"})
    monkeypatch.setattr("campaigns.importing.views_file.upload_form", lambda contact_import: place)
    sent = []

    def take(route):
        sent.append(route.request.post_data_buffer.decode())
        route.fulfill(status=201)

    file_page.route("**/the-bucket", take)
    choose(file_page, people_csv(3))
    expect(file_page.get_by_role("alert")).to_contain_text("The file is no longer there. Upload it again.")
    assert sent[0].index('name="key"') < sent[0].index('name="policy"') < sent[0].index('name="file"')
    assert "csrfmiddlewaretoken" not in sent[0]


def test_the_name_of_a_field_is_asked_only_for_a_field_of_its_own(window):
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:campaigns_contactimport_columns", args=[a_file_to_map().pk]))
    name = tab.get_by_label("Name of the field for “Vorname”", exact=True)
    expect(name).to_be_hidden()
    tab.get_by_label("“Vorname” goes to", exact=True).select_option("field")
    expect(name).to_be_visible()


def test_the_wizard_works_without_scripts(browser, window, live_server, hints):
    signed_in = window(role=MARKETER)
    plain = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    plain.add_cookies(signed_in.cookies())
    tab = plain.new_page()
    tab.goto(reverse("admin:campaigns_contactimport_add"))
    choose(tab, people_csv(5))
    tab.get_by_role("button", name="Upload").click()
    tab.get_by_label("Delimiter").select_option(",")
    tab.get_by_role("button", name="Read again").click()
    tab.get_by_role("button", name="Check the file").click()
    hints.run_all()
    tab.reload()
    tab.get_by_role("button", name="Import 5 people").click()
    hints.run_all()
    assert Contact.objects.count() == 5
    tab.reload()
    tab.get_by_role("button", name="Undo the import", exact=True).click()
    hints.run_all()
    plain.close()
    assert not Contact.objects.exists()
