"""A trial names the step that fails and says in plain words what to do."""

from __future__ import annotations

import socket
import time

import pytest

from campaigns.relays import trying
from campaigns.relays.connection_settings import RelaySettings
from campaigns.relays.trying import CONNECT, GREETING, LOGIN, NAME, SENDER, TLS, try_relay, within
from portal.mail.smtp_security import Security
from portal.public_addresses import NoSuchName
from portal.smtp.connecting import Patience
from tests.factories.smtp import at_loopback
from tests.smtp_server import Script, ScriptedServer

HOST = "relay.example"
LOGINS = {"news": "s3cret"}
SENDER_ADDRESS = "news@club.example"


def tried(port, *, security=Security.PLAIN, preset="custom", sender=SENDER_ADDRESS, look_up=at_loopback, **changes):
    values = {
        "relay_id": 0, "account_id": 0, "host": HOST, "port": port, "security": security, "username": "",
        "password": "", "max_message_bytes": 1, "is_internal_allowed": True,
    }  # fmt: skip
    settings = RelaySettings(**{**values, **changes})
    return try_relay(settings, preset=preset, sender=sender, look_up=look_up)


def fault_of(script, **settings):
    with ScriptedServer(script) as server:
        trial = tried(server.port, **settings)
    assert not trial.is_good
    assert server.accepted == []
    return trial.fault


def encrypted(authority, **values):
    return Script(tls=authority.server_context(values.pop("name", HOST), **values), logins=LOGINS)


def test_every_step_is_shown_when_all_is_well(believed):
    with ScriptedServer(encrypted(believed)) as server:
        trial = tried(server.port, security=Security.STARTTLS, username="news", password="s3cret")

    assert trial.is_good
    assert [step.code for step in trial.steps] == [NAME, CONNECT, GREETING, TLS, LOGIN, SENDER]
    assert trial.features.size_bytes == 26214400
    assert [command.split()[0] for command in server.commands][-2:] == ["RSET", "QUIT"]
    assert not [command for command in server.commands if command.startswith(("RCPT", "DATA"))]


def test_tls_from_the_start_comes_before_the_greeting(believed):
    script = encrypted(believed)
    script.is_tls_from_start = True
    with ScriptedServer(script) as server:
        trial = tried(server.port, security=Security.TLS, sender="")
    assert [step.code for step in trial.steps] == [NAME, CONNECT, TLS, GREETING]
    assert trial.is_good


def test_steps_after_a_fault_are_shown_as_not_reached():
    with ScriptedServer(Script(greeting="421 4.3.2 too busy")) as server:
        trial = tried(server.port)
    assert [(step.code, step.tone) for step in trial.steps] == [
        (NAME, "good"), (CONNECT, "good"), (GREETING, "bad"), (SENDER, ""),
    ]  # fmt: skip
    assert "421 4.3.2 too busy" in trial.fault.text


def test_a_name_that_nobody_has():
    def unknown(_host, _port):
        raise NoSuchName("no")

    fault = tried(587, look_up=unknown).fault
    assert (fault.code, fault.text) == (NAME, "No server has the name “relay.example”.")


def test_a_server_on_our_own_network_is_not_connected_to():
    with ScriptedServer() as server:
        fault = tried(server.port, security=Security.STARTTLS, is_internal_allowed=False).fault
        assert server.connections == 0
    assert fault.code == NAME
    assert "internal network" in fault.text
    assert "Owner" in fault.cure


def test_what_machines_of_clouds_are_told_is_not_connected_to_even_where_an_owner_allows_it():
    trial = tried(80, security=Security.STARTTLS, look_up=lambda _host, _port: ["169.254.169.254"])
    assert trial.fault.code == NAME


def test_a_closed_port():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    fault = tried(port).fault
    assert fault.code == CONNECT
    assert "Nobody listens" in fault.text
    assert "587" in fault.cure


