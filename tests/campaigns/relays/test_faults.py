"""What a scripted server does wrong, in a campaign through the real worker: its log of accepted mails is the judge."""

from __future__ import annotations

from collections import Counter

import pytest

from campaigns.relays.limits import refresh_relays
from campaigns.relays.models import Relay
from campaigns.relays.noting import login_works
from campaigns.sending.models import Acceptance, Attempt, Chunk, Delivery, SendingAccount
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.sending.transports import smtp
from campaigns.sending.transports.mime import MailMaker
from portal.smtp.connecting import Patience
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.relays import make_loopback_relay
from tests.factories.running import send_all, states_of
from tests.smtp_server import Script, ScriptedServer

pytestmark = pytest.mark.django_db

ACCEPTED, DEFERRED, UNCERTAIN = DeliveryState.ACCEPTED, DeliveryState.DEFERRED, DeliveryState.UNCERTAIN
REFUSED, QUEUED = DeliveryState.REFUSED, DeliveryState.QUEUED
LOGIN = {"username": "news", "password": "secret"}


def person(number: int) -> str:
    return f"person{number}@club.example"


def positions(campaign) -> Counter[tuple[int, int]]:
    return Counter(Delivery.objects.filter(campaign=campaign).values_list("state", "reason"))


def addresses_in(campaign, state) -> set[str]:
    return set(Delivery.objects.filter(campaign=campaign, state=state).values_list("address", flat=True))


def again(campaign, times: int = 1) -> None:
    """The moments of the next tries have come."""
    for _time in range(times):
        Chunk.objects.update(retry_at=None)
        SendingAccount.objects.update(next_probe_at_s=0)
        send_all(campaign)


def assert_sound(campaign, server) -> None:
    """Nobody twice; who is accepted in the ledger was accepted by the server; who is not, was not or is uncertain."""
    counts = Counter(server.recipients)
    assert not [address for address, count in counts.items() if count > 1]
    accepted, uncertain = addresses_in(campaign, ACCEPTED), addresses_in(campaign, UNCERTAIN)
    assert accepted <= set(counts)
    assert set(counts) <= accepted | uncertain
    assert_counters_agree(campaign)


@pytest.mark.parametrize("features", [("PIPELINING", "SIZE 26214400"), ()], ids=["pipelined", "plain"])
@pytest.mark.parametrize("is_split", [False, True], ids=["whole", "byte by byte"])
def test_everybody_gets_it_once(letter_through, features, is_split):
    with ScriptedServer(Script(features=features, is_split=is_split)) as server:
        campaign = letter_through(server, people=25)
    assert campaign.status == CampaignStatus.COMPLETED
    assert states_of(campaign) == {ACCEPTED: 25}
    assert sorted(server.recipients) == sorted(person(number) for number in range(25))
    assert server.connections == 1  # kept between the chunks
    assert_sound(campaign, server)


def test_early_answers(letter_through):
    with ScriptedServer(Script(is_early=True)) as server:
        campaign = letter_through(server)
    assert states_of(campaign) == {ACCEPTED: 10}
    assert_sound(campaign, server)


def test_the_relays_receipt_is_kept(letter_through):
    with ScriptedServer() as server:
        campaign = letter_through(server, people=2)
    assert set(Acceptance.objects.values_list("ses_message_id", flat=True)) == {"2.0.0 Ok: queued as 4711"}
    assert campaign.status == CampaignStatus.COMPLETED


def test_greeting_421_holds_the_account_with_one_attempt_a_minute(letter_through):
    with ScriptedServer(Script(greeting="421 4.3.2 shutting down")) as server:
        campaign = letter_through(server, people=30)
        assert states_of(campaign) == {DEFERRED: 10, QUEUED: 20}
        assert set(Delivery.objects.values_list("attempt_count", flat=True)) == {0}
        account = SendingAccount.objects.get()
        assert account.is_probing
        assert "421 4.3.2 shutting down" in account.problem
        Chunk.objects.update(retry_at=None)
        send_all(campaign)
        assert (server.connections, Attempt.objects.count()) == (1, 1)
        server.script = Script()
        again(campaign, times=2)
    assert states_of(campaign) == {ACCEPTED: 30}
    assert SendingAccount.objects.get().problem == ""
    assert_sound(campaign, server)


