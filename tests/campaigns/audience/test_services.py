from __future__ import annotations

import csv
import io

import pytest
from django.core.exceptions import ValidationError

from campaigns.audience import services
from campaigns.audience.export import csv_pieces
from campaigns.audience.forms import parse_attributes, split_tags
from campaigns.audience.group_counts import list_counts, tag_counts
from campaigns.audience.models import Contact, ContactList, ListMembership
from campaigns.importing.models import ImportChange
from campaigns.sending.models import Delivery
from campaigns.sending.states import DeliveryState
from portal.errors import InvalidInput
from portal.models import Activity
from tests.factories.audience import make_list, make_tag
from tests.factories.importing import imported
from tests.factories.sending import make_campaign, make_contact, plan_people

pytestmark = pytest.mark.django_db


def everybody():
    return Contact.objects.all()


def test_adding_to_a_list_twice_changes_nothing_the_second_time():
    make_contact("a@host.example")
    make_contact("b@host.example")
    members = make_list("Members")
    assert services.add_to_list(everybody(), members, actor=None) == 2
    assert services.add_to_list(everybody(), members, actor=None) == 0
    assert list_counts([members.pk]) == {members.pk: 2}


def test_only_the_chosen_are_grouped_and_ungrouped():
    a, b = make_contact("a@host.example"), make_contact("b@host.example")
    tag = make_tag("choir")
    assert services.tag_contacts(everybody().filter(pk=a.pk), tag, actor=None) == 1
    assert list(a.tags.all()) == [tag]
    assert not b.tags.exists()
    assert services.untag_contacts(everybody(), tag, actor=None) == 1
    assert tag_counts([tag.pk]) == {tag.pk: 0}


def test_people_found_by_a_filter_on_the_same_list_can_be_taken_off_it():
    members = make_list("Members", make_contact("a@host.example"), make_contact("b@host.example"))
    people = everybody().filter(memberships__contact_list=members)
    assert services.remove_from_list(people, members, actor=None) == 2
    assert not ListMembership.objects.exists()


def test_deleting_takes_groups_along_and_leaves_what_was_sent():
    gone = make_contact("a@host.example")
    make_contact("b@host.example")
    make_list("Members", gone)
    make_tag("choir", gone)
    campaign = make_campaign()
    plan_people(campaign, [DeliveryState.DELIVERED])
    Delivery.objects.update(contact=gone, address_key=gone.address_key)
    assert services.delete_contacts(everybody().filter(pk=gone.pk), actor=None) == 1
    assert [contact.address for contact in everybody()] == ["b@host.example"]
    assert Delivery.objects.filter(address_key="a@host.example").exists()
    assert Activity.objects.get(verb="contacts.deleted").details == {"people": 1}


def test_deleting_somebody_whom_an_import_changed_is_possible():
    make_contact("p0@host0.example", first_name="Old")
    imported(b"Email,First name\np0@host0.example,New\n", on_existing="update")
    assert ImportChange.objects.exists()
    assert services.delete_contacts(everybody(), actor=None) == 1


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 121])
def test_a_list_needs_a_usable_name(name):
    with pytest.raises(InvalidInput):
        services.get_or_create_list(name)


def test_a_list_of_that_name_is_used_again():
    made = services.get_or_create_list("Members  2026")
    assert services.get_or_create_list(" Members 2026 ").pk == made.pk
    assert ContactList.objects.count() == 1


def test_attributes_are_read_line_by_line():
    assert parse_attributes("city: Oldtown\n\nseat: 12: A\nempty:\n") == {"city": "Oldtown", "seat": "12: A"}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("city Oldtown", "Line 1 has no colon"),
        ("city: a\nCity: b", "Line 2"),
        ("address: x@y.example", "Line 1"),
        ("city: a\ncity: b", "twice"),
    ],
)
def test_attributes_that_cannot_be_say_which_line(lines, said):
    with pytest.raises(ValidationError, match=said):
        parse_attributes(lines)


def test_tags_stand_between_commas():
    assert split_tags(" choir, board ,, choir,first  row") == ["choir", "board", "first row"]


def exported():
    return "".join(csv_pieces(Contact.objects.order_by("pk")))


def people_now():
    return [
        (c.address, c.first_name, c.last_name, c.time_zone, c.attributes, sorted(t.name for t in c.tags.all()))
        for c in Contact.objects.order_by("address_key")
    ]


def test_an_export_imported_again_gives_the_same_people():
    make_contact("a@host.example", first_name="=Anna", last_name="Berg; von", attributes={"group": "-1", "city": "'=x"})
    make_contact("+b@host.example", first_name="Jörg\nB", time_zone="Europe/Zurich", attributes={"nick": 'a "q", b'})
    make_tag("choir", Contact.objects.get(address="a@host.example"))
    before, content = people_now(), exported()
    services.delete_contacts(everybody(), actor=None)
    imported(content.encode())
    after = people_now()
    expected = [(a, " ".join(first.split()), last, zone, more, tags) for a, first, last, zone, more, tags in before]
    assert after == expected


def test_importing_an_export_over_the_same_people_changes_nothing():
    make_contact("a@host.example", first_name="=Anna", last_name="'Berg", attributes={"group": "-1", "city": "'=x"})
    make_tag("choir", Contact.objects.get())
    before, done = people_now(), imported(exported().encode(), on_existing="update")
    assert (done.created_count, done.changed_count, done.reject_count) == (0, 0, 0)
    assert people_now() == before
    assert not ImportChange.objects.exists()


def test_no_cell_of_an_export_is_a_formula():
    make_contact("+a@host.example", first_name="=1+1", last_name="@x", attributes={"city": "-2", "nick": "\tx"})
    for row in csv.reader(io.StringIO(exported().removeprefix("\ufeff"))):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
