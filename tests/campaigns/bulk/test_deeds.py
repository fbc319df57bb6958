from __future__ import annotations

import pytest

from campaigns.audience.models import Contact, ContactTag, ListMembership, Tag
from campaigns.bulk.models import BulkChange, BulkTarget, BulkUndo
from campaigns.bulk.services import undo_bulk_change
from campaigns.importing.models import ImportChange
from campaigns.signup.models import SignupRequest
from portal.errors import Conflict, InvalidInput
from portal.models import Activity
from tests.factories.audience import make_list, make_tag
from tests.factories.bulk import Deed, make_people, start, tagged
from tests.factories.importing import imported
from tests.factories.sending import make_contact
from tests.factories.signup import make_request

pytestmark = pytest.mark.django_db

Status = BulkChange.Status


def everything():
    """All that a deed could touch, ids and times too."""
    return {
        "people": list(Contact.objects.order_by("pk").values()),
        "tags": list(ContactTag.objects.order_by("pk").values()),
        "lists": list(ListMembership.objects.order_by("pk").values()),
        "changes": list(ImportChange.objects.order_by("pk").values()),
    }


def test_a_tag_goes_to_those_without_it_and_undo_takes_it_from_just_them():
    people = make_people(3)
    choir = make_tag("choir", people[0])
    before = everything()
    change = tagged()
    assert (change.status, change.people_count, change.changed_count) == (Status.COMPLETED, 3, 2)
    assert choir.contacts.count() == 3
    undone = undo_bulk_change(change.pk, actor=None)
    assert (undone.status, undone.restored_count, undone.kept_count) == (Status.UNDONE, 2, 0)
    assert everything() == before


@pytest.mark.parametrize(
    ("deed", "fields"),
    [
        (Deed.REMOVE_TAG, {}),
        (Deed.REMOVE_FROM_LIST, {}),
        (Deed.ADD_TO_LIST, {"new_group_name": "New list"}),
        (Deed.ADD_TAG, {"new_group_name": "new"}),
        (Deed.DELETE, {}),
    ],
)
def test_undo_brings_back_exactly_what_was(deed, fields):
    people = make_people(4, time_zone="Europe/Zurich")
    imported(b"Email,City\np1@host.example,Elsewhere\nnew@host.example,X\n", on_existing="update")
    choir, members = make_tag("choir", *people[:2]), make_list("Members", *people[1:])
    before = everything()
    group = {Deed.REMOVE_TAG: choir, Deed.REMOVE_FROM_LIST: members}.get(deed)
    change = start(deed, group=group, **fields)
    assert everything() != before
    undo_bulk_change(change.pk, actor=None)
    assert everything() == before
    assert not BulkUndo.objects.exists()
    assert not BulkTarget.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("first_name", " Kim  Lee ", lambda person: person.first_name),
        ("last_name", "Ångström", lambda person: person.last_name),
        ("time_zone", "Europe/Berlin", lambda person: person.time_zone),
        ("attribute:city", 'Älv\'s "town"\n2', lambda person: person.attributes.get("city", "")),
        ("attribute:city", "", lambda person: person.attributes.get("city", "")),
        ("attribute:fresh", "=1+1", lambda person: person.attributes.get("fresh", "")),
    ],
)
def test_a_field_is_set_for_all_and_undone_one_by_one(field, value, read):
    make_people(3)
    before = list(Contact.objects.order_by("pk").values("first_name", "first_name_key", "time_zone", "attributes"))
    change = start(Deed.SET_FIELD, field=field, value=value)
    assert {read(person) for person in Contact.objects.all()} == {" ".join(value.split()) if "name" in field else value}
    assert change.changed_count == 3
    undo_bulk_change(change.pk, actor=None)
    after = list(Contact.objects.order_by("pk").values("first_name", "first_name_key", "time_zone", "attributes"))
    assert after == before


def test_an_emptied_attribute_leaves_no_name_behind():
    make_people(1)
    start(Deed.SET_FIELD, field="attribute:city", value="")
    assert Contact.objects.get().attributes == {}


