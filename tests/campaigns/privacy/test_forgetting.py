from __future__ import annotations

import json

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers

from campaigns.audience.consent import Consent, record_consent
from campaigns.audience.edits import record_edit, snapshot
from campaigns.audience.models import Contact, ContactList, ContactTag, ListMembership, Tag
from campaigns.bulk.deeds import Delete
from campaigns.bulk.merge import Merge, merge_contacts
from campaigns.bulk.models import BulkChange, BulkUndo
from campaigns.exports.models import Export
from campaigns.guests.models import GuestList
from campaigns.preferences.services import unsubscribe
from campaigns.privacy.anonymous import is_anonymous
from campaigns.privacy.forgotten import forgotten_among
from campaigns.privacy.models import Erasure, ForgottenAddress
from campaigns.privacy.run import STEPS, run_erasure
from campaigns.privacy.services import forget_person
from campaigns.sending.models import Delivery
from campaigns.sending.states import DeliveryState, Reason
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import release, suppress
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput
from portal.files import open_file, save_file
from portal.models import Activity
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.importing import imported
from tests.factories.running import running_campaign, send_all
from tests.factories.sending import make_contact, make_finished_campaign

pytestmark = pytest.mark.django_db
ADDRESS = "Anna.Berg+news@club.example"
KEY = ADDRESS.lower()


@pytest.fixture
def kim() -> User:
    return User.objects.create(username="kim")


def forget(contact: Contact, kim: User) -> Erasure:
    erasure = forget_person(contact.pk, reason="asked by letter", actor=kim)
    run_erasure(erasure.pk)
    erasure.refresh_from_db()
    assert erasure.status == Erasure.Status.COMPLETED
    return erasure


def rows_naming(*words: str) -> list[str]:
    """All rows of all tables that name one of the words, as JSON."""
    rows = [row for model in apps.get_models() for row in model._base_manager.all()]
    texts = [serializers.serialize("json", [row]) for row in rows]
    return [text for text in texts if any(word in text.lower() for word in words)]


def full_life(kim: User) -> Contact:
    """A person who left a trace in every corner."""
    done = imported(f"address,first name,city\n{ADDRESS},Annabel,Bonn\nbad row\n".encode())
    anna = Contact.objects.get(address_key=KEY)
    assert done.sample_rows
    before = snapshot(anna.pk)
    anna.attributes = {"city": "Ulm"}
    anna.save()
    record_edit(anna, before, actor=kim)
    record_consent(anna, source=Consent.Source.BY_HAND, wording=f"letter from {ADDRESS}", actor=kim)
    ListMembership.objects.create(contact=anna, contact_list=ContactList.objects.create(name="news"))
    ContactTag.objects.create(contact=anna, tag=Tag.objects.create(name="choir"))
    mail = Delivery.objects.filter(campaign=make_finished_campaign()).first()
    Delivery.objects.filter(pk=mail.pk).update(address=ADDRESS, address_key=KEY, contact=anna)
    unsubscribe(mail.pk, is_one_click=True)
    old = suppress("old@club.example", reason=Suppression.Reason.MANUAL, source=Suppression.Source.OPERATOR, actor=kim)
    release(old.pk, reason_text="a mistake", actor=kim)
    GuestList.objects.create(name="board", addresses=[ADDRESS, "bert@club.example"])
    record_activity("contact.exported", actor=kim, label=f"Annabel <{ADDRESS}>", filter=f"q={ADDRESS}")
    return anna


def test_after_forgetting_no_table_names_the_person(kim):
    anna = full_life(kim)
    assert len(rows_naming(KEY)) >= 10
    forget(anna, kim)
    assert rows_naming(KEY, "annabel") == []
    assert GuestList.objects.get().addresses == ["bert@club.example"]


def test_the_deed_is_recorded_without_the_address(kim):
    erasure = forget(full_life(kim), kim)
    deeds = Activity.objects.filter(verb__startswith="person.")
    assert sorted(deeds.values_list("verb", "actor_name")) == [
        ("person.forgetting", "kim"),
        ("person.forgotten", "kim"),
    ]
    assert erasure.subject == {}
    assert erasure.counts["deliveries"] == 1
    assert (erasure.reason, erasure.created_by) == ("asked by letter", kim)


def test_the_counts_of_campaigns_stay_and_the_rows_name_nobody(kim):
    anna = full_life(kim)
    mail = Delivery.objects.get(address_key=KEY)
    forget(anna, kim)
    mail.refresh_from_db()
    assert is_anonymous(mail.address_key)
    assert (mail.contact_id, mail.state) == (None, DeliveryState.DELIVERED)
    assert mail.campaign.deliveries.count() == 3
    assert_counters_agree(mail.campaign)


def test_the_wish_stays_as_a_hash_with_its_reason(kim):
    forget(full_life(kim), kim)
    assert forgotten_among([KEY]) == {KEY: ForgottenAddress.Reason.UNSUBSCRIBE}
    assert KEY not in ForgottenAddress.objects.get().address_hash
    bert = make_contact("bert@club.example")
    forget(bert, kim)
    assert forgotten_among([bert.address_key]) == {bert.address_key: ForgottenAddress.Reason.REQUEST}


def test_mail_that_waits_is_not_sent_and_the_others_get_theirs(ses, kim, settings):
    settings.SEND_GRACE_S = 0
    campaign = running_campaign(3)
    anna = Contact.objects.get(address="person1@club.example")
    forget(anna, kim)
    send_all(campaign)
    campaign.refresh_from_db()
    assert sorted(ses.recipients()) == ["person0@club.example", "person2@club.example"]
    assert campaign.status == "completed"
    assert campaign.deliveries.filter(state=DeliveryState.SKIPPED, reason=Reason.FORGOTTEN).count() == 1
    assert_counters_agree(campaign)