def test_a_port_that_does_not_answer(monkeypatch):
    def silent(*_args, **_options):
        raise TimeoutError("timed out")

    monkeypatch.setattr("portal.public_addresses.socket.create_connection", silent)
    fault = tried(587).fault
    assert (fault.code, fault.text) == (CONNECT, "relay.example does not answer at port 587.")
    assert "firewall" in fault.cure


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"name": "other.example"}, "another name"),
        ({"valid_days": -1}, "has expired"),
        ({"is_self_signed": True}, "signed itself"),
    ],
)
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_wrong_certificate(believed, made, said, security):
    script = encrypted(believed, **made)
    script.is_tls_from_start = security is Security.TLS
    fault = fault_of(script, security=security, username="news", password="s3cret")
    assert fault.code == TLS
    assert said in fault.text


def test_an_authority_that_this_machine_does_not_know(authority, monkeypatch):
    fault = fault_of(encrypted(authority), security=Security.STARTTLS)
    assert fault.code == TLS
    assert "does not know" in fault.text


def test_starttls_that_was_taken_away(believed):
    script = encrypted(believed)
    script.is_starttls_stripped = True
    fault = fault_of(script, security=Security.STARTTLS, username="news", password="s3cret")
    assert fault.code == TLS
    assert "in the clear" in fault.text


def test_something_slipped_in_before_the_encryption(believed):
    script = encrypted(believed)
    script.slipped_in = b"250 mine\r\n"
    fault = fault_of(script, security=Security.STARTTLS)
    assert fault.code == TLS
    assert "slipped in" in fault.text


def test_tls_at_a_port_that_speaks_in_the_clear():
    fault = fault_of(Script(), security=Security.TLS)
    assert fault.code == TLS
    assert "STARTTLS" in fault.cure


def test_something_that_speaks_no_smtp():
    fault = fault_of(Script(greeting="HTTP/1.1 400 Bad Request"))
    assert fault.code == GREETING
    assert "does not speak SMTP" in fault.text


@pytest.mark.parametrize(
    ("preset", "reply", "advice"),
    [
        ("custom", "535 5.7.8 no", "Enter both anew"),
        ("gmail", "535-5.7.8 Username and Password not accepted", "app password"),
        ("gmail", "534 5.7.9 Application-specific password required", "app password"),
        ("outlook", "535 5.7.139 basic authentication is disabled", "switched passwords over SMTP off"),
        ("outlook", "535 5.7.3 Authentication unsuccessful", "whole address"),
        ("custom", "454 4.7.0 Temporary authentication failure", "Try again later"),
    ],
)
def test_a_refused_login(preset, reply, advice):
    script = Script(logins=LOGINS, login_reply=reply.replace("-", " ", 1))
    fault = fault_of(script, preset=preset, username="news", password="s3cret")
    assert fault.code == LOGIN
    assert advice in fault.cure
    assert "s3cret" not in fault.text


def test_a_server_without_a_login_that_we_have():
    fault = fault_of(Script(logins=LOGINS, login_methods="CRAM-MD5"), username="news", password="s3cret")
    assert fault.code == LOGIN
    assert "no login by user name" in fault.text


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("550 5.7.1 not yours", "refuses news@club.example as the sender"),
        ("530 5.7.0 Authentication required", "wants a login"),
        ("451 4.3.0 later", "at the moment"),
    ],
)
def test_a_sender_that_is_not_taken(reply, said):
    fault = fault_of(Script(sender_reply=reply))
    assert fault.code == SENDER
    assert said in fault.text


def test_a_server_that_says_nothing_is_left_in_time(monkeypatch):
    monkeypatch.setattr(trying, "PATIENCE", Patience(connect_s=0.3, open_s=0.3, reply_s=0.3, message_s=0.3))
    assert fault_of(Script(stall_at="greeting", stall_s=30)).code == GREETING


def test_all_waits_together_stay_below_what_a_request_may_take():
    patience = trying.PATIENCE
    assert trying.LOOK_UP_S + patience.connect_s + patience.open_s + 2 * patience.reply_s < 15


def test_a_look_up_that_hangs_is_given_up():
    def hangs(_host, _port):
        time.sleep(5)
        return ["127.0.0.1"]

    with pytest.raises(NoSuchName):
        within(0.05, hangs)("relay.example", 25)
