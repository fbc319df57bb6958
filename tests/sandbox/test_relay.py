"""The sandbox's relay: a campaign through it can be read in the mailbox, and its account follows its port."""

from __future__ import annotations

import re
import smtplib
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from campaigns.relays.models import Relay
from campaigns.sending.models import Acceptance, SendingAccount
from campaigns.sending.quota import default_account
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.states import AccountKind, DeliveryState
from campaigns.sending.transports import smtp
from sandbox.demo.relay import NAME, ensure_relay
from sandbox.ports import free_port
from sandbox.testing import run_server
from tests.factories.running import running_campaign, send_all, states_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def relay_port(double):
    with run_server("sandbox.smtp_sink", "--mailbox", double.url) as address:
        yield int(address.rpartition(":")[2])
        smtp.sessions.close_all()


def mailbox_page(double, path=""):
    with urlopen(f"{double.url}/mailbox/{path}") as reply:
        return reply.read().decode()


def test_a_campaign_through_the_relay_can_be_read_in_the_mailbox(double, relay_port, settings):
    settings.SEND_GRACE_S = 0
    campaign = running_campaign(3, account=ensure_relay(relay_port), subject="Übung für {{ first_name }}")
    send_all(campaign)
    assert states_of(campaign) == {DeliveryState.ACCEPTED: 3}
    receipts = Acceptance.objects.values_list("ses_message_id", flat=True)
    listing = mailbox_page(double)
    assert "Übung für Anna 1" in listing
    assert "person1@club.example" in listing
    assert all(re.search(r"relay-[0-9a-f-]{36}", receipt) for receipt in receipts)
    assert "Übung für Anna" in mailbox_page(double, f"by-message-id/{quote(receipts[0])}")
    assert double.accepted() == []  # SES has had nothing of it


def test_addresses_that_stand_for_refusals_are_refused(relay_port):
    answers = {}
    with smtplib.SMTP("127.0.0.1", relay_port) as client:
        client.ehlo()
        client.mail("office@postroom.example")
        for address in ("a@bounce.example", "b@mailboxfull.example", "c@club.example"):
            answers[address] = client.rcpt(address)[0]
    assert list(answers.values()) == [550, 452, 250]


def test_a_mailbox_that_does_not_answer_is_no_loss(settings):
    settings.SEND_GRACE_S = 0
    with run_server("sandbox.smtp_sink", "--mailbox", f"http://127.0.0.1:{free_port()}") as address:
        campaign = running_campaign(1, account=ensure_relay(int(address.rpartition(":")[2])))
        send_next_chunk(campaign.pk, sleep=lambda _s: None)
        smtp.sessions.close_all()
    assert states_of(campaign) == {DeliveryState.DEFERRED: 1}


def test_the_account_follows_the_port_and_keeps_what_was_changed():
    SendingAccount.objects.filter(pk=ensure_relay(2526).pk).update(max_rate_per_s=3)
    account = ensure_relay(40_000)
    assert (Relay.objects.get().port, account.max_rate_per_s) == (40_000, 3)
    assert SendingAccount.objects.filter(kind=AccountKind.SMTP).count() == 1


def test_campaigns_still_begin_with_ses():
    account = ensure_relay(2526)
    assert default_account() != account
    assert default_account().kind == AccountKind.SES
    assert account.name == NAME


def test_whoever_logs_in_is_let_in(relay_port):
    with smtplib.SMTP("127.0.0.1", relay_port) as client:
        client.login("news@postroom.example", "any app password")
        client.sendmail("news@postroom.example", ["anna@club.example"], b"Subject: x\r\n\r\nHello\r\n")
