from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from campaigns.audience.models import Contact, ContactList, Tag
from campaigns.importing.check import check_import
from campaigns.importing.inspection import Overrule
from campaigns.importing.models import ColumnMapping, ContactImport, ImportChange, ImportLine, OnExisting
from campaigns.importing.problems import FileProblem
from campaigns.importing.run import run_import
from campaigns.importing.services import Choices, accept_fix, cancel_import, start_check, start_import
from campaigns.importing.uploads import change_format, create_import, finish_upload, receive_upload
from campaigns.suppression.models import Suppression
from portal.errors import Conflict, InvalidInput
from portal.models import Activity
from portal.queues import TaskName
from tests.factories.importing import begin_check, checked, imported, make_contact, people_csv, uploaded

SAMPLES = Path(__file__).parents[2] / "samples" / "csv"
Status = ContactImport.Status

pytestmark = pytest.mark.django_db


def sample(name):
    return (SAMPLES / name).read_bytes()


def test_an_uploaded_file_waits_at_the_columns_step_with_proposals():
    contact_import = uploaded(sample("cp1252-semicolon.csv"))

    assert contact_import.status == Status.COLUMNS
    assert (contact_import.encoding, contact_import.delimiter) == ("cp1252", ";")
    assert [column["target"] for column in contact_import.columns] == [
        "address", "first_name", "last_name", "attribute:city",
    ]  # fmt: skip
    assert contact_import.sample_rows[1][1] == "Jörg"


@pytest.mark.parametrize("name", ["empty.csv", "workbook.xlsx.csv", "picture.csv"])
def test_a_file_that_is_no_csv_fails_the_import_and_says_why(name):
    with pytest.raises(FileProblem):
        uploaded(sample(name))
    contact_import = ContactImport.objects.get()
    assert contact_import.status == Status.FAILED
    assert contact_import.file_problem["code"] in {"empty", "not_csv"}


def test_a_file_over_the_limit_is_refused_while_it_streams(settings):
    settings.UPLOAD_MAX_BYTES = 1000
    contact_import = create_import("too-large.csv", actor=None)
    with pytest.raises(FileProblem):
        receive_upload(contact_import, (b"x" * 100 for _ in range(20)))
    with pytest.raises(FileProblem):
        finish_upload(contact_import.pk, actor=None)


def test_the_check_writes_no_contact_and_counts_what_would_happen():
    make_contact("p1@host1.example", first_name="Other")
    make_contact("p2@host2.example", first_name="Anna 2", attributes={"city": "City 2"})
    Suppression.objects.create(
        address="p3@host3.example", address_key="p3@host3.example", reason="bounce", source="ses-event"
    )
    content = people_csv(10, extra="no-address,X,Y\n,Z,Z\np4@host4.example,Later,City\n")
    contact_import = checked(content, on_existing=OnExisting.UPDATE)

    assert contact_import.status == Status.CHECKED
    assert Contact.objects.count() == 2
    assert contact_import.row_count == 13
    assert (contact_import.new_count, contact_import.change_count, contact_import.unchanged_count) == (8, 1, 1)
    assert (contact_import.suppressed_count, contact_import.reject_count, contact_import.duplicate_count) == (1, 2, 1)
    assert {(p["code"], p["count"], p["line"]) for p in contact_import.problems} == {
        ("address_invalid", 1, 12),
        ("address_missing", 1, 13),
        ("duplicate", 1, 6),
    }


def test_importing_brings_the_people_in_with_list_and_tags():
    members = ContactList.objects.create(name="Members")
    contact_import = imported(people_csv(25), contact_list=members, tag_names=[" new ", "new", "2026"])

    assert contact_import.status == Status.COMPLETED
    assert contact_import.created_count == 25
    anna = Contact.objects.get(address_key="p3@host3.example")
    assert (anna.first_name, anna.first_name_key, anna.attributes) == ("Anna 3", "anna 3", {"city": "City 3"})
    assert anna.created_import_id == contact_import.pk
    assert members.members.count() == 25
    assert set(anna.tags.values_list("name", flat=True)) == {"new", "2026"}
    assert not ImportLine.objects.exists()


