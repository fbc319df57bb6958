from __future__ import annotations

import pytest

from campaigns.audience.consent import Consent, consents_of, record_consent
from campaigns.audience.models import Contact, ContactTag, ListMembership
from campaigns.bulk.merge import Merge, merge_contacts
from campaigns.bulk.models import FormerAddress
from campaigns.bulk.services import undo_bulk_change
from campaigns.suppression.models import Suppression
from campaigns.suppression.services import suppress
from portal.errors import Conflict, InvalidInput
from portal.models import Activity
from tests.factories.audience import make_list, make_suppression, make_tag
from tests.factories.importing import imported
from tests.factories.sending import make_contact

pytestmark = pytest.mark.django_db


def everything():
    return {
        "people": list(Contact.objects.order_by("pk").values("pk", "address", "first_name", "last_name", "attributes")),
        "tags": list(ContactTag.objects.order_by("pk").values()),
        "lists": list(ListMembership.objects.order_by("pk").values()),
        "consents": list(Consent.objects.order_by("pk").values()),
        "suppressions": list(Suppression.objects.order_by("pk").values()),
        "former": list(FormerAddress.objects.order_by("pk").values("address_key", "contact_id")),
    }


def two_of_one():
    """Jane by two addresses, each with groups and consent of its own."""
    jane = make_contact("jane@host.example", first_name="Jane", attributes={"city": "Oldtown", "seat": "1"})
    news = make_contact(
        "jane+news@host.example", first_name="J.", last_name="Dyk", attributes={"city": "New", "nick": "J"}
    )
    make_list("Members", jane, news)
    make_list("Board", news)
    make_tag("choir", news)
    record_consent(news, source=Consent.Source.BY_HAND, wording="said so")
    return jane, news


def merged(jane, news, **value_from):
    return merge_contacts(Merge(jane.pk, [news.pk], value_from), actor=None)


def test_one_person_stays_with_everything_of_both():
    jane, news = two_of_one()
    merged(jane, news, last_name=news.pk, city=news.pk)
    stays = Contact.objects.get()
    assert (stays.pk, stays.address, stays.first_name, stays.last_name) == (jane.pk, jane.address, "Jane", "Dyk")
    assert stays.attributes == {"city": "New", "seat": "1", "nick": "J"}
    assert sorted(map(str, stays.lists.all())) == ["Board", "Members"]
    assert sorted(map(str, stays.tags.all())) == ["choir"]
    assert [consent.wording for consent in consents_of(stays)] == ["said so"]
    assert [former.address for former in stays.former_addresses.all()] == [news.address]
    assert Activity.objects.get(verb="contacts.merged").details == {"people": 2, "into": jane.pk}


@pytest.mark.parametrize("reason", ["", "bounce", "unsubscribe"])
def test_undo_makes_two_of_them_again_exactly(reason):
    jane, news = two_of_one()
    if reason:
        make_suppression(news.address, reason=reason)
    before = everything()
    change = merged(jane, news, first_name=news.pk, city=news.pk)
    assert everything() != before
    undone = undo_bulk_change(change.pk, actor=None)
    assert (undone.restored_count, undone.kept_count) == (1, 0)
    assert everything() == before


@pytest.mark.parametrize(("reason", "is_stopped"), [("unsubscribe", True), ("complaint", True), ("bounce", False)])
def test_who_said_no_at_one_address_said_it_for_the_one_that_stays(reason, is_stopped):
    jane, news = two_of_one()
    make_suppression(news.address, reason=reason)
    merged(jane, news)
    assert Suppression.objects.filter(address_key=news.address_key).exists()
    assert Suppression.objects.filter(address_key=jane.address_key).exists() is is_stopped


def test_what_the_person_said_since_stays_when_a_merge_is_undone():
    jane, news = two_of_one()
    make_suppression(news.address, reason="unsubscribe")
    change = merged(jane, news)
    suppress(jane.address, reason=Suppression.Reason.COMPLAINT, source=Suppression.Source.SES_EVENT)
    undo_bulk_change(change.pk, actor=None)
    assert Suppression.objects.get(address_key=jane.address_key).reason == Suppression.Reason.COMPLAINT


def test_values_changed_since_stay_when_a_merge_is_undone():
    jane, news = two_of_one()
    change = merged(jane, news, first_name=news.pk)
    Contact.objects.filter(pk=jane.pk).update(first_name="Janet")
    undo_bulk_change(change.pk, actor=None)
    assert Contact.objects.get(pk=jane.pk).first_name == "Janet"
    assert Contact.objects.get(pk=news.pk).first_name == "J."


def test_a_merge_stays_where_the_address_was_added_again():
    jane, news = two_of_one()
    change = merged(jane, news)
    make_contact(news.address)
    assert undo_bulk_change(change.pk, actor=None).kept_count == 1
    assert Contact.objects.count() == 2


def test_addresses_of_earlier_merges_come_along_and_go_back():
    jane, news = two_of_one()
    merged(news, make_contact("jane+old@host.example"))
    before = everything()
    change = merged(jane, news)
    assert sorted(former.address for former in jane.former_addresses.all()) == sorted(
        ["jane+news@host.example", "jane+old@host.example"]
    )
    undo_bulk_change(change.pk, actor=None)
    assert everything() == before


def test_merging_needs_two_who_are_there():
    jane, news = two_of_one()
    with pytest.raises(InvalidInput):
        merge_contacts(Merge(jane.pk, []), actor=None)
    with pytest.raises(InvalidInput):
        merge_contacts(Merge(jane.pk, [jane.pk]), actor=None)
    with pytest.raises(Conflict):
        merge_contacts(Merge(jane.pk, [news.pk, 987654]), actor=None)
    assert Contact.objects.count() == 2


def people_of_imports(*addresses: str, consent: bool = True) -> list[Contact]:
    """People made by one import each."""
    for address in addresses:
        imported(f"Email\n{address}\n".encode(), file_name=f"{address}.csv", consent=consent)
    return [Contact.objects.get(address=address) for address in addresses]


def test_the_consent_of_the_import_that_made_somebody_stays_with_whoever_stays():
    jane, (news,) = make_contact("jane@host.example"), people_of_imports("jane+news@host.example")
    (held,) = consents_of(news)
    before = everything()
    change = merged(jane, news)
    assert consents_of(Contact.objects.get()) == [held]
    undo_bulk_change(change.pk, actor=None)
    assert everything() == before
    assert (consents_of(jane), consents_of(news)) == ([], [held])


def test_the_consent_of_each_import_stands_once():
    imported(b"Email\njane@host.example\njane+news@host.example\n", consent=True)
    jane, news = Contact.objects.order_by("pk")
    merged(jane, news)
    assert len(consents_of(jane)) == 1
    (old,) = people_of_imports("jane+old@host.example")
    merged(jane, old)
    imported(b"Email\njane+new@host.example\n", consent=True)
    merged(jane, Contact.objects.get(address="jane+new@host.example"))
    assert len(consents_of(jane)) == 3


def test_an_import_without_consent_gives_none_to_whoever_stays():
    jane, (news,) = make_contact("jane@host.example"), people_of_imports("jane+news@host.example", consent=False)
    merged(jane, news)
    assert consents_of(jane) == []
