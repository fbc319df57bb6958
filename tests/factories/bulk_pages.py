"""Bulk work and exports in the stages that their pages show."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from campaigns.audience.models import Contact
from campaigns.bulk.duplicates import start_scan
from campaigns.bulk.models import BulkChange, DuplicateScan
from campaigns.bulk.services import undo_bulk_change
from campaigns.exports.models import Export
from tests.factories.audience import a_club, fields_of_a_club, make_tag
from tests.factories.bulk import Deed, start
from tests.factories.sending import make_contact

Status = BulkChange.Status


def a_deed_to_look_at(deed: str) -> str:
    """The page on which a deed is looked at, with people who have a tag already."""
    a_club()
    return f"{reverse('admin:campaigns_bulkchange_new')}?{urlencode({'deed': deed, 'people': 'q=a'})}"


def a_field_to_set(field: str) -> str:
    """The page that asks for the value of a field."""
    fields_of_a_club()
    return f"{a_deed_to_look_at(Deed.SET_FIELD)}&{urlencode({'field': field})}"


def a_change_at_work() -> BulkChange:
    return BulkChange.objects.create(
        deed=Deed.ADD_TAG, status=Status.RUNNING, label="choir", people_count=48_210, done_count=21_000,
        changed_count=20_412, lease_until=timezone.now() + timedelta(hours=1),
    )  # fmt: skip


def a_finished_change() -> BulkChange:
    a_club()
    return start(Deed.SET_FIELD, field="attribute:city", value="Newtown")


def an_undone_change() -> BulkChange:
    change = a_finished_change()
    Contact.objects.filter(first_name="Kim").update(attributes={"city": "Elsewhere"})
    return undo_bulk_change(change.pk, actor=None)


def a_stopped_change() -> BulkChange:
    return BulkChange.objects.create(
        deed=Deed.DELETE, status=Status.CANCELLED, people_count=900, done_count=300, changed_count=300,
        finished_at=timezone.now(),
    )  # fmt: skip


def changes_in_all_stages() -> None:
    a_change_at_work()
    an_undone_change()
    a_stopped_change()
    BulkChange.objects.create(deed=Deed.ADD_TO_LIST, status=Status.FAILED, problem="The list was deleted meanwhile.")


def a_club_just_tagged() -> None:
    """The list of contacts of somebody who has just done something to them."""
    a_club()
    change = start(Deed.ADD_TAG, group=make_tag("2026"))
    BulkChange.objects.filter(pk=change.pk).update(created_by=User.objects.order_by("pk").last())


def _twins() -> list[Contact]:
    jane = make_contact("jane@host.example", first_name="Jane", last_name="van Dyk", attributes={"city": "Oldtown"})
    news = make_contact("jane+news@host.example", first_name="J.", attributes={"city": "Newtown", "nick": "JJ"})
    make_tag("choir", news)
    return [jane, news]


def duplicates_found() -> DuplicateScan:
    _twins()
    return start_scan(DuplicateScan.Kind.MAILBOX, actor=None)


def people_to_merge() -> str:
    ids = ",".join(str(person.pk) for person in _twins())
    return f"{reverse('admin:campaigns_bulkchange_merge')}?ids={ids}"


def an_export_to_begin() -> str:
    a_club()
    return f"{reverse('admin:campaigns_export_new')}?{urlencode({'source': 'contacts', 'query': 'q=a'})}"


def an_export_at_work() -> Export:
    return Export.objects.create(
        source=Export.Source.CONTACTS, label="list Members 2026", row_count=21_000, expected_count=48_210,
        size_bytes=4_410_000, lease_until=timezone.now() + timedelta(hours=1), language="en",
    )  # fmt: skip


def a_ready_export() -> Export:
    return Export.objects.create(
        source=Export.Source.CONTACTS, status=Export.Status.READY, row_count=48_210, size_bytes=9_410_000,
        file_key="exports/1/contacts.csv", finished_at=timezone.now(), expires_at=timezone.now() + timedelta(days=7),
    )  # fmt: skip


def exports_in_all_stages() -> None:
    an_export_at_work()
    a_ready_export()
    Export.objects.create(source=Export.Source.ACTIVITY, status=Export.Status.FAILED, problem="It kept stopping.")
    Export.objects.create(source=Export.Source.SUPPRESSIONS, status=Export.Status.EXPIRED, row_count=912)
