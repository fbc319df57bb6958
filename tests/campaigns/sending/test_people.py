from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.sending.people import PeopleFilter, all_people, count_people, people_page
from campaigns.sending.states import DeliveryState, Reason
from tests.factories.sending import make_campaign, plan_people

pytestmark = pytest.mark.django_db

DELIVERED, BOUNCED, QUEUED = DeliveryState.DELIVERED, DeliveryState.BOUNCED, DeliveryState.QUEUED
FULL = (BOUNCED, Reason.MAILBOX_FULL)
UNKNOWN = (BOUNCED, Reason.MAILBOX_UNKNOWN)


def flat(pages):
    return [address for page in pages for address in page]


def walk(campaign, wanted, size):
    cursor, pages = "", []
    while True:
        page = people_page(campaign, wanted, cursor=cursor, size=size)
        pages.append([person.address for person in page.deliveries])
        if not page.next_cursor:
            return pages
        cursor = page.next_cursor


def test_pages_hold_everybody_once_in_order():
    campaign = make_campaign()
    people = plan_people(campaign, [DELIVERED] * 25, chunk_size=4)

    pages = walk(campaign, PeopleFilter(), size=7)

    assert [len(page) for page in pages] == [7, 7, 7, 4]
    assert flat(pages) == [person.address for person in people]


def test_a_last_page_that_is_just_full_has_no_next():
    campaign = make_campaign()
    plan_people(campaign, [DELIVERED] * 10, chunk_size=4)
    assert people_page(campaign, PeopleFilter(), size=10).next_cursor == ""


def test_people_of_other_campaigns_between_the_ids_are_left_out():
    campaign, other = make_campaign(), make_campaign("Other")
    plan_people(campaign, [DELIVERED] * 3, prefix="mine")
    plan_people(other, [DELIVERED] * 3, prefix="theirs")
    plan_people(campaign, [DELIVERED] * 3, prefix="later")

    found = flat(walk(campaign, PeopleFilter(), size=4))

    assert len(found) == 6
    assert not [address for address in found if address.startswith("theirs")]


def test_states_and_reasons_choose_people():
    campaign = make_campaign()
    plan_people(campaign, [DELIVERED, FULL, QUEUED, UNKNOWN, DELIVERED, FULL] * 5, chunk_size=6)

    assert count_people(campaign, PeopleFilter(frozenset({BOUNCED}))) == 15
    assert count_people(campaign, PeopleFilter(frozenset({BOUNCED, QUEUED}))) == 20
    full = PeopleFilter(frozenset({BOUNCED}), Reason.MAILBOX_FULL)
    assert count_people(campaign, full) == 10
    assert {person.reason for person in people_page(campaign, full).deliveries} == {Reason.MAILBOX_FULL}
    assert [len(page) for page in walk(campaign, full, size=4)] == [4, 4, 2]


def test_a_reason_alone_finds_its_people_in_any_state():
    campaign = make_campaign()
    plan_people(campaign, [DELIVERED, FULL, UNKNOWN])
    wanted = PeopleFilter(reason=Reason.MAILBOX_FULL)
    assert count_people(campaign, wanted) == 1
    assert [person.reason for person in people_page(campaign, wanted).deliveries] == [Reason.MAILBOX_FULL]


def test_a_search_finds_addresses_by_their_beginning_in_any_case():
    campaign = make_campaign()
    plan_people(campaign, [DELIVERED] * 4, prefix="berta")
    plan_people(campaign, [DELIVERED, FULL, FULL], prefix="anna")

    found = walk(campaign, PeopleFilter(prefix="ANNA"), size=2)
    bounced = PeopleFilter(frozenset({BOUNCED}), prefix="anna")

    assert found == [["anna0@club.example", "anna1@club.example"], ["anna2@club.example"]]
    assert flat(walk(campaign, bounced, size=5)) == ["anna1@club.example", "anna2@club.example"]


@pytest.mark.parametrize("prefix", ["%", "_", "anna%", "\\"])
def test_wildcards_in_a_search_are_only_letters(prefix):
    campaign = make_campaign()
    plan_people(campaign, [DELIVERED], prefix="anna")
    assert people_page(campaign, PeopleFilter(prefix=prefix)).deliveries == []


def test_chunks_without_such_people_are_not_read():
    campaign = make_campaign()
    plan_people(campaign, [*([DELIVERED] * 200), FULL, *([DELIVERED] * 199)], chunk_size=10)

    with CaptureQueriesContext(connection) as queries:
        page = people_page(campaign, PeopleFilter(frozenset({BOUNCED})))

    assert len(page.deliveries) == 1
    assert len([query for query in queries if "campaigns_delivery" in query["sql"]]) == 1


def test_few_people_far_apart_are_read_together():
    campaign = make_campaign()
    plan_people(campaign, ([FULL] + [DELIVERED] * 29) * 12, chunk_size=10)
    wanted = PeopleFilter(frozenset({BOUNCED}), Reason.MAILBOX_FULL)

    with CaptureQueriesContext(connection) as queries:
        page = people_page(campaign, wanted)

    assert [person.address for person in page.deliveries] == [f"person{30 * n}@club.example" for n in range(12)]
    assert len([query for query in queries if "campaigns_delivery" in query["sql"]]) == 2
    assert [len(page) for page in walk(campaign, wanted, size=5)] == [5, 5, 2]
    assert len(list(all_people(campaign, wanted))) == 12


def test_a_state_that_nobody_is_in_reads_no_delivery():
    campaign = make_campaign()
    plan_people(campaign, [DELIVERED] * 30)
    with CaptureQueriesContext(connection) as queries:
        assert people_page(campaign, PeopleFilter(frozenset({BOUNCED}))).deliveries == []
        assert people_page(campaign, PeopleFilter(frozenset({BOUNCED}), prefix="person")).deliveries == []
    assert not [query for query in queries if "campaigns_delivery" in query["sql"]]


def test_a_garbled_cursor_begins_at_the_front():
    campaign = make_campaign()
    plan_people(campaign, [DELIVERED] * 3)
    assert len(people_page(campaign, PeopleFilter(), cursor="x'y").deliveries) == 3


@pytest.mark.parametrize(
    "wanted", [PeopleFilter(), PeopleFilter(frozenset({DELIVERED})), PeopleFilter(prefix="person")]
)
def test_walking_all_meets_everybody_once(wanted):
    campaign = make_campaign()
    plan_people(campaign, [DELIVERED] * 45, chunk_size=4)
    assert len({person.pk for person in all_people(campaign, wanted)}) == 45
