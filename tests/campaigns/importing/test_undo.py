from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership
from campaigns.importing import undo
from campaigns.importing.models import ContactImport, ImportChange, OnExisting
from campaigns.importing.services import start_undo
from campaigns.importing.undo import forget_undo_records, undo_import
from campaigns.sending.models import Campaign, Delivery
from portal.errors import Conflict
from tests.factories.importing import imported, make_contact, people_csv

pytestmark = pytest.mark.django_db


def undone(contact_import):
    start_undo(contact_import.pk, actor=None)
    undo_import(contact_import.pk)
    contact_import.refresh_from_db()
    return contact_import


def test_undo_removes_who_came_and_restores_who_changed():
    members = ContactList.objects.create(name="Members")
    old = make_contact("p1@host1.example", first_name="Old", attributes={"plan": "x"})
    before = Contact.objects.filter(pk=old.pk).values().get()
    contact_import = imported(people_csv(10), on_existing=OnExisting.UPDATE, contact_list=members, tag_names=["new"])
    assert Contact.objects.get(pk=old.pk).first_name == "Anna 1"

    contact_import = undone(contact_import)

    assert contact_import.status == ContactImport.Status.UNDONE
    assert (contact_import.removed_count, contact_import.restored_count, contact_import.kept_count) == (9, 1, 0)
    assert Contact.objects.values().get() == before
    assert not ListMembership.objects.exists()
    assert not ContactTag.objects.exists()


def test_who_was_edited_since_stays_as_edited():
    make_contact("p1@host1.example", first_name="Old")
    contact_import = imported(people_csv(3), on_existing=OnExisting.UPDATE)
    for address in ("p1@host1.example", "p2@host2.example"):
        contact = Contact.objects.get(address_key=address)
        contact.first_name = "By hand"
        contact.save()

    contact_import = undone(contact_import)

    assert (contact_import.removed_count, contact_import.restored_count, contact_import.kept_count) == (1, 0, 2)
    assert set(Contact.objects.values_list("first_name", flat=True)) == {"By hand"}


def test_who_got_mail_stays():
    contact_import = imported(people_csv(3))
    campaign = Campaign.objects.create(name="Hello")
    contact = Contact.objects.get(address_key="p1@host1.example")
    Delivery.objects.create(
        campaign=campaign, contact=contact, address=contact.address, address_key=contact.address_key, chunk_number=0
    )
    contact_import = undone(contact_import)
    assert (contact_import.removed_count, contact_import.kept_count) == (2, 1)
    assert Contact.objects.get() == contact


def test_two_imports_are_undone_in_turn():
    make_contact("p1@host1.example", first_name="Old")
    first = imported(people_csv(3), on_existing=OnExisting.UPDATE)
    second = imported(b"Email,First name\np1@host1.example,Newest\n", on_existing=OnExisting.UPDATE)
    undone(second)
    assert Contact.objects.get(address_key="p1@host1.example").first_name == "Anna 1"
    undone(first)
    assert Contact.objects.get().first_name == "Old"


def test_a_killed_undo_goes_on_with_what_is_left(monkeypatch):
    for i in range(5):
        make_contact(f"p{i}@host{i}.example", first_name="Old")
    contact_import = imported(people_csv(10), on_existing=OnExisting.UPDATE)
    monkeypatch.setattr(undo, "BATCH_ROWS", 2)
    remove = undo._remove

    def dying(_contact_ids):
        raise KeyboardInterrupt

    monkeypatch.setattr(undo, "_remove", dying)
    start_undo(contact_import.pk, actor=None)
    with pytest.raises(KeyboardInterrupt):
        undo_import(contact_import.pk)
    monkeypatch.setattr(undo, "_remove", remove)
    ContactImport.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    undo_import(contact_import.pk)

    contact_import.refresh_from_db()
    assert (contact_import.removed_count, contact_import.restored_count, contact_import.kept_count) == (5, 5, 0)
    assert set(Contact.objects.values_list("first_name", flat=True)) == {"Old"}


def test_after_seven_days_the_import_stands():
    contact_import = imported(people_csv(3), on_existing=OnExisting.UPDATE)
    imported(people_csv(3).replace(b"Anna", b"Berta"), on_existing=OnExisting.UPDATE)
    assert ImportChange.objects.count() == 3
    ContactImport.objects.update(finished_at=timezone.now() - timedelta(days=8))
    with pytest.raises(Conflict):
        start_undo(contact_import.pk, actor=None)
    assert forget_undo_records(before_days=7) == 3


def test_an_import_is_undone_only_once():
    contact_import = undone(imported(people_csv(3)))
    with pytest.raises(Conflict):
        start_undo(contact_import.pk, actor=None)
