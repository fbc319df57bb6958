from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.audience.edits import ContactEdit, undo_edit
from campaigns.audience.models import Contact
from campaigns.audience.services import save_contact
from campaigns.bulk.snapshots import remove_people
from portal.errors import Conflict
from portal.models import Activity
from tests.factories.audience import make_list, make_tag
from tests.factories.importing import make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim():
    return User.objects.create_user("kim")


def edited(contact, actor, *, lists=(), tags=(), **fields):
    """Save the contact with these values, as its form does."""
    fresh = Contact.objects.get(pk=contact.pk)
    for name, value in fields.items():
        setattr(fresh, name, value)
    return save_contact(fresh, lists=lists, tag_names=tags, actor=actor)


def test_an_edit_keeps_who_changed_what_from_what_to_what(kim):
    anna = make_contact(first_name="Ann", attributes={"city": "Oldtown"})
    edit = edited(anna, kim, first_name="Anna", attributes={"plan": "gold"}, lists=[make_list()], tags=["choir"])

    assert edit.by_name == "kim"
    assert edit.changes["fields"] == {
        "attributes.city": ["Oldtown", ""],
        "attributes.plan": ["", "gold"],
        "first_name": ["Ann", "Anna"],
    }
    assert list(edit.changes["joined"].values()) == ["Members"]
    assert list(edit.changes["tagged"].values()) == ["choir"]


def test_the_activity_log_names_fields_and_holds_no_values(kim):
    edited(make_contact(first_name="Ann"), kim, first_name="Secret")

    deed = Activity.objects.get(verb="contact.changed")
    assert deed.details == {"fields": ["first_name"]}


def test_saving_without_a_change_writes_nothing(kim):
    assert edited(make_contact(), kim) is None
    assert not Activity.objects.exists()


def test_undoing_an_edit_makes_the_person_as_before(kim):
    board, choir = make_list("Board"), make_tag("choir")
    anna = make_contact(first_name="Ann", attributes={"city": "Oldtown"})
    edited(anna, kim, lists=[board], tags=["choir"])
    edit = edited(anna, kim, first_name="Anna", attributes={}, tags=["donor"])

    undo_edit(edit.pk, actor=kim)

    anna.refresh_from_db()
    assert (anna.first_name, anna.first_name_key, anna.attributes) == ("Ann", "ann", {"city": "Oldtown"})
    assert (list(anna.lists.all()), list(anna.tags.all())) == ([board], [choir])
    assert Activity.objects.filter(verb="contact.edit_undone").count() == 1


def test_an_edit_is_undone_once(kim):
    edit = edited(make_contact(first_name="Ann"), kim, first_name="Anna")
    undo_edit(edit.pk, actor=kim)

    with pytest.raises(Conflict):
        undo_edit(edit.pk, actor=kim)


def test_what_was_changed_again_since_is_not_undone(kim):
    anna = make_contact(first_name="Ann")
    edit = edited(anna, kim, first_name="Anna")
    edited(anna, kim, first_name="Hanna")

    with pytest.raises(Conflict):
        undo_edit(edit.pk, actor=kim)
    anna.refresh_from_db()
    assert anna.first_name == "Hanna"


def test_an_address_that_somebody_else_has_now_is_not_given_back(kim):
    anna = make_contact("anna@club.example")
    edit = edited(anna, kim, address="anna.berg@club.example")
    make_contact("Anna@club.example")

    with pytest.raises(Conflict):
        undo_edit(edit.pk, actor=kim)


def test_edits_go_with_the_person(kim):
    anna = make_contact(first_name="Ann")
    undo_edit(edited(anna, kim, first_name="Anna").pk, actor=kim)

    remove_people([anna.pk])

    assert not ContactEdit.objects.exists()
