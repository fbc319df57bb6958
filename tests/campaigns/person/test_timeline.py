from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.bulk.models import FormerAddress
from campaigns.person import timeline as of_person
from campaigns.person.entries import Kind
from campaigns.person.screen import person_context
from campaigns.person.timeline import timeline
from campaigns.sending.states import CampaignKind, DeliveryState, Reason
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import release
from portal.activity import record_activity
from tests.factories.audience import make_list, make_suppression
from tests.factories.person import accepted, anna_of_the_club, heard, mail_to, sent_campaign
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db


def lines(contact, *kinds):
    return [(entry.word, entry.what) for entry in timeline(contact, kinds=frozenset(kinds)).entries]


def test_everything_is_on_one_line_newest_first():
    page = timeline(anna_of_the_club())
    assert {entry.kind for entry in page.entries} == set(Kind) - {Kind.GROUP}
    assert [entry.at for entry in page.entries] == sorted([entry.at for entry in page.entries], reverse=True)
    assert len({entry.key for entry in page.entries}) == len(page.entries)


def test_a_mail_tells_when_it_was_sent_and_what_became_of_it():
    anna = anna_of_the_club()
    assert lines(anna, Kind.MAIL) == [
        ("skipped", "Spring members' letter"),
        ("bounced", "May letter"),
        ("sent", "May letter"),
        ("delivered", "April letter"),
        ("sent", "April letter"),
    ]
    bounced = timeline(anna, kinds=frozenset({Kind.MAIL})).entries[1]
    assert bounced.words == "550 5.1.1 user unknown"


def test_an_open_is_of_its_own_kind():
    assert lines(anna_of_the_club(), Kind.READ) == [("opened", "April letter")]


def test_what_was_sent_can_be_seen_as_they_saw_it():
    sent = [entry for entry in timeline(anna_of_the_club()).entries if entry.word == "sent"]
    assert all("as=Anna.Berg%40club.example" in entry.seen_url for entry in sent)


def test_a_state_that_no_event_told_stands_by_itself():
    anna = make_contact()
    mail_to(anna, sent_campaign("Letter"), DeliveryState.DELIVERED)
    assert ("delivered", "Letter") in lines(anna, Kind.MAIL)


def test_a_delay_is_told_with_the_words_of_the_server():
    anna = make_contact()
    late = mail_to(anna, sent_campaign("Letter"), DeliveryState.ACCEPTED)
    accepted(late, at=timezone.now() - timedelta(hours=1))
    heard(late, "delivery_delay", diagnostic="451 try later")
    assert [(entry.word, entry.words) for entry in timeline(anna, kinds=frozenset({Kind.MAIL})).entries] == [
        ("delayed", "451 try later"),
        ("sent", ""),
    ]


def test_a_test_is_told_apart_from_a_campaign():
    anna = make_contact()
    mail_to(anna, sent_campaign("Letter", campaign_kind=CampaignKind.TEST), DeliveryState.DELIVERED)
    (entry,) = timeline(anna, kinds=frozenset({Kind.MAIL})).entries
    assert (entry.what, entry.url) == ("Letter (test)", "")


def test_an_import_is_told_with_its_file_list_tag_and_consent():
    (entry,) = timeline(anna_of_the_club(), kinds=frozenset({Kind.IMPORT})).entries
    assert (entry.word, entry.what) == ("imported", "members-2026.csv")
    assert entry.words == "Members, choir, consent noted"


def test_an_edit_is_told_with_values_before_and_after_and_who_did_it():
    entry = next(e for e in timeline(anna_of_the_club(), kinds=frozenset({Kind.EDIT})).entries if e.changes)
    assert [(change.label.lower(), change.old, change.new) for change in entry.changes] == [
        ("city", "Oldtown", "Newtown")
    ]
    assert (entry.words, entry.who) == ("tagged “donor”", "kim")


def test_a_list_joined_without_an_edit_is_told():
    anna = make_contact()
    make_list("Board", anna)
    assert lines(anna, Kind.GROUP) == [("joined", "Board")]