@pytest.mark.parametrize(
    ("field", "value"), [("time_zone", "Mars/North"), ("attribute:address", "x"), ("first_name", "x" * 151), ("", "x")]
)
def test_a_value_that_does_not_fit_is_refused_before_anybody_is_touched(field, value):
    make_people(1)
    with pytest.raises(InvalidInput):
        start(Deed.SET_FIELD, field=field, value=value)
    assert not BulkChange.objects.exists()


def test_undo_respects_what_others_wrote_since_and_names_them():
    make_people(3)
    change = start(Deed.SET_FIELD, field="first_name", value="Kim")
    other = Contact.objects.order_by("pk")[1]
    other.first_name = "Robin"
    other.save()
    undone = undo_bulk_change(change.pk, actor=None)
    assert [person.first_name for person in Contact.objects.order_by("pk")] == ["Anna", "Robin", "Anna"]
    assert (undone.restored_count, undone.kept_count, undone.kept_examples) == (2, 1, ["p1@host.example"])


def test_undo_of_a_tag_leaves_one_that_was_taken_off_and_put_on_again():
    [person] = make_people(1)
    change = tagged()
    ContactTag.objects.all().delete()
    ContactTag.objects.create(tag=Tag.objects.get(), contact=person)
    undone = undo_bulk_change(change.pk, actor=None)
    assert undone.kept_count == 1
    assert ContactTag.objects.count() == 1


def test_undo_of_deleting_leaves_an_address_that_was_added_again():
    make_people(2)
    change = start(Deed.DELETE)
    again = make_contact("p0@host.example", first_name="New")
    undone = undo_bulk_change(change.pk, actor=None)
    assert (undone.restored_count, undone.kept_examples) == (1, ["p0@host.example"])
    assert Contact.objects.get(address_key="p0@host.example").pk == again.pk


def test_undo_of_taking_off_a_list_that_is_gone_keeps_everybody_as_they_are():
    people = make_people(2)
    members = make_list("Members", *people)
    change = start(Deed.REMOVE_FROM_LIST, group=members)
    members.delete()
    assert undo_bulk_change(change.pk, actor=None).kept_count == 2


def test_people_deleted_with_a_tag_that_is_gone_come_back_without_it():
    [person] = make_people(1)
    choir = make_tag("choir", person)
    change = start(Deed.DELETE)
    choir.delete()
    assert undo_bulk_change(change.pk, actor=None).restored_count == 1
    assert not Contact.objects.get().tags.exists()


def test_undoing_twice_is_refused():
    make_people(1)
    change = tagged()
    undo_bulk_change(change.pk, actor=None)
    with pytest.raises(Conflict):
        undo_bulk_change(change.pk, actor=None)


def test_a_deed_that_changed_nobody_cannot_be_undone():
    change = tagged("ids=99")
    assert change.people_count == 0
    with pytest.raises(Conflict):
        undo_bulk_change(change.pk, actor=None)


@pytest.mark.parametrize("query", ["list=x", "colour=red", "ids=1,x", "mail=perhaps", "q=%00", "segment=nobody"])
def test_a_filter_that_means_nothing_never_means_everybody(query):
    make_people(2)
    with pytest.raises(InvalidInput):
        start(Deed.DELETE, query)
    assert Contact.objects.count() == 2


def test_every_deed_and_its_undo_are_on_record():
    make_people(1)
    change = tagged()
    undo_bulk_change(change.pk, actor=None)
    verbs = list(Activity.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["contacts.bulk_add_tag", "contacts.bulk_undone"]


def test_a_request_to_sign_up_stays_when_its_contact_goes_and_knows_them_again_after_undo():
    request = make_request()
    [person] = make_people(1)
    SignupRequest.objects.update(contact=person)
    change = start(Deed.DELETE)
    assert SignupRequest.objects.get(pk=request.pk).contact_id is None
    undo_bulk_change(change.pk, actor=None)
    assert SignupRequest.objects.get(pk=request.pk).contact_id == person.pk
