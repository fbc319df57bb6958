"""Who left a list stays off it, whoever tries to put them back; who was forgotten stays away."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.audience.edits import record_edit, snapshot, undo_edit
from campaigns.audience.forms import ContactForm
from campaigns.audience.models import Contact, ContactList, ListMembership
from campaigns.audience.services import save_contact
from campaigns.bulk.deeds import deed_of
from campaigns.bulk.merge import Merge, merge_contacts
from campaigns.bulk.models import BulkChange
from campaigns.importing.models import ContactImport
from campaigns.importing.problems import ProblemCode
from campaigns.person.services import regroup
from campaigns.preferences.models import EndedOptOut, ListOptOut
from campaigns.preferences.opt_outs import let_back_on
from campaigns.privacy.forgotten import forgotten_among, keep_forgotten
from campaigns.privacy.models import ForgottenAddress
from portal.errors import InvalidInput
from tests.factories.importing import imported
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def news() -> ContactList:
    return ContactList.objects.create(name="news")


@pytest.fixture
def anna(news) -> Contact:
    anna = make_contact("anna@club.example")
    ListOptOut.objects.create(contact_list=news, address_key=anna.address_key)
    return anna


@pytest.fixture
def kim() -> User:
    return User.objects.create(username="kim")


def members(news: ContactList) -> list[str]:
    return sorted(news.members.values_list("address", flat=True))


def test_an_import_brings_nobody_back_onto_a_list_and_says_so(anna, news):
    done = imported(b"address\nanna@club.example\nbert@club.example\n", contact_list=news)
    assert done.status == ContactImport.Status.COMPLETED
    assert members(news) == ["bert@club.example"]
    assert [(each["code"], each["count"], each["line"]) for each in done.problems] == [(ProblemCode.LEFT_LIST, 1, 2)]


def test_an_import_onto_another_list_takes_them(anna):
    club = ContactList.objects.create(name="club")
    imported(b"address\nanna@club.example\n", contact_list=club)
    assert members(club) == ["anna@club.example"]


def test_an_import_leaves_out_who_was_forgotten_and_keeps_no_word_of_them():
    keep_forgotten("anna@club.example", ForgottenAddress.Reason.REQUEST)
    done = imported(b"address,city\nAnna@club.example,Bonn\nbert@club.example,Ulm\n")
    assert list(Contact.objects.values_list("address", flat=True)) == ["bert@club.example"]
    assert [(each["code"], each["count"]) for each in done.problems] == [(ProblemCode.FORGOTTEN, 1)]
    assert (done.row_count, done.new_count, done.reject_count, done.rejects_key) == (2, 1, 0, "")


def test_by_hand_nobody_is_put_back(anna, news, kim):
    with pytest.raises(InvalidInput, match="left “news” themselves"):
        regroup(anna.pk, "join", str(news.pk), actor=kim)
    save_contact(anna, lists=[news], tag_names=[], actor=kim)
    assert members(news) == []
    form = ContactForm({"address": anna.address, "chosen_lists": [news.pk]}, instance=anna)
    assert "left “news”" in str(form.errors["chosen_lists"])


def test_a_deed_on_many_people_puts_nobody_back(anna, news):
    bert = make_contact("bert@club.example")
    deed_of(BulkChange(deed=BulkChange.Deed.ADD_TO_LIST, group_id=news.pk)).apply([anna.pk, bert.pk])
    assert members(news) == ["bert@club.example"]


def test_undoing_an_edit_puts_nobody_back(anna, news, kim):
    ListMembership.objects.create(contact=anna, contact_list=news)
    before = snapshot(anna.pk)
    anna.memberships.all().delete()
    edit = record_edit(anna, before, actor=kim)
    undo_edit(edit.pk, actor=kim)
    assert members(news) == []


def test_undoing_a_removal_from_a_list_puts_nobody_back_who_left_since(news):
    anna = make_contact("anna@club.example")
    ListMembership.objects.create(contact=anna, contact_list=news)
    deed = deed_of(BulkChange(deed=BulkChange.Deed.REMOVE_FROM_LIST, group_id=news.pk))
    before = deed.apply([anna.pk])
    ListOptOut.objects.create(contact_list=news, address_key=anna.address_key)
    assert deed.revert(before) == set()
    assert members(news) == []


def test_merging_puts_nobody_on_a_list_that_one_of_them_left(anna, news, kim):
    other = make_contact("anna.weber@club.example")
    ListMembership.objects.create(contact=other, contact_list=news)
    merge_contacts(Merge(keep_id=anna.pk, gone_ids=[other.pk]), actor=kim)
    assert members(news) == []


def test_an_operator_lets_somebody_back_on_with_a_reason_that_is_kept(anna, news, kim):
    opt_out = ListOptOut.objects.get()
    with pytest.raises(InvalidInput):
        let_back_on(opt_out.pk, contact=anna, why=" ", actor=kim)
    let_back_on(opt_out.pk, contact=anna, why="she called", actor=kim)
    assert members(news) == ["anna@club.example"]
    assert (EndedOptOut.objects.get().why, EndedOptOut.objects.get().ended_by) == ("she called", kim)
    assert not ListOptOut.objects.exists()


def test_by_hand_nobody_is_added_who_was_forgotten(kim):
    keep_forgotten("anna@club.example", ForgottenAddress.Reason.UNSUBSCRIBE)
    form = ContactForm({"address": "Anna@club.example"})
    assert "asked to be forgotten" in str(form.errors["address"])
    with pytest.raises(InvalidInput):
        save_contact(Contact(address="anna@club.example"), lists=[], tag_names=[], actor=kim)


def test_a_hash_outlives_its_key_as_long_as_the_key_is_known(settings):
    settings.PRIVACY_KEYS = ["a:" + "x" * 40]
    keep_forgotten("anna@club.example", ForgottenAddress.Reason.REQUEST)
    settings.PRIVACY_KEYS, settings.SECRET_KEY = ["b:" + "y" * 40, "a:" + "x" * 40], "another"
    assert list(forgotten_among(["anna@club.example", "bert@club.example"])) == ["anna@club.example"]
    settings.PRIVACY_KEYS = ["b:" + "y" * 40]
    assert forgotten_among(["anna@club.example"]) == {}
