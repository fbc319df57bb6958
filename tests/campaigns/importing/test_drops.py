from __future__ import annotations

import json

import pytest

from campaigns.audience.models import Contact, ContactList, Tag
from campaigns.importing import drops
from campaigns.importing.check import check_import
from campaigns.importing.drops import folder_of, receive_upload_events
from campaigns.importing.models import ContactImport, DropFolder
from campaigns.importing.run import run_import
from campaigns.importing.services import Choices, start_check
from portal.files import FileMissing, save_file
from tests.factories.importing import people_csv

Status = ContactImport.Status

pytestmark = pytest.mark.django_db


def event(*keys, name="ObjectCreated:Put", etag="abc", bucket="drops"):
    records = [
        {"eventName": name, "s3": {"bucket": {"name": bucket}, "object": {"key": key, "size": 10, "eTag": etag}}}
        for key in keys
    ]
    return json.dumps({"Records": records})


@pytest.fixture
def bucket(monkeypatch):
    """A double of the watched bucket: `bucket[key] = content`."""
    objects: dict[str, bytes] = {}

    def take_in(_bucket, object_key, *, key):
        if object_key not in objects:
            raise FileMissing(object_key)
        return save_file(key, [objects[object_key]])

    monkeypatch.setattr(drops, "take_in", take_in)
    return objects


def dropped(key, bucket, content):
    bucket[key] = content
    receive_upload_events([event(key)])
    contact_import = ContactImport.objects.get(dropped_key=key)
    check_import(contact_import.pk)
    contact_import.refresh_from_db()
    return contact_import


def test_only_csv_files_under_uploads_are_received():
    bodies = [
        event("uploads/a.csv", "uploads/sub/B.CSV", "uploads/a.txt", "imports/1/a.csv", "uploads/", "xuploads/a.csv"),
        event("uploads/gone.csv", name="ObjectRemoved:Delete"),
        json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "drops"}),
        "not json",
        "[]",
        '{"Records": [{"eventName": "ObjectCreated:Put"}]}',
    ]
    assert receive_upload_events(bodies) == 2
    assert set(ContactImport.objects.values_list("dropped_key", flat=True)) == {"uploads/a.csv", "uploads/sub/B.CSV"}


def test_an_event_about_another_bucket_makes_nobody_read_it():
    assert receive_upload_events([event("uploads/a.csv", bucket="somebody-elses")]) == 0


def test_keys_are_unquoted():
    receive_upload_events([event("uploads/neue+leute%2C+M%C3%A4rz.csv")])
    assert ContactImport.objects.get().dropped_key == "uploads/neue leute, März.csv"


def test_the_same_object_twice_is_one_import_and_a_new_version_another():
    assert receive_upload_events([event("uploads/a.csv"), event("uploads/a.csv")]) == 1
    assert receive_upload_events([event("uploads/a.csv")]) == 0
    assert receive_upload_events([event("uploads/a.csv", etag="def")]) == 1


def test_a_known_folder_imports_by_itself_as_it_is_set(bucket):
    members = ContactList.objects.create(name="Members")
    folder = DropFolder.objects.create(prefix="members", contact_list=members, consent=True)
    folder.tags.add(Tag.objects.create(name="crm"))
    contact_import = dropped("uploads/members/2026/march.csv", bucket, people_csv(5))

    assert contact_import.status == Status.IMPORTING
    run_import(contact_import.pk)
    assert members.members.count() == 5
    assert Contact.objects.filter(tags__name="crm").count() == 5
    contact_import.refresh_from_db()
    assert (contact_import.status, contact_import.consent) == (Status.COMPLETED, True)


def test_an_unknown_folder_waits_for_a_person(bucket):
    contact_import = dropped("uploads/elsewhere/a.csv", bucket, people_csv(5))
    assert contact_import.status == Status.COLUMNS
    assert contact_import.columns[0]["target"] == "address"
    assert not Contact.objects.exists()


def test_a_file_with_unclear_columns_waits_for_a_person_who_then_has_the_last_word(bucket):
    DropFolder.objects.create(prefix="")
    contact_import = dropped("uploads/a.csv", bucket, b"Who,What\nx,y\na@b.example,z\nw,v\n")
    assert contact_import.status == Status.COLUMNS

    start_check(contact_import.pk, Choices(["address", "ignore"]), actor=None)
    check_import(contact_import.pk)
    contact_import.refresh_from_db()
    assert contact_import.status == Status.CHECKED


def test_a_dropped_file_that_is_no_csv_fails_and_says_why(bucket):
    DropFolder.objects.create(prefix="")
    contact_import = dropped("uploads/a.csv", bucket, b"%PDF-1.7 rubbish")
    assert contact_import.status == Status.FAILED
    assert contact_import.file_problem == {"code": "not_csv", "value": "pdf"}


def test_an_object_that_is_gone_again_fails_the_import(bucket):
    receive_upload_events([event("uploads/a.csv")])
    contact_import = ContactImport.objects.get()
    check_import(contact_import.pk)
    contact_import.refresh_from_db()
    assert (contact_import.status, contact_import.file_problem) == (Status.FAILED, {"code": "file_missing"})


def test_the_longest_prefix_with_a_folder_counts():
    top, members, vip = (DropFolder.objects.create(prefix=prefix) for prefix in ("", "members", "members/vip"))
    assert folder_of("uploads/a.csv") == top
    assert folder_of("uploads/members/2026/a.csv") == members
    assert folder_of("uploads/members/vip/a.csv") == vip
    assert folder_of("uploads/other/a.csv") == top