def test_values_with_tabs_backslashes_quotes_and_line_breaks_arrive_as_they_are():
    name = 'A\\N "x"\\'
    content = (
        'Email,First name,Note,Groups\na@b.example,"A\\N ""x""\\","tab\there\nback\\slash \\t ""q"" é","a\tb;\\N"\n'
    )
    imported(content.encode())
    contact = Contact.objects.get()
    assert contact.first_name == name
    assert contact.attributes == {"note": 'tab\there\nback\\slash \\t "q" é'}
    assert set(contact.tags.values_list("name", flat=True)) == {"a b", "\\N"}


def test_tags_of_a_column_are_put_on_their_own_rows():
    content = b"Email,Groups\na@b.example,choir; board\nc@d.example,choir\ne@f.example,\n"
    imported(content)
    assert set(Tag.objects.values_list("name", flat=True)) == {"choir", "board"}
    assert Contact.objects.filter(tags__name="choir").count() == 2
    assert set(Contact.objects.get(address_key="a@b.example").tags.values_list("name", flat=True)) == {"choir", "board"}


@pytest.mark.parametrize(
    ("on_existing", "first_name", "last_name", "attributes"),
    [
        (OnExisting.UPDATE, "New", "Old", {"city": "Bonn", "plan": "gold", "kept": "k", "blank": "now"}),
        (OnExisting.FILL_EMPTY, "New", "Old", {"city": "Ulm", "plan": "gold", "kept": "k", "blank": "now"}),
        (OnExisting.SKIP, "", "Old", {"city": "Ulm", "kept": "k", "blank": ""}),
    ],
)
def test_people_already_here_are_treated_as_was_chosen(on_existing, first_name, last_name, attributes):
    make_contact("a@b.example", last_name="Old", attributes={"city": "Ulm", "kept": "k", "blank": ""})
    content = b"Email,First name,Last name,City,Plan,Blank\nA@B.example,New,,Bonn,gold,now\n"
    contact_import = imported(content, on_existing=on_existing)

    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name, contact.attributes) == (first_name, last_name, attributes)
    assert contact.first_name_key == first_name.casefold()
    assert contact_import.changed_count == (on_existing != OnExisting.SKIP)
    assert contact_import.created_count == 0


def test_importing_the_same_file_again_changes_nothing():
    content = sample("utf8.csv")
    imported(content, on_existing=OnExisting.UPDATE)
    before = list(Contact.objects.order_by("pk").values())
    again = imported(content, on_existing=OnExisting.UPDATE)

    assert (again.created_count, again.changed_count, again.unchanged_count) == (0, 0, 3)
    assert list(Contact.objects.order_by("pk").values()) == before
    assert not ImportChange.objects.exists()


@pytest.mark.parametrize("on_existing", OnExisting.values)
def test_of_two_lines_with_one_address_the_later_wins(on_existing):
    content = b"Email,First name\na@b.example,First\n" + people_csv(30).split(b"\n", 1)[1].replace(b",City", b" City")
    imported(content + b"A@b.example,Last\n", on_existing=on_existing)
    assert Contact.objects.get(address_key="a@b.example").first_name == "Last"


def test_a_byte_in_another_encoding_far_down_goes_back_to_the_person_with_a_proposal():
    content = sample("late-umlaut.csv")
    contact_import = checked(content)

    assert contact_import.status == Status.COLUMNS
    assert contact_import.file_problem["code"] == "undecodable"
    assert contact_import.file_problem["offset_bytes"] == content.index(b"\xfc")
    assert contact_import.file_problem["fix"] == "encoding:cp1252"
    contact_import = change_format(contact_import.pk, Overrule(encoding="cp1252"))
    begin_check(contact_import)
    check_import(contact_import.pk)
    contact_import.refresh_from_db()
    assert (contact_import.status, contact_import.new_count) == (Status.CHECKED, 12_001)


@pytest.mark.parametrize("overrule", [{"encoding": "zip_codec"}, {"delimiter": "::"}, {"delimiter": '"'}])
def test_an_encoding_or_delimiter_that_nobody_uses_is_refused(overrule):
    contact_import = uploaded(people_csv(3))
    with pytest.raises(InvalidInput):
        change_format(contact_import.pk, Overrule(**overrule))


