"""Mail that came in, of a person who is forgotten."""

from __future__ import annotations

import pytest

from campaigns.privacy.erase_inbound import delete_inbound_mail, delete_saved_examples, redact_inbound_mail
from campaigns.privacy.subject import Subject
from routing.inbound.models import InboundDelivery, InboundMessage
from routing.rules.models import SavedExample
from tests.doubles.inbound_bucket import InboundBucket
from tests.factories.inbound import BUCKET, make_inbound_delivery, make_message

pytestmark = pytest.mark.django_db
ADA = Subject((1,), ("ada@sender.example",))


def test_their_mail_goes_raw_and_row(monkeypatch):
    bucket = InboundBucket().install(monkeypatch)
    theirs = make_message()
    other = make_message(sender_key="bob@x.example", envelope_from="bob@x.example")
    bucket.objects = {(BUCKET, theirs.object_key): b"a", (BUCKET, other.object_key): b"b"}
    make_inbound_delivery({"kind": "store"}, message=theirs)
    assert delete_inbound_mail(ADA) == {"inbound_mails": 1}
    assert list(InboundMessage.objects.all()) == [other]
    assert list(bucket.objects) == [(BUCKET, other.object_key)]
    assert delete_inbound_mail(ADA) == {"inbound_mails": 0}


def test_their_mail_goes_however_its_envelope_spells_them(monkeypatch):
    InboundBucket().install(monkeypatch)
    make_message(sender_key="", envelope_from="Ada@Sender.Example")
    assert delete_inbound_mail(ADA) == {"inbound_mails": 1}


def test_mail_of_others_to_them_loses_their_address():
    person = Subject((1,), ("a@in.example",))
    message = make_message(
        recipients=["A@in.example", "b@in.example"], headers=[["To", "a@in.example"], ["Subject", "x"]]
    )
    make_inbound_delivery({"kind": "store"}, message=message, recipient="a@in.example")
    make_inbound_delivery({"kind": "store"}, message=message, recipient="b@in.example")
    redact_inbound_mail(person)
    message.refresh_from_db()
    assert "a@in.example" not in f"{message.recipients}{message.headers}{message.decisions}".lower()
    assert list(InboundDelivery.objects.values_list("recipient", flat=True)) == ["b@in.example"]


def test_examples_of_their_mail_go_and_those_of_others_stay():
    for name, sender in (("Orders", "Ada <Ada@sender.example>"), ("Bills", "bob@x.example")):
        facts = {"headers": [["From", sender]]}
        SavedExample.objects.create(name=name, recipient="a@in.example", facts=facts, expected=[])
    assert delete_saved_examples(ADA) == {"saved_examples": 1}
    assert [example.name for example in SavedExample.objects.all()] == ["Bills"]
    assert delete_saved_examples(ADA) == {"saved_examples": 0}