def test_too_many_connections_only_slow_the_account_down(letter_through):
    with ScriptedServer(Script(greeting="421 4.7.0 Too many concurrent connections")) as server:
        campaign = letter_through(server)
    assert positions(campaign) == {(DEFERRED, Reason.THROTTLED): 10}
    account = SendingAccount.objects.get()
    assert (account.is_probing, account.rho < 0.99) == (False, True)


def test_login_454_holds_the_account(letter_through):
    script = Script(logins={"news": "secret"}, login_reply="454 4.7.0 Temporary authentication failure")
    with ScriptedServer(script) as server:
        campaign = letter_through(server, people=30, relay_fields=LOGIN)
        assert positions(campaign) == {(DEFERRED, Reason.SENDING_PAUSED): 10, (QUEUED, 0): 20}
        assert SendingAccount.objects.get().is_probing
        server.script = Script(logins={"news": "secret"})
        again(campaign, times=2)
    assert states_of(campaign) == {ACCEPTED: 30}
    assert_sound(campaign, server)


def test_login_535_stops_the_account_with_plain_words(letter_through):
    with ScriptedServer(Script(logins={"news": "another"})) as server:
        campaign = letter_through(server, people=30, relay_fields=LOGIN)
        again(campaign, times=3)
    account = SendingAccount.objects.get()
    assert not account.is_sending_enabled
    assert "refuses our user name or password" in account.problem
    assert "secret" not in account.problem
    assert server.connections == 1
    assert states_of(campaign) == {DEFERRED: 10, QUEUED: 20}


def test_a_refused_login_is_tried_again_only_when_somebody_has_seen_to_it(letter_through):
    with ScriptedServer(Script(logins={"news": "another"})) as server:
        campaign = letter_through(server, relay_fields=LOGIN)
        refresh_relays()
        again(campaign)
        assert server.connections == 1
        server.script = Script(logins={"news": "secret"})
        login_works(Relay.objects.get())
        refresh_relays()
        again(campaign)
    assert states_of(campaign) == {ACCEPTED: 10}
    assert_sound(campaign, server)


def test_451_at_rcpt_for_some_is_tried_again_for_those_alone(letter_through):
    slow = {person(3): "451 4.7.1 greylisted", person(7): "450 4.2.1 busy"}
    with ScriptedServer(Script(recipient_replies=slow)) as server:
        campaign = letter_through(server)
        assert positions(campaign) == {(ACCEPTED, 0): 8, (DEFERRED, Reason.TRANSIENT): 2}
        assert addresses_in(campaign, DEFERRED) == set(slow)
        assert Chunk.objects.get().retry_at is not None
        server.script = Script()
        again(campaign)
    assert states_of(campaign) == {ACCEPTED: 10}
    assert_sound(campaign, server)


@pytest.mark.parametrize("features", [("PIPELINING",), ()], ids=["pipelined", "plain"])
@pytest.mark.parametrize("to_nobody", ["503 no recipients", "354 go on"])
def test_550_at_rcpt_for_some_is_final_for_those_alone(letter_through, features, to_nobody):
    gone = dict.fromkeys([person(0), person(4), person(5), person(9)], "550 5.1.1 no such user")
    script = Script(features=features, recipient_replies=gone, data_to_nobody_reply=to_nobody)
    with ScriptedServer(script) as server:
        campaign = letter_through(server)
    assert positions(campaign) == {(ACCEPTED, 0): 6, (REFUSED, Reason.RECIPIENT_REFUSED): 4}
    assert addresses_in(campaign, REFUSED) == set(gone)
    assert campaign.status == CampaignStatus.COMPLETED
    assert "550 5.1.1" in Attempt.objects.get().error
    assert_sound(campaign, server)


def test_refused_after_the_message_is_final(letter_through):
    with ScriptedServer(Script(message_replies={person(2): "554 5.7.1 spam"})) as server:
        campaign = letter_through(server)
    assert positions(campaign) == {(ACCEPTED, 0): 9, (REFUSED, Reason.MESSAGE_REJECTED): 1}
    assert_sound(campaign, server)


