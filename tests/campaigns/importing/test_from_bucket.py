from __future__ import annotations

import io
import json
from functools import partial

import pytest

from campaigns.audience.models import Contact
from campaigns.importing import check, passes, run
from campaigns.importing.check import check_import
from campaigns.importing.drops import receive_upload_events
from campaigns.importing.models import ContactImport, DropFolder
from campaigns.importing.run import run_import
from campaigns.importing.uploads import create_import, finish_upload, upload_form
from portal.aws import s3
from tests.doubles.files_bucket import buckets_in_memory
from tests.factories.importing import begin_check, people_csv

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def buckets(monkeypatch, settings):
    settings.FILES_BUCKET = "files"
    for module in (check, run):  # small batches, so that the rejects have parts
        monkeypatch.setattr(module, "walk_file", partial(passes.walk_file, batch_rows=10))
    with buckets_in_memory(monkeypatch, "files", "drops"):
        yield


def test_a_dropped_file_is_copied_checked_and_imported_from_the_bucket():
    DropFolder.objects.create(prefix="")
    content = people_csv(25, extra="nobody,x,y\nno-one,x,y\n")
    s3.upload_object("drops", "uploads/new people.csv", io.BytesIO(content))
    found = {
        "bucket": {"name": "drops"},
        "object": {"key": "uploads/new+people.csv", "size": len(content), "eTag": "e"},
    }
    receive_upload_events([json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": found}]})])
    contact_import = ContactImport.objects.get()
    check_import(contact_import.pk)
    run_import(contact_import.pk)

    contact_import.refresh_from_db()
    assert contact_import.status == ContactImport.Status.COMPLETED
    assert Contact.objects.count() == 25
    with s3.open_object("files", contact_import.rejects_key) as stream:
        assert len(stream.read().splitlines()) == 3


def test_a_file_of_only_a_header_is_checked_to_its_end():
    contact_import = create_import("header.csv", actor=None)
    s3.upload_object("files", contact_import.file_key, io.BytesIO(b"Email,Name\n"))
    check_import(begin_check(finish_upload(contact_import.pk, actor=None)).pk)

    contact_import.refresh_from_db()
    assert (contact_import.status, contact_import.row_count) == (ContactImport.Status.CHECKED, 0)


def test_a_browser_puts_the_file_into_the_bucket_by_itself_and_the_server_looks_after():
    contact_import = create_import("Mitglieder März.csv", actor=None)
    form = upload_form(contact_import)
    assert form is not None
    assert form.fields["key"] == contact_import.file_key == f"imports/{contact_import.pk}/file/Mitglieder-Marz.csv"
    s3.upload_object("files", form.fields["key"], io.BytesIO(people_csv(3)))
    contact_import = finish_upload(contact_import.pk, actor=None)
    begin_check(contact_import)
    check_import(contact_import.pk)
    contact_import.refresh_from_db()
    assert contact_import.new_count == 3