def test_two_people_of_one_campaign_are_forgotten_beside_each_other(kim):
    campaign = make_finished_campaign(people=2)
    for mail in campaign.deliveries.all():
        forget(make_contact(mail.address), kim)
    assert all(is_anonymous(key) for key in campaign.deliveries.values_list("address_key", flat=True))
    assert Contact.objects.count() == 0


def test_whoever_was_merged_into_the_person_goes_with_them(kim):
    anna, other = make_contact(ADDRESS, first_name="Annabel"), make_contact("a.berg@work.example", first_name="Annabel")
    merge_contacts(Merge(keep_id=anna.pk, gone_ids=[other.pk]), actor=kim)
    forget(anna, kim)
    assert rows_naming(KEY, "a.berg@work.example", "annabel") == []
    assert set(forgotten_among([KEY, "a.berg@work.example"])) == {KEY, "a.berg@work.example"}


def test_what_undoing_a_deletion_would_bring_back_goes_as_well(kim):
    first = make_contact(ADDRESS, first_name="Annabel")
    change = BulkChange.objects.create(deed=BulkChange.Deed.DELETE, status=BulkChange.Status.COMPLETED)
    for contact_id, before in Delete().apply([first.pk]).items():
        BulkUndo.objects.create(change=change, contact_id=contact_id, before=before)
    again = make_contact(ADDRESS)
    forget(again, kim)
    assert not BulkUndo.objects.exists()
    assert rows_naming(KEY) == []


def test_an_address_that_somebody_else_has_by_now_is_left_to_them(kim):
    anna = make_contact("office@club.example")
    before = snapshot(anna.pk)
    anna.address = "anna@club.example"
    anna.save()
    record_edit(anna, before, actor=kim)
    bert = make_contact("office@club.example")
    forget(anna, kim)
    assert list(Contact.objects.all()) == [bert]
    assert set(forgotten_among(["office@club.example", "anna@club.example"])) == {"anna@club.example"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_files_that_hold_the_person_are_deleted_and_others_stay(kim, encoding):
    anna, made = make_contact(ADDRESS), {}
    for name, text in (("with", f"x,{ADDRESS.upper()}\n"), ("without", "x,bert@club.example\n")):
        content = text.encode(encoding)
        padding = "\n".encode("utf-16-le" if encoding == "utf-16" else encoding) * (1024 * 1024 // 2 - 5)
        save_file(f"exports/{name}.csv", [padding, content])
        made[name] = Export.objects.create(
            source="contacts", status=Export.Status.READY, file_key=f"exports/{name}.csv"
        )
    forget(anna, kim)
    states = {name: Export.objects.get(pk=export.pk).status for name, export in made.items()}
    assert states == {"with": Export.Status.EXPIRED, "without": Export.Status.READY}
    open_file("exports/without.csv").close()


def test_the_file_of_a_finished_import_goes_with_its_samples(kim):
    done = imported(f"address,city\n{ADDRESS},Bonn\n{KEY},Ulm\n".encode())
    forget(Contact.objects.get(address_key=KEY), kim)
    done.refresh_from_db()
    assert (done.file_key, done.rejects_key, done.sample_rows) == ("", "", [])
    assert KEY not in json.dumps(done.problems).lower()
    assert done.created_count == 1


@pytest.mark.parametrize("stop_at", range(len(STEPS)))
def test_killed_at_any_step_it_goes_on_and_ends(kim, monkeypatch, stop_at):
    anna = full_life(kim)
    erasure = forget_person(anna.pk, reason="asked by letter", actor=kim)

    class Killed(BaseException):
        pass

    def die(subject):
        STEPS[stop_at](subject)  # done, and not yet noted
        raise Killed

    monkeypatch.setattr("campaigns.privacy.run.STEPS", (*STEPS[:stop_at], die, *STEPS[stop_at + 1 :]))
    with pytest.raises(Killed):
        run_erasure(erasure.pk)
    monkeypatch.undo()
    Erasure.objects.filter(pk=erasure.pk).update(lease_until=None)
    run_erasure(erasure.pk)
    erasure.refresh_from_db()
    assert erasure.status == Erasure.Status.COMPLETED
    assert rows_naming(KEY) == []
    assert Activity.objects.filter(verb="person.forgotten").count() == 1


def test_a_reason_is_needed_and_must_not_name_the_address(kim):
    anna = make_contact(ADDRESS)
    for reason in (" ", "x" * 301, f"letter of {ADDRESS}"):
        with pytest.raises(InvalidInput):
            forget_person(anna.pk, reason=reason, actor=kim)
    assert not Erasure.objects.exists()


def test_nobody_is_forgotten_twice_at_once(kim):
    anna = make_contact(ADDRESS)
    forget_person(anna.pk, reason="asked by letter", actor=kim)
    with pytest.raises(Conflict):
        forget_person(anna.pk, reason="asked by letter", actor=kim)


def test_an_event_about_a_forgotten_person_keeps_no_word_of_them(kim, client):
    anna = full_life(kim)
    mail = Delivery.objects.get(address_key=KEY)
    from campaigns.preferences.links import unsubscribe_url

    path = unsubscribe_url(mail.pk).removeprefix("http://127.0.0.1:8000")
    forget(anna, kim)
    before = Suppression.objects.count()
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, b"hold nothing about you" in answer.content) == (200, True)
    assert Suppression.objects.count() == before
    assert not Contact.objects.exists()
