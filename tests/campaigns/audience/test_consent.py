from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from campaigns.audience.consent import Consent, consents_of, record_consent
from campaigns.audience.models import Contact
from campaigns.importing.check import check_import
from campaigns.importing.models import ContactImport
from campaigns.importing.run import run_import
from campaigns.importing.services import Choices, start_check, start_import, start_undo
from campaigns.importing.undo import undo_import
from campaigns.sending.models import Delivery
from campaigns.sending.states import DeliveryState
from portal.errors import Conflict
from tests.factories.audience import make_list
from tests.factories.importing import imported, make_contact, people_csv, uploaded
from tests.factories.sending import make_campaign, plan_people

pytestmark = pytest.mark.django_db


def test_consent_by_hand_is_kept_with_words_time_and_name():
    kim = User.objects.create_user("kim")
    anna = make_contact("Anna@club.example")
    members = make_list()
    at = datetime(2026, 1, 12, 9, tzinfo=UTC)

    record_consent(anna, source=Consent.Source.BY_HAND, wording="paper form", actor=kim, at=at, contact_list=members)

    (record,) = consents_of(anna)
    assert (record.is_given, record.source, record.at, record.by) == (True, "by-hand", at, "kim")
    assert (record.wording, record.contact_list) == ("paper form", "Members")


def test_the_newest_comes_first():
    anna = make_contact()
    record_consent(anna, source=Consent.Source.SIGN_UP, at=datetime(2026, 1, 1, tzinfo=UTC))
    record_consent(anna, source=Consent.Source.RECIPIENT, kind=Consent.Kind.WITHDRAWN)

    assert [record.kind for record in consents_of(anna)] == ["withdrawn", "given"]


def test_a_consent_is_never_changed():
    row = record_consent(make_contact(), source=Consent.Source.BY_HAND)
    row.wording = "something else"

    with pytest.raises(Conflict):
        row.save()


def test_new_people_hold_the_consent_of_their_import_without_rows():
    imported(people_csv(3), consent=True)

    assert not Consent.objects.exists()
    (record,) = consents_of(Contact.objects.first())
    assert (record.source, record.file_name) == ("import", "people.csv")


def test_who_was_here_gets_a_row_once():
    anna = make_contact("p1@host1.example")
    contact_import = imported(people_csv(3), consent=True)

    assert list(Consent.objects.values_list("contact_id", "import_id")) == [(anna.pk, contact_import.pk)]
    (record,) = consents_of(anna)
    assert (record.import_id, record.file_name) == (contact_import.pk, "people.csv")
    assert record.wording


def test_an_import_without_the_tick_brings_no_consent():
    anna = make_contact("p1@host1.example")
    imported(people_csv(3))

    assert not Consent.objects.exists()
    assert consents_of(anna) == []
    assert consents_of(Contact.objects.exclude(pk=anna.pk).first()) == []


def test_the_name_of_whoever_ticked_is_kept():
    kim = User.objects.create_user("kim")
    make_contact("p1@host1.example")
    contact_import = uploaded(people_csv(2))
    targets = [column["target"] for column in contact_import.columns]
    start_check(contact_import.pk, Choices(targets, consent=True), actor=kim)
    check_import(contact_import.pk)
    start_import(contact_import.pk, actor=None)
    run_import(contact_import.pk)

    assert [consents_of(contact)[0].by for contact in Contact.objects.all()] == ["kim", "kim"]


def test_undoing_an_import_takes_its_consent_back():
    anna = make_contact("p1@host1.example")
    contact_import = imported(people_csv(3), consent=True)
    mailed = Contact.objects.get(address_key="p2@host2.example")
    plan_people(make_campaign(), [DeliveryState.DELIVERED])
    Delivery.objects.update(address_key=mailed.address_key)

    undo = start_undo(contact_import.pk, actor=None)
    undo_import(undo.pk)

    assert ContactImport.objects.get().status == "undone"
    mailed.refresh_from_db()
    assert consents_of(anna) == consents_of(mailed) == []
