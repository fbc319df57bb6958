"""The pages of segments: building, counting, saving, copying, deleting; and the list of contacts that leads there."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from campaigns.segments.counting import PeopleCount, TooLongError, answered_within, count_while_typing
from campaigns.segments.definition import as_stored, read_stored
from campaigns.segments.models import Segment
from campaigns.segments.operators import Kind, Op
from campaigns.segments.services import delete_segment
from campaigns.sending.services import start_campaign
from portal.errors import Conflict
from portal.models import Activity
from portal.roles import MARKETER, VIEWER
from tests.factories.audience import a_club, make_list
from tests.factories.segments import asks, make_segment, of
from tests.factories.sending import make_campaign, make_contact

pytestmark = pytest.mark.django_db

LIST = reverse("admin:campaigns_segment_changelist")
ADD = reverse("admin:campaigns_segment_add")
COUNT = reverse("admin:campaigns_segment_count")
GRAZ = asks("attr:city", Kind.TEXT, Op.IS, "Graz")
NAMED_ANNA = asks("first_name", Kind.TEXT, Op.BEGINS, "Ann")


def sent(*rules, join="all", **fields):
    return {"definition": json.dumps(as_stored(of(join, *rules))), **fields}


def change(segment: Segment) -> str:
    return reverse("admin:campaigns_segment_change", args=[segment.pk])


def test_a_segment_that_takes_too_long_to_count_is_saved_all_the_same(log_in, monkeypatch):
    monkeypatch.setattr("campaigns.segments.views.WHILE_TYPING_S", -1)
    monkeypatch.setattr("campaigns.segments.counting._SQLITE_STEPS", 1)
    segment = make_segment("Annas", NAMED_ANNA, people_count=7)
    log_in(MARKETER).post(change(segment), sent(NAMED_ANNA, name="Annas"))
    segment.refresh_from_db()
    assert segment.people_count in {None, 0}  # PostgreSQL takes no time below zero for a limit


def test_a_segment_is_saved_as_it_was_built(log_in):
    response = log_in(MARKETER).post(ADD, sent(NAMED_ANNA, name="Annas"))
    segment = Segment.objects.get(name="Annas")
    assert response.url == change(segment)
    assert read_stored(segment.definition) == of("all", NAMED_ANNA)
    assert Activity.objects.filter(verb="segment.created").exists()


def test_what_is_wrong_with_a_definition_is_said_in_words(log_in):
    client = log_in(MARKETER)
    response = client.post(ADD, sent(GRAZ, name="Graz"))
    assert response.status_code == 422
    assert "There is no field “city” any more" in response.content.decode()
    for text in ("", "[]", "{", "null", '{"version": 2}', "[" * 5000):
        assert client.post(ADD, {"name": "x", "definition": text}).status_code == 422


def test_a_change_is_saved_and_counted(log_in):
    make_contact(last_name="Berg")
    segment = make_segment("Annas", NAMED_ANNA, people_count=7)
    log_in(MARKETER).post(change(segment), sent(asks("last_name", Kind.TEXT, Op.FILLED), name="Named"))
    segment.refresh_from_db()
    assert (segment.name, segment.people_count) == ("Named", 1)


def test_the_count_follows_the_builder(log_in):
    a_club()
    news = log_in(VIEWER).post(COUNT, sent(NAMED_ANNA)).json()
    assert (news["count"], news["words"]) == ("1", "first name begins with “Ann”")
    assert [person["name"] for person in news["sample"]] == ["Anna Berg"]


def test_the_count_says_which_line_is_wrong(log_in):
    bad = asks("first_name", Kind.TEXT, Op.IS)
    news = log_in(VIEWER).post(COUNT, sent(NAMED_ANNA, of("any", bad))).json()
    assert news["problems"] == [{"path": [1, 0], "text": "Write what “first name” is compared with."}]


def test_half_a_letter_is_no_definition(log_in):
    client, half = log_in(MARKETER), asks("first_name", Kind.TEXT, Op.IS, "\ud800")
    assert client.post(COUNT, sent(half)).json()["problems"][0]["path"] == []
    assert client.post(reverse("admin:campaigns_segment_add"), sent(half, name="Half")).status_code == 422


def test_a_hard_question_is_counted_no_further_than_it_must(monkeypatch):
    for number in range(4):
        make_contact(f"p{number}@club.example")
    monkeypatch.setattr("campaigns.segments.counting.COUNT_LIMIT", 2)
    everybody = of("all", asks("address", Kind.TEXT, Op.FILLED))
    answers = iter([TooLongError])

    def busy(_people):
        raise next(answers)

    monkeypatch.setattr("campaigns.segments.counting.count_all", busy)
    assert count_while_typing(everybody) == PeopleCount(2, is_exact=False)
    assert PeopleCount(2, is_exact=False).text == "more than 2"


def test_a_statement_that_takes_too_long_is_stopped():
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT MAX(i) FROM n"
    )
    with pytest.raises(TooLongError), answered_within(0.05), connection.cursor() as cursor:
        cursor.execute(endless)
    with answered_within(5):
        assert not Segment.objects.exists()


def test_other_troubles_of_the_database_are_not_taken_for_slowness():
    with pytest.raises(OperationalError), answered_within(1):
        raise OperationalError("gone")


def test_the_list_shows_what_is_asked_and_when_it_was_counted(log_in):
    a_club()
    segment = make_segment("Annas", NAMED_ANNA)
    client = log_in(MARKETER)
    assert "not counted yet" in client.get(LIST).content.decode()
    client.post(reverse("admin:campaigns_segment_recount", args=[segment.pk]))
    segment.refresh_from_db()
    assert (segment.people_count, segment.counted_at is not None) == (1, True)
    assert "first name begins with “Ann”" in client.get(LIST).content.decode()


def test_the_people_of_a_segment_are_a_filter_of_the_list_of_contacts(log_in):
    a_club()
    segment = make_segment("Annas", NAMED_ANNA)
    contacts = reverse("admin:campaigns_contact_changelist")
    page = log_in(VIEWER).get(f"{contacts}?segment={segment.pk}").content.decode()
    assert "anna.berg@" in page
    assert "kim.lund@" not in page
    assert "anna.berg@" not in log_in(VIEWER).get(f"{contacts}?segment=999").content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("mail=no&q=ann", "is suppressed and (e-mail address begins with “ann” or first name begins with “ann” or last name begins with “ann”)"),
        ("q=Anna+Berg", "first name begins with “Anna” and last name begins with “Berg”"),
        ("q=anna@club", "e-mail address begins with “anna@club”"),
        ("list=none&q=&mail=perhaps&p=2", ""),
    ],
)  # fmt: skip
def test_a_filter_of_the_list_can_be_saved_as_a_segment(log_in, query, words):
    client = log_in(MARKETER)
    contacts = client.get(f"{reverse('admin:campaigns_contact_changelist')}?q=anna").content.decode()
    assert f"{ADD}?q=anna" in contacts
    definition = client.get(f"{ADD}?{query}").context["form"]["definition"].value()
    if words:
        assert client.post(COUNT, {"definition": definition}).json()["words"] == words
    else:
        assert not definition


def test_a_list_becomes_a_segment_by_its_name(log_in):
    members = make_list("Members", make_contact())
    client = log_in(MARKETER)
    definition = client.get(f"{ADD}?list={members.pk}").context["form"]["definition"].value()
    news = client.post(COUNT, {"definition": definition}).json()
    assert (news["words"], news["count"]) == ("is on any of the lists “Members”", "1")


def test_a_copy_is_a_segment_of_its_own(log_in):
    segment = make_segment("Annas", NAMED_ANNA)
    client = log_in(MARKETER)
    for name in ("Copy of Annas", "Copy of Annas 2"):
        client.post(reverse("admin:campaigns_segment_copy", args=[segment.pk]))
        assert Segment.objects.get(name=name).definition == segment.definition


def test_a_segment_that_a_draft_goes_to_cannot_be_deleted(log_in):
    segment = make_segment("Annas", NAMED_ANNA)
    make_campaign("Spring letter").include_segments.add(segment)
    page = log_in(MARKETER).get(reverse("admin:campaigns_segment_delete", args=[segment.pk])).content.decode()
    assert "Spring letter" in page
    with pytest.raises(Conflict, match="audience of “Spring letter”"):
        delete_segment(segment, actor=None)


def test_a_segment_that_only_started_campaigns_asked_can_be_deleted(log_in):
    make_contact(first_name="Anna")
    segment = make_segment("Annas", NAMED_ANNA)
    campaign = make_campaign()
    campaign.include_segments.add(segment)
    start_campaign(campaign.pk, actor=None)
    log_in(MARKETER).post(reverse("admin:campaigns_segment_delete", args=[segment.pk]), {"post": "yes"})
    assert not Segment.objects.exists()
    assert Activity.objects.filter(verb="segment.deleted").exists()


def test_a_viewer_looks_and_changes_nothing(log_in):
    segment = make_segment("Annas", NAMED_ANNA)
    client = log_in(VIEWER)
    assert "First name begins with “Ann”." in client.get(change(segment)).content.decode()
    assert client.post(change(segment), sent(GRAZ, name="x")).status_code == 403
    assert client.get(ADD).status_code == 403


def test_a_name_is_there_once(log_in):
    make_segment("Annas", NAMED_ANNA)
    response = log_in(MARKETER).post(ADD, sent(NAMED_ANNA, name="Annas"))
    assert "already exists" in response.content.decode()