def test_one_click_mends_a_misspelt_domain_everywhere():
    contact_import = checked(b"Email\nbob@gmial.con\neve@gmial.con\nann@club.example\n")
    assert (contact_import.new_count, contact_import.reject_count) == (1, 2)
    accept_fix(contact_import.pk, code="domain_impossible", value="gmial.con", actor=None)
    check_import(contact_import.pk)
    contact_import.refresh_from_db()
    assert (contact_import.new_count, contact_import.reject_count) == (3, 0)
    with pytest.raises(InvalidInput):
        accept_fix(contact_import.pk, code="domain_impossible", value="gmial.con", actor=None)
    start_import(contact_import.pk, actor=None)
    run_import(contact_import.pk)
    assert Contact.objects.filter(address="bob@gmail.com").exists()


def test_one_click_takes_missing_cells_as_empty():
    contact_import = checked(b"Email,First,Last\na@b.example,Ann\nc@d.example,Cy,Dee\n")
    assert contact_import.reject_count == 1
    accept_fix(contact_import.pk, code="too_few_cells", value="2", actor=None)
    check_import(contact_import.pk)
    contact_import.refresh_from_db()
    assert (contact_import.reject_count, contact_import.new_count) == (0, 2)


def test_the_columns_of_a_header_set_are_remembered():
    contact_import = uploaded(b"Email,Ort\na@b.example,Bonn\n")
    begin_check(contact_import, targets=["address", "attribute:town"])
    assert ColumnMapping.objects.count() == 1
    again = uploaded(b"ort,EMAIL\nUlm,c@d.example\n")
    assert [column["target"] for column in again.columns] == ["attribute:town", "address"]


@pytest.mark.parametrize(
    "choices",
    [
        {"targets": ["ignore", "first_name"]},
        {"targets": ["address", "address"]},
        {"targets": ["address"]},
        {"targets": ["address", "attribute:Not so"]},
        {"targets": ["address", "ignore"], "on_existing": "nonsense"},
        {"targets": ["address", "ignore"], "tag_names": ["x" * 61]},
    ],
)
def test_choices_that_cannot_be_are_refused_and_change_nothing(choices):
    contact_import = uploaded(b"Email,Name\na@b.example,Bonn\n")
    with pytest.raises(InvalidInput):
        start_check(contact_import.pk, Choices(**choices), actor=None)
    contact_import.refresh_from_db()
    assert contact_import.status == Status.COLUMNS


def test_consent_is_kept_with_who_and_when():
    user = User.objects.create(username="mara")
    contact_import = uploaded(b"Email\na@b.example\n")
    start_check(contact_import.pk, Choices(["address"], consent=True), actor=user)
    contact_import.refresh_from_db()
    assert contact_import.consent
    assert contact_import.consent_by == user
    assert contact_import.consent_at is not None


def test_only_one_of_two_people_starts_the_import(hints):
    contact_import = checked(people_csv(3))
    hints.kept.clear()
    start_import(contact_import.pk, actor=None)
    with pytest.raises(Conflict):
        start_import(contact_import.pk, actor=None)
    assert Activity.objects.filter(verb="import.started").count() == 1


def test_an_import_without_a_usable_row_cannot_be_started():
    contact_import = checked(b"Email\nnobody\n", targets=["address"])
    with pytest.raises(InvalidInput):
        start_import(contact_import.pk, actor=None)


def test_a_cancelled_import_writes_nothing_more():
    contact_import = checked(people_csv(3))
    start_import(contact_import.pk, actor=None)
    cancel_import(contact_import.pk, actor=None)
    run_import(contact_import.pk)
    contact_import.refresh_from_db()
    assert contact_import.status == Status.CANCELLED
    assert not Contact.objects.exists()
    with pytest.raises(Conflict):
        cancel_import(contact_import.pk, actor=None)


@pytest.mark.django_db(transaction=True)
def test_hints_lead_from_the_choices_to_the_contacts(hints):
    contact_import = begin_check(uploaded(people_csv(5)))
    assert [hint.task for hint in hints.kept] == [TaskName.CHECK_IMPORT]
    hints.run_all()
    start_import(contact_import.pk, actor=None)
    hints.run_all()
    assert Contact.objects.count() == 5
