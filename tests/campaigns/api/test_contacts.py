from __future__ import annotations

import pytest
from django.db import IntegrityError

from campaigns.audience.consent import Consent
from campaigns.audience.edits import ContactEdit
from campaigns.audience.models import Contact, ContactList, ListMembership
from campaigns.preferences.models import ListOptOut
from campaigns.privacy.forgotten import Reason, keep_forgotten
from campaigns.suppression.models import EndedSuppression, Suppression
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db


def test_a_contact_is_added_and_changed_by_address(api):
    ContactList.objects.create(name="Newsletter")
    first = api.post("/contacts", {"email": "Anna@Club.example", "first_name": "Anna", "attributes": {"city": "Oldtown"},
                                   "lists": ["Newsletter"], "tags": ["choir"]})  # fmt: skip
    assert first.status_code == 201, first.content
    again = api.post("/contacts", {"email": "anna@club.example", "last_name": "Berg", "attributes": {"shoe": 38}})
    assert again.status_code == 200
    told = again.json()
    assert (told["email"], told["first_name"], told["last_name"]) == ("Anna@club.example", "Anna", "Berg")
    assert told["attributes"] == {"city": "Oldtown", "shoe": "38"}
    assert ([each["name"] for each in told["lists"]], told["tags"]) == (["Newsletter"], ["choir"])
    assert Contact.objects.count() == ContactEdit.objects.count() == 1


def test_an_empty_value_takes_away_what_was_there(api):
    make_contact("anna@club.example", attributes={"city": "Oldtown"})
    assert (
        api.post("/contacts", {"email": "anna@club.example", "attributes": {"city": None}}).json()["attributes"] == {}
    )


def test_consent_is_kept_with_its_words_and_its_moment(api):
    body = {"email": "anna@club.example", "consent": {"wording": "Yes, please.", "at": "2026-01-02T03:04:05+01:00"}}
    assert api.post("/contacts", body).status_code == 201
    consent = Consent.objects.get()
    assert (consent.wording, consent.source, consent.at.isoformat()) == (
        "Yes, please.",
        "api",
        "2026-01-02T02:04:05+00:00",
    )
    for moment in ("2026-01-02T03:04:05", "2999-01-01T00:00:00Z"):
        answer = api.post("/contacts", {**body, "consent": {"wording": "x", "at": moment}})
        assert [error["field"] for error in answer.json()["errors"]] == ["consent.at"]


def test_who_left_a_list_is_not_put_on_it_and_who_was_forgotten_not_added(api):
    newsletter = ContactList.objects.create(name="Newsletter")
    ListOptOut.objects.create(contact_list=newsletter, address_key="anna@club.example")
    assert api.post("/contacts", {"email": "anna@club.example", "lists": [newsletter.pk]}).json()["lists"] == []
    keep_forgotten("bert@club.example", Reason.REQUEST)
    assert api.post("/contacts", {"email": "bert@club.example"}).status_code == 409
    assert Contact.objects.count() == 1


def test_pages_follow_each_other_without_gaps(api):
    for number in range(7):
        make_contact(f"p{number}@club.example")
    seen, cursor = [], ""
    while True:
        page = api.get("/contacts", {"limit": 3, "cursor": cursor}).json()
        seen += [item["email"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"p{number}@club.example" for number in range(7)]


def test_reading_is_narrowed_by_list_and_address(api):
    anna, _bert = make_contact("anna@club.example"), make_contact("bert@club.example")
    newsletter = ContactList.objects.create(name="Newsletter")
    ListMembership.objects.create(contact_list=newsletter, contact=anna)
    for query in ({"list": "Newsletter"}, {"list": str(newsletter.pk)}, {"email": "ANNA@club.example"}):
        assert [item["email"] for item in api.get("/contacts", query).json()["items"]] == ["anna@club.example"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"), ({"limit": 501}, "limit"), ({"cursor": "YTEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"}, "cursor"),
        ({"cursor": "x"}, "cursor"), ({"list": "Nothing"}, "list"), ({"email": "nobody"}, "email"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_is_named(api, query, field):
    answer = api.get("/contacts", query)
    assert answer.status_code == 422, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_many_contacts_cost_as_many_statements_as_few(api, django_assert_max_num_queries):
    for number in range(30):
        make_contact(f"p{number}@club.example")
    with django_assert_max_num_queries(9):
        assert len(api.get("/contacts").json()["items"]) == 30


def test_lists_are_made_once_and_read(api):
    first, again = (api.post("/api/v1/lists", {"name": "Newsletter", "description": "News"}) for _time in range(2))
    assert first.json() == again.json()
    assert api.get("/api/v1/lists").json() == {"items": [first.json()], "next_cursor": None}


def test_an_address_is_suppressed_asked_about_and_let_go(api):
    place = "/api/v1/suppressions"
    assert api.get(place, {"email": "anna@club.example"}).json()["is_suppressed"] is False
    told = api.post(place, {"email": "Anna@club.example", "note": "By telephone"}).json()
    assert (told["is_suppressed"], told["reason"], told["note"]) == (True, "manual", "By telephone")
    assert api.delete(f"{place}?email=anna@club.example").status_code == 422
    assert api.delete(f"{place}?email=anna@club.example&why=Asked").json()["is_suppressed"] is False
    assert EndedSuppression.objects.get().why == "Asked"
    assert not Suppression.objects.exists()
    assert api.delete(f"{place}?email=anna@club.example&why=Asked").status_code == 200


def test_who_adds_the_same_person_at_the_same_moment_is_asked_to_repeat_it(api, monkeypatch):
    def taken(*_args, **_kwargs):
        raise IntegrityError("duplicate key")

    monkeypatch.setattr(Contact, "save", taken)
    answer = api.post("/contacts", {"email": "anna@club.example"})
    assert (answer.status_code, answer["Retry-After"]) == (409, "1")