def test_suppression_and_release_are_both_told(admin_user):
    anna = make_contact()
    release(make_suppression(anna.address).pk, reason_text="New mailbox", actor=admin_user)
    make_suppression(anna.address, reason="unsubscribe")
    words = [
        (entry.word, entry.words.partition(",")[0]) for entry in timeline(anna, kinds=frozenset({Kind.STOP})).entries
    ]
    assert words == [("stopped", "unsubscribed"), ("may get mail again", "New mailbox"), ("stopped", "hard bounce")]
    assert Suppression.objects.count() == 1


def test_mails_to_an_address_that_was_merged_are_found():
    anna = make_contact("anna@club.example")
    FormerAddress.objects.create(contact=anna, address="a@old.example", address_key="a@old.example")
    mail_to(make_contact("a@old.example"), sent_campaign("Old letter"), DeliveryState.DELIVERED)
    assert ("delivered", "Old letter") in lines(anna, Kind.MAIL)


def test_deeds_of_others_on_the_person_are_told():
    anna = make_contact()
    record_activity("contact.merged", actor=None, target=anna)
    assert ("merged", "") in lines(anna, Kind.EDIT)


def test_pages_follow_each_other_without_gap_or_repeat(monkeypatch):
    anna = anna_of_the_club()
    whole = [entry.key for entry in timeline(anna).entries]
    monkeypatch.setattr(of_person, "PAGE_SIZE", 4)
    found, cursor = [], ""
    for _page in range(9):
        page = timeline(anna, cursor=cursor)
        found += [entry.key for entry in page.entries]
        cursor = page.next_cursor
        if not cursor:
            break
    assert found == whole


def test_lines_of_one_moment_are_kept_apart(monkeypatch):
    anna, moment = make_contact(), timezone.now()
    for number in range(5):
        accepted(mail_to(anna, sent_campaign(f"Letter {number}"), DeliveryState.ACCEPTED), at=moment)
    monkeypatch.setattr(of_person, "PAGE_SIZE", 2)
    first = timeline(anna, kinds=frozenset({Kind.MAIL}))
    second = timeline(anna, kinds=frozenset({Kind.MAIL}), cursor=first.next_cursor)
    assert len({entry.key for entry in first.entries + second.entries}) == 4


@pytest.mark.parametrize("cursor", ["x", "~", "2026~x", "99999999T000000.0~x"])
def test_a_cursor_that_nobody_wrote_shows_the_newest(cursor):
    anna = make_contact()
    assert timeline(anna, cursor=cursor).entries == timeline(anna).entries


def test_a_longer_history_takes_no_more_queries():
    anna = anna_of_the_club()
    with CaptureQueriesContext(connection) as before:
        timeline(anna)
    for number in range(20):
        mail_to(anna, sent_campaign(f"Letter {number}"), DeliveryState.BOUNCED, Reason.MAILBOX_FULL)
    with CaptureQueriesContext(connection) as after:
        timeline(anna)
    assert len(after) == len(before)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads small tables whole, whatever the index")
def test_every_question_is_answered_by_an_index():
    anna = anna_of_the_club()
    with CaptureQueriesContext(connection) as asked:
        timeline(anna)
        person_context(anna, RequestFactory().get("/"))
    walked = {table for query in asked.captured_queries for table in walks(query["sql"])}
    assert walked <= SMALL_TABLES


# One row for each thing that somebody has named or done by hand; never one for each person or mail.
SMALL_TABLES = {"campaigns_contactfield", "campaigns_contactlist", "campaigns_tag", "campaigns_bulkchange"}


def walks(sql):
    """Tables that SQLite would read from beginning to end."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        steps = [row[3] for row in cursor.fetchall()]
    return [step.split()[1] for step in steps if step.startswith("SCAN") and "CONSTANT" not in step]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's")
def test_a_walk_over_all_people_would_be_noticed():
    assert walks("SELECT id FROM campaigns_contact WHERE time_zone = 'UTC'") == ["campaigns_contact"]
