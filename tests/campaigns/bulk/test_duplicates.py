from __future__ import annotations

import pytest
from django.db.models import ManyToOneRel

from campaigns.audience.models import Contact
from campaigns.bulk import duplicates
from campaigns.bulk.duplicates import groups_of, start_scan
from campaigns.bulk.models import DuplicateScan
from campaigns.bulk.snapshots import hanging_keys, pointing_keys
from campaigns.bulk.sweep import sweep_bulk_work
from portal.errors import InvalidInput
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db

Kind = DuplicateScan.Kind


def found(kind, field=""):
    scan = start_scan(kind, field=field, actor=None)
    return [[person.address for person in group.people] for group in groups_of(scan, begin=0, count=50)]


def test_one_mailbox_under_several_spellings_is_found():
    for address in (
        "jane@host.example", "Jane+news@host.example", "kim@host.example", "+kim@host.example",
        "j.doe@gmail.com", "jdoe@googlemail.com", "j.d@host.example", "jd@host.example",
    ):  # fmt: skip
        make_contact(address)
    assert found(Kind.MAILBOX) == [
        ["jane@host.example", "Jane+news@host.example"], ["j.doe@gmail.com", "jdoe@googlemail.com"],
    ]  # fmt: skip


def test_the_same_full_name_at_the_same_domain_is_found():
    for address, first, last in (
        ("a@host.example", "Anna", "Berg"), ("b@host.example", "ANNA", "berg"), ("c@other.example", "Anna", "Berg"),
        ("d@host.example", "Anna", ""), ("e@host.example", "Anna", ""),
    ):  # fmt: skip
        make_contact(address, first_name=first, last_name=last)
    assert found(Kind.NAME) == [["a@host.example", "b@host.example"]]


def test_the_same_value_in_a_field_is_found_and_an_empty_one_is_not():
    for number, member in enumerate(["7", " 7 ", "8", "", None]):
        make_contact(f"p{number}@host.example", attributes={} if member is None else {"member_no": member})
    assert found(Kind.FIELD, "member_no") == [["p0@host.example", "p1@host.example"]]


def test_what_many_share_is_no_duplicate():
    for number in range(duplicates.MAX_SAME + 1):
        make_contact(f"p{number}@host.example", attributes={"firm": "Post"})
    assert found(Kind.FIELD, "firm") == []


@pytest.mark.parametrize("field", ["", "address", "x'; --", "Größe"])
def test_a_field_that_cannot_be_is_refused(field):
    with pytest.raises(InvalidInput):
        start_scan(Kind.FIELD, field=field, actor=None)


def test_many_contacts_are_looked_through_by_a_worker(monkeypatch, hints):
    monkeypatch.setattr(duplicates, "AT_ONCE", 1)
    for address in ("jane@host.example", "jane+a@host.example"):
        make_contact(address)
    scan = start_scan(Kind.MAILBOX, actor=None)
    assert scan.status == DuplicateScan.Status.RUNNING
    hints.kept.clear()
    sweep_bulk_work()
    hints.run_all()
    scan.refresh_from_db()
    assert (scan.status, len(scan.groups)) == (DuplicateScan.Status.COMPLETED, 1)


def test_people_who_have_gone_are_no_group_any_more():
    for address in ("jane@host.example", "jane+a@host.example"):
        make_contact(address)
    scan = start_scan(Kind.MAILBOX, actor=None)
    Contact.objects.first().delete()
    assert groups_of(scan, begin=0, count=9) == []


def test_whatever_hangs_on_a_contact_by_a_constraint_goes_and_comes_back_with_it():
    relations = [each for each in Contact._meta.get_fields(include_hidden=True) if isinstance(each, ManyToOneRel)]
    bound = {each.field for each in relations if getattr(each.field, "db_constraint")}  # noqa: B009  # unknown to the stubs
    assert bound == {*hanging_keys(), *pointing_keys()}
    for key in hanging_keys():
        others = {relation.related_model for relation in key.model._meta.related_objects}
        assert others <= {key.model}, f"what hangs on {key.model} would be lost"
