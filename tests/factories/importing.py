from __future__ import annotations

from campaigns.audience.models import Contact
from campaigns.importing.check import check_import
from campaigns.importing.run import run_import
from campaigns.importing.services import Choices, start_check, start_import
from campaigns.importing.uploads import create_import, finish_upload, receive_upload


def make_contact(address="anna@club.example", **fields):
    return Contact.objects.create(address=address, **fields)


def people_csv(count, *, first=0, extra=""):
    """A CSV of `count` people with address, name and city."""
    rows = [f"p{i}@host{i % 7}.example,Anna {i},City {i % 10}" for i in range(first, first + count)]
    return ("Email,First name,City\n" + "\n".join(rows) + "\n" + extra).encode()


def uploaded(content, *, file_name="people.csv"):
    """An import at the columns step."""
    contact_import = create_import(file_name, actor=None)
    receive_upload(contact_import, [content])
    return finish_upload(contact_import.pk, actor=None)


def begin_check(contact_import, **choices):
    targets = choices.pop("targets", None) or [column["target"] for column in contact_import.columns]
    return start_check(contact_import.pk, Choices(targets, **choices), actor=None)


def checked(content, *, file_name="people.csv", **choices):
    """An import at the check step, with its findings."""
    contact_import = begin_check(uploaded(content, file_name=file_name), **choices)
    check_import(contact_import.pk)
    contact_import.refresh_from_db()
    return contact_import


def imported(content, *, file_name="people.csv", **choices):
    """A completed import."""
    contact_import = checked(content, file_name=file_name, **choices)
    start_import(contact_import.pk, actor=None)
    run_import(contact_import.pk)
    contact_import.refresh_from_db()
    return contact_import
