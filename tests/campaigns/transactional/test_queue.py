from __future__ import annotations

import base64
import email
from email.message import EmailMessage
from email.policy import default as modern

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.guests.models import GuestList
from campaigns.messages.models import MessageVersion, Template
from campaigns.messages.problems import TemplateInvalid
from campaigns.preferences.models import Unsubscription
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.states import CampaignKind, CampaignStatus, DeliveryState, Reason
from campaigns.sending.sweep import sweep_campaigns
from campaigns.suppression.models import Suppression
from campaigns.transactional.models import SharedVersion, TransactionalMessage
from campaigns.transactional.orders import MAX_RECIPIENTS, MessageSender, Rehearsal, Words
from campaigns.transactional.services import MissingValues, queue_message
from portal.errors import InvalidInput
from portal.mail.address import InvalidAddress
from portal.models import Activity
from portal.queues import TaskName
from tests.factories.sending import make_account, make_contact
from tests.factories.transactional import RECEIPT, make_message, make_order

pytestmark = pytest.mark.django_db


def mails_of(ses) -> list[EmailMessage]:
    raws = [base64.b64decode(request["Content"]["Raw"]["Data"]) for request in ses.requests]
    return [email.message_from_bytes(raw, policy=modern) for raw in raws]


def test_a_message_is_a_planned_delivery_in_the_priority_lane(hints):
    message = make_message()
    campaign = message.campaign
    assert (campaign.campaign_kind, campaign.status) == (CampaignKind.MESSAGE, CampaignStatus.IN_PROGRESS)
    assert campaign.is_priority
    assert [hint.task for hint in hints.kept] == [TaskName.SEND_PRIORITY_CHUNK]
    chunk = campaign.chunks.get()
    assert (chunk.queued_count, chunk.is_open) == (1, True)
    assert Delivery.objects.get().address == "anna@club.example"


def test_the_mail_leaves_filled_in_and_without_a_link_to_unsubscribe(ses, hints):
    make_contact("anna@club.example", first_name="Anna")
    message = make_message()
    hints.run_all()
    mail = mails_of(ses)[0]
    assert (mail["Subject"], mail["To"], mail["List-Unsubscribe"]) == ("Receipt R-1", "anna@club.example", None)
    assert "Dear Anna" in mail.get_body(("plain",)).get_content()
    assert "nsubscribe" not in mail.as_string()
    message.campaign.refresh_from_db()
    assert message.campaign.status == CampaignStatus.COMPLETED


def test_several_people_get_a_mail_each(ses, hints):
    make_message("anna@club.example", "bert@club.example", "ANNA@club.example")
    hints.run_all()
    assert sorted(ses.recipients()) == ["anna@club.example", "bert@club.example"]


def test_an_unsubscribe_does_not_stop_it_but_a_bounce_a_complaint_and_a_hand_do(ses, hints):
    for reason in Suppression.Reason:
        address = f"{reason}@club.example"
        Suppression.objects.create(address=address, address_key=address, reason=reason, source="operator")
        make_message(address)
    hints.run_all()
    assert ses.recipients() == ["unsubscribe@club.example"]
    assert Delivery.objects.filter(state=DeliveryState.SKIPPED).count() == len(Suppression.Reason) - 1
    assert not Unsubscription.objects.exists()


def test_a_wording_is_kept_once_for_all_who_get_it():
    template = Template.objects.create(name="Receipt", subject=RECEIPT.subject, body=RECEIPT.body)
    for address in ("a@club.example", "b@club.example"):
        make_message(address, wording=template)
    make_message("c@club.example")
    assert MessageVersion.objects.count() == 1
    template.body += " Come again."
    template.save()
    make_message("d@club.example", wording=template)
    assert MessageVersion.objects.count() == SharedVersion.objects.count() == 2


def test_the_same_asked_twice_is_sent_once(hints):
    first = make_message(once_key="form:1")
    again = make_message(once_key="form:1")
    assert again == first
    assert Campaign.objects.count() == len(hints.kept) == 1


def test_it_costs_a_handful_of_statements_however_many_get_it():
    to_many = make_order(*(f"p{number}@club.example" for number in range(MAX_RECIPIENTS)))
    to_one = make_order("second@club.example")
    queue_message(make_order("first@club.example"))
    with CaptureQueriesContext(connection) as many:
        queue_message(to_many)
    with CaptureQueriesContext(connection) as one:
        queue_message(to_one)
    assert len(many) == len(one) <= 12
    assert len([query for query in one if query["sql"].startswith("INSERT")]) == 4


def test_the_log_of_deeds_is_not_filled_with_single_mails(hints, ses):
    before = Activity.objects.count()
    make_message()
    hints.run_all()
    assert Activity.objects.count() == before


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"values": {}}, MissingValues),
        ({"wording": Words(subject="{{ number", body="x")}, TemplateInvalid),
        ({"values": {"number": "1", "not a name": "x"}}, InvalidInput),
        ({"values": {"number": "x" * 100_001}}, InvalidInput),
        ({"values": {"number": "1\0"}}, InvalidInput),
        ({"sender": MessageSender("nobody")}, InvalidAddress),
        ({"sender": MessageSender("a@postroom.example", "A\r\nBcc: x@y.example")}, InvalidInput),
        ({"sender": MessageSender("a@postroom.example", reply_to="a@b.example\nBcc: x@y.example")}, InvalidAddress),
    ],
)
def test_what_cannot_be_sent_is_refused_and_nothing_is_kept(fields, error):
    make_account()
    with pytest.raises(error):
        make_message(**fields)
    assert not Campaign.objects.exists()
    assert not TransactionalMessage.objects.exists()


@pytest.mark.parametrize("to", [("nobody",), tuple(f"p{number}@club.example" for number in range(MAX_RECIPIENTS + 1))])
def test_recipients_that_are_none_or_too_many_are_refused(to):
    with pytest.raises(InvalidInput):
        make_message(*to)


def test_missing_values_are_named():
    with pytest.raises(MissingValues) as caught:
        make_message(values={"first_name": "Anna"})
    assert caught.value.names == ["number"]


def test_a_rehearsal_reaches_its_guests_only(ses, hints):
    guests = GuestList.objects.create(name="Testers", addresses=["Tess@club.example"])
    make_message("anna@club.example", "tess@club.example", rehearsal=Rehearsal(guests))
    make_message("bert@club.example", rehearsal=Rehearsal())
    hints.run_all()
    assert ses.recipients() == ["tess@club.example"]
    skipped = Delivery.objects.filter(state=DeliveryState.SKIPPED, reason=Reason.NOT_A_GUEST)
    assert sorted(skipped.values_list("address", flat=True)) == ["anna@club.example", "bert@club.example"]
    assert Campaign.objects.exclude(status=CampaignStatus.COMPLETED).count() == 0


def test_a_lost_hint_costs_a_minute_and_no_mail(ses, hints):
    make_message()
    hints.kept.clear()
    sweep_campaigns()
    hints.run_all()
    assert ses.recipients() == ["anna@club.example"]
