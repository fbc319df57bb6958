"""Imports at every step, as the pages of the wizard show them."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.audience.models import Contact, ContactList, Tag
from campaigns.importing.models import ContactImport, DropFolder
from campaigns.importing.services import cancel_import, start_import, start_undo
from campaigns.importing.undo import undo_import
from campaigns.importing.uploads import create_import, finish_upload, receive_upload
from campaigns.suppression.models import Suppression
from portal.errors import PortalError
from tests.factories.importing import begin_check, checked, imported, uploaded
from tests.factories.sending import make_campaign

Status = ContactImport.Status
HEADER = "E-Mail;Vorname;Nachname;Gruppen;Beitritt;Vorname"


def a_messy_file(rows=60):
    """Semicolons, Windows-1252, umlauts, a doubled header, and one of each common fault."""
    lines = [f"p{i}@verein.example;Jörg {i};Müller {i};member, choir;0{1 + i % 9}.05.2025;" for i in range(rows)]
    faults = [
        "not-an-address;Anna;Berg;member;;",
        "anna@club.example, jonas@club.example;Anna;Berg;member;;",
        ";Nobody;Here;;;",
        *[f"bob{i}@gmial.com;Bob {i};Typo;;;" for i in range(3)],
        "eve@club.example;Eve;Wide;;;;one;more",
        "dan@club.example;Dan",
        "p3@verein.example;Later;Line;;;",
        'quote@club.example;"never closed;X;;;',
    ]
    return "\r\n".join([HEADER, *lines[:30], *faults[:-1], *lines[30:], faults[-1]]).encode("cp1252")


def _people_here():
    ContactList.objects.get_or_create(name="Members 2026")
    for number in range(4):
        Contact.objects.create(address=f"p{number}@verein.example", first_name="" if number else "Kept")
    Suppression.objects.create(
        address="p5@verein.example", address_key="p5@verein.example", reason="unsubscribe", source="recipient"
    )


def _owned(contact_import, name="mira"):
    person, _made = User.objects.get_or_create(username=name, defaults={"is_staff": True})
    ContactImport.objects.filter(pk=contact_import.pk).update(created_by=person)
    return ContactImport.objects.get(pk=contact_import.pk)


def a_file_on_its_way():
    return create_import("mitglieder-2026.csv", actor=None)


def a_file_to_map():
    _people_here()
    return _owned(uploaded(a_messy_file(), file_name="mitglieder-2026.csv"))


def a_file_read_wrongly():
    found = a_file_to_map()
    found.file_problem = {"code": "undecodable", "value": "utf-8", "fix": "encoding:cp1250", "offset_bytes": 400}
    found.save()
    return found


def a_file_being_checked():
    found = begin_check(a_file_to_map())
    ContactImport.objects.filter(pk=found.pk).update(
        done_bytes=found.file_bytes * 0.62, done_rows=30214, rows_per_s=10400, lease_until=timezone.now()
    )
    return found


def a_checked_file():
    _people_here()
    return _owned(checked(a_messy_file(), file_name="mitglieder-2026.csv", tag_names=["import-2026-11-22"]))


def a_fine_file():
    return _owned(checked(b"Email,City\nanna@club.example,Oldtown\n", file_name="fine.csv", consent=True))


def an_import_under_way():
    found = a_checked_file()
    start_import(found.pk, actor=None)
    ContactImport.objects.filter(pk=found.pk).update(
        done_bytes=found.file_bytes * 0.41, done_rows=18000, rows_per_s=21300, created_count=17210,
        lease_until=timezone.now(),
    )  # fmt: skip
    return found


def a_finished_import():
    _people_here()
    content = a_messy_file()
    return _owned(imported(content, file_name="mitglieder-2026.csv", tag_names=["import-2026-11-22"]))


def an_undone_import():
    found = a_finished_import()
    start_undo(found.pk, actor=User.objects.get(username="mira"))
    undo_import(found.pk)
    return found


def a_cancelled_import():
    return cancel_import(a_checked_file().pk, actor=None)


def a_file_that_is_no_csv():
    found = create_import("members.xlsx", actor=None)
    receive_upload(found, [b"PK\x03\x04" + bytes(200)])
    try:
        finish_upload(found.pk, actor=None)
    except PortalError:
        return ContactImport.objects.get(pk=found.pk)
    raise AssertionError("a workbook was taken for a CSV")


def imports_in_all_stages():
    a_finished_import()
    a_file_that_is_no_csv()
    _owned(checked(b"Email\nanna@club.example\n", file_name="choir.csv"))
    begun = begin_check(uploaded(b"Email\nanna@club.example\n", file_name="guests.csv"))
    ContactImport.objects.filter(pk=begun.pk).update(created_at=timezone.now() - timedelta(days=2))


def a_drop_folder():
    people = ContactList.objects.create(name="Newsletter")
    campaign = make_campaign("Welcome letter")
    folder = DropFolder.objects.create(prefix="newsletter", contact_list=people, consent=True, campaign=campaign)
    folder.tags.add(Tag.objects.create(name="web"))
    return folder
