from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from campaigns.audience import querysets
from campaigns.audience.models import Contact
from campaigns.audience.querysets import SEARCH_LIMIT, first_matches, search_contacts
from tests.factories.audience import make_list, make_tag
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    make_contact("Anna.Berg@Club.example", first_name="Anna", last_name="Berg")
    make_contact("berg@host.example", first_name="Jörg", last_name="Anna")
    make_contact("jane@host.example", first_name="Jane", last_name="van Dyk")
    make_contact("zoe@host.example", first_name="Zoë", last_name="Ash")


def found(text):
    exact = set(search_contacts(Contact.objects.all(), text).values_list("address_key", flat=True))
    first = first_matches(Contact.objects.all(), text)
    assert set(first.contacts.values_list("address_key", flat=True)) == exact
    return {address.partition("@")[0] for address in exact}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("anna", {"anna.berg", "berg"}),
        ("ANN", {"anna.berg", "berg"}),
        ("berg", {"anna.berg", "berg"}),
        ("anna berg", {"anna.berg"}),
        ("Berg Anna", {"anna.berg"}),
        ("anna b", {"anna.berg"}),
        ("jörg", {"berg"}),
        ("van dyk", {"jane"}),
        ("jane van d", {"jane"}),
        ("van Dyk Jane", {"jane"}),
        ("anna.berg@club.example", {"anna.berg"}),
        ("berg@", {"berg"}),
        ("club", set()),
        ("%", set()),
        ("", {"anna.berg", "berg", "jane", "zoe"}),
        ("   ", {"anna.berg", "berg", "jane", "zoe"}),
    ],
)
def test_names_and_addresses_are_found_by_their_beginning(people, text, expected):
    assert found(text) == expected


def test_a_search_with_many_matches_shows_the_first_and_says_so(people):
    Contact.objects.bulk_create(
        Contact(address=f"kim{i}@host.example", address_key=f"kim{i}@host.example") for i in range(SEARCH_LIMIT + 5)
    )
    matches = first_matches(Contact.objects.all(), "kim")
    assert matches.is_cut
    assert matches.contacts.count() == SEARCH_LIMIT
    assert search_contacts(Contact.objects.all(), "kim").count() == SEARCH_LIMIT + 5


@pytest.mark.parametrize("small", [0, 5_000])
def test_a_group_is_searched_alike_whether_small_or_large(people, monkeypatch, small):
    monkeypatch.setattr(querysets, "SMALL_GROUP", small)
    anna = Contact.objects.get(first_name="Anna")
    members, choir = make_list("Members", anna), make_tag("choir", anna)
    make_list("Board", anna)
    for narrowed in (
        querysets.searched_on_list(Contact.objects.all(), members.pk),
        querysets.searched_with_tag(Contact.objects.all(), choir.pk),
    ):
        assert list(first_matches(narrowed, "berg").contacts) == [anna]
        assert list(search_contacts(narrowed, "berg")) == [anna]


@given(text=st.text(max_size=30))
def test_no_text_breaks_the_search(text):
    assert not first_matches(Contact.objects.none(), text).is_cut