def test_hung_up_before_the_message_goes_on_over_a_new_connection(letter_through):
    script = Script(hang_up_at="DATA", hang_up_from=4, hang_up_times=1)
    with ScriptedServer(script) as server:
        campaign = letter_through(server)
    assert states_of(campaign) == {ACCEPTED: 10}
    assert server.connections == 2
    assert_sound(campaign, server)


@pytest.mark.parametrize("is_reset_hard", [False, True])
def test_hung_up_in_the_middle_of_a_large_message_is_not_accepted(letter_through, monkeypatch, is_reset_hard):
    script = Script(hang_up_at="body", hang_up_from=2, hang_up_times=1, is_reset_hard=is_reset_hard)
    made = MailMaker.mail_pieces
    line = b"A long message, far beyond what lies on the way. " * 18  # few lines: the server takes them one by one
    large = [(line + b"\r\n") * 11_000]
    monkeypatch.setattr(MailMaker, "mail_pieces", lambda *args, **values: made(*args, **values) + large)
    monkeypatch.setattr(smtp, "BEGIN_WITHIN_S", 60.0)  # 40 MB take a busy machine long
    with ScriptedServer(script) as server:
        campaign = letter_through(server, people=4)
    assert states_of(campaign) == {ACCEPTED: 4}
    assert_sound(campaign, server)


def test_hung_up_always_holds_the_account(letter_through):
    with ScriptedServer(Script(hang_up_at="MAIL")) as server:
        campaign = letter_through(server, people=30)
    assert positions(campaign) == {(DEFERRED, Reason.UNREACHABLE): 10, (QUEUED, 0): 20}
    assert SendingAccount.objects.get().is_probing
    assert server.connections == 1


def test_hung_up_after_the_final_dot_is_uncertain_for_one(letter_through):
    script = Script(hang_up_at=".", hang_up_from=4, hang_up_times=1)
    with ScriptedServer(script) as server:
        campaign = letter_through(server)
        again(campaign, times=2)
    assert positions(campaign) == {(ACCEPTED, 0): 9, (UNCERTAIN, Reason.ANSWER_LOST): 1}
    assert len(server.recipients) == 10
    assert_sound(campaign, server)


def test_answers_that_always_get_lost_pause_the_campaign(letter_through):
    with ScriptedServer(Script(hang_up_at=".")) as server:
        campaign = letter_through(server, people=30)
        again(campaign, times=5)
        campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED
    assert states_of(campaign) == {UNCERTAIN: 2, DEFERRED: 8, QUEUED: 20}
    assert_sound(campaign, server)


def test_a_stall_after_the_final_dot_is_uncertain(letter_through, monkeypatch):
    monkeypatch.setattr(smtp, "USUAL_PATIENCE", Patience(connect_s=2, open_s=2, reply_s=2, message_s=0.2))
    with ScriptedServer(Script(stall_at=".", stall_s=1)) as server:
        campaign = letter_through(server, people=1)
        assert positions(campaign) == {(UNCERTAIN, Reason.ANSWER_LOST): 1}
    assert_sound(campaign, server)


def test_a_stall_before_the_message_is_tried_again(letter_through, monkeypatch):
    monkeypatch.setattr(smtp, "USUAL_PATIENCE", Patience(connect_s=2, open_s=2, reply_s=0.2, message_s=2))
    with ScriptedServer(Script(stall_at="RCPT", stall_s=30)) as server:
        campaign = letter_through(server, people=3)
        assert positions(campaign) == {(DEFERRED, Reason.UNREACHABLE): 3}
        server.script = Script()
        again(campaign)
    assert states_of(campaign) == {ACCEPTED: 3}
    assert_sound(campaign, server)


def test_a_slow_relay_gets_the_rest_later(letter_through, monkeypatch):
    monkeypatch.setattr(smtp, "BEGIN_WITHIN_S", 0.0)
    with ScriptedServer() as server:
        campaign = letter_through(server)
        assert positions(campaign)[DEFERRED, Reason.NOT_TRIED] > 0
        assert set(Delivery.objects.filter(state=DEFERRED).values_list("attempt_count", flat=True)) == {0}
        again(campaign, times=10)
    assert states_of(campaign) == {ACCEPTED: 10}
    assert_sound(campaign, server)


@pytest.mark.parametrize("features", [("PIPELINING",), ()], ids=["pipelined", "plain"])
def test_a_relay_that_refuses_slowly_gets_the_rest_later_too(letter_through, monkeypatch, features):
    monkeypatch.setattr(smtp, "BEGIN_WITHIN_S", 0.0)
    refused = {person(number): "550 5.1.1 no such user" for number in range(10)}
    with ScriptedServer(Script(features=features, recipient_replies=refused)) as server:
        campaign = letter_through(server)
        assert positions(campaign)[DEFERRED, Reason.NOT_TRIED] > 0
        again(campaign, times=10)
    assert states_of(campaign) == {REFUSED: 10}


def test_a_relay_that_takes_a_mail_drop_by_drop_is_left_before_the_lease_ends(letter_through, monkeypatch):
    monkeypatch.setattr(smtp, "END_WITHIN_S", 0.5)
    with ScriptedServer(Script(stall_at=".", stall_s=3)) as server:
        campaign = letter_through(server, people=1)
        assert positions(campaign) == {(UNCERTAIN, Reason.ANSWER_LOST): 1}
    assert_sound(campaign, server)


def test_a_connection_that_went_stale_between_chunks_costs_nobody_anything(letter_through):
    with ScriptedServer() as server:
        relay = make_loopback_relay(server.port, username="")
        campaign = letter_through(server, people=12, relay=relay, until=lambda: len(server.recipients) == 10)
        server.hang_up_all()
        send_all(campaign)
    assert states_of(campaign) == {ACCEPTED: 12}
    assert server.connections == 2
    assert_sound(campaign, server)


def test_a_relay_that_ends_connections_after_some_mails(letter_through):
    with ScriptedServer(Script(mails_per_connection=4)) as server:
        campaign = letter_through(server, people=25)
    assert states_of(campaign) == {ACCEPTED: 25}
    assert_sound(campaign, server)


def test_a_refused_sender_pauses_the_campaign_instead_of_burning_everybody(letter_through):
    with ScriptedServer(Script(sender_reply="553 5.7.1 Sender address rejected: not owned by user news")) as server:
        campaign = letter_through(server, people=30)
    assert campaign.status == CampaignStatus.PAUSED
    assert "does not take mail from this From address" in campaign.status_reason
    assert positions(campaign)[DEFERRED, Reason.NOT_VERIFIED] == 10
    assert server.recipients == []


def test_a_daily_limit_holds_the_account(letter_through):
    full = dict.fromkeys(map(person, range(5, 30)), "550 5.4.5 Daily user sending limit exceeded")
    with ScriptedServer(Script(recipient_replies=full)) as server:
        campaign = letter_through(server, people=30)
        assert positions(campaign) == {(ACCEPTED, 0): 5, (DEFERRED, Reason.QUOTA_REACHED): 5, (QUEUED, 0): 20}
        assert SendingAccount.objects.get().is_probing
    assert_sound(campaign, server)


def test_a_server_out_of_step_gets_no_message(letter_through):
    with ScriptedServer(Script(out_of_step="250 2.0.0 Ok\r\n")) as server:
        campaign = letter_through(server, people=5)
    assert server.recipients == []
    assert states_of(campaign) == {DEFERRED: 5}


def test_a_mail_larger_than_the_relay_takes_is_refused_unsent(letter_through):
    with ScriptedServer(Script(features=("PIPELINING", "SIZE 500"))) as server:
        campaign = letter_through(server, people=2)
    assert positions(campaign) == {(REFUSED, Reason.MESSAGE_REJECTED): 2}
    assert not [command for command in server.commands if command.startswith("MAIL")]


def test_a_closed_port_holds_the_account(letter_through):
    with ScriptedServer() as server:
        relay = make_loopback_relay(server.port, username="")
    campaign = letter_through(server, people=30, relay=relay)
    assert positions(campaign) == {(DEFERRED, Reason.UNREACHABLE): 10, (QUEUED, 0): 20}
    assert "does not answer" in SendingAccount.objects.get().problem
