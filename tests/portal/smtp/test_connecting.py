from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from portal.mail.smtp_security import Security
from portal.public_addresses import NoSuchName
from portal.smtp.connecting import open_session
from portal.smtp.errors import NoSession, Stage
from portal.smtp.watching import NoWatcher
from tests.factories.smtp import HURRIED, IMPATIENT, ServerSettings, at_loopback
from tests.smtp_server import Script, ScriptedServer

NAME = "relay.example"
LOGINS = {"news": "s3cret"}


def opened(server, *, patience=HURRIED, **settings):
    session = open_session(
        ServerSettings(server.port, **settings), watcher=NoWatcher(), patience=patience, look_up=at_loopback
    )
    session.close()
    return session


def problem(script, *, patience=HURRIED, **settings) -> NoSession:
    with ScriptedServer(script) as server, pytest.raises(NoSession) as caught:
        opened(server, patience=patience, **settings)
    return caught.value


def encrypted(authority, host=NAME, **values):
    return Script(tls=authority.server_context(host, **values), logins=LOGINS)


def test_starttls_then_login(believed):
    with ScriptedServer(encrypted(believed)) as server:
        session = opened(server, host=NAME, security=Security.STARTTLS, username="news", password="s3cret")
    assert session.features.has_pipelining
    assert [command.split()[0] for command in server.commands[:4]] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


def test_tls_from_the_start(believed):
    script = replace(encrypted(believed), is_tls_from_start=True)
    with ScriptedServer(script) as server:
        opened(server, host=NAME, security=Security.TLS, username="news", password="s3cret")
    assert server.commands[1].startswith("AUTH PLAIN")


def test_login_where_plain_is_not_offered(believed):
    script = replace(encrypted(believed), login_methods="LOGIN")
    with ScriptedServer(script) as server:
        opened(server, host=NAME, security=Security.STARTTLS, username="news", password="s3cret")
    assert server.commands[3] == "AUTH LOGIN"


@pytest.mark.parametrize(
    "made",
    [{"host": "other.example"}, {"valid_days": -1}, {"is_self_signed": True}],
    ids=["wrong name", "run out", "self-signed"],
)
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_wrong_certificate_gets_neither_login_nor_mail(believed, made, security):
    script = replace(encrypted(believed, **made), is_tls_from_start=security is Security.TLS)
    with ScriptedServer(script) as server, pytest.raises(NoSession) as caught:
        opened(server, host=NAME, security=security, username="news", password="s3cret")
    assert caught.value.stage is Stage.TLS
    assert not [command for command in server.commands if command.startswith(("AUTH", "MAIL"))]


def test_stripped_starttls_is_refused(believed):
    script = replace(encrypted(believed), is_starttls_stripped=True)
    with ScriptedServer(script) as server, pytest.raises(NoSession) as caught:
        opened(server, host=NAME, security=Security.STARTTLS, username="news", password="s3cret")
    assert caught.value.stage is Stage.NO_STARTTLS
    assert [command.split()[0] for command in server.commands] == ["EHLO"]


def test_what_is_slipped_in_before_the_encryption_is_refused(believed):
    script = replace(encrypted(believed), slipped_in=b"250-relay.example\r\n250 AUTH PLAIN\r\n")
    assert problem(script, host=NAME, security=Security.STARTTLS, username="news").stage is Stage.NO_STARTTLS


def test_half_a_line_slipped_in_is_refused_too(believed):
    script = replace(encrypted(believed), slipped_in=b"250-rel")
    assert problem(script, host=NAME, security=Security.STARTTLS, username="news").stage is Stage.NO_STARTTLS


def test_features_said_in_the_clear_do_not_count_after_starttls(believed):
    with ScriptedServer(encrypted(believed)) as server:
        session = opened(server, host=NAME, security=Security.STARTTLS)
    assert server.commands.count("STARTTLS") == 1
    assert not session.features.has_starttls


def test_wrong_password(believed):
    found = problem(encrypted(believed), host=NAME, security=Security.STARTTLS, username="news", password="guess")
    assert (found.stage, found.code) == (Stage.LOGIN, "535")
    assert "guess" not in str(found)


def test_a_server_that_offers_no_login_we_have():
    found = problem(Script(logins=LOGINS, login_methods="CRAM-MD5"), username="news", password="s3cret")
    assert found.stage is Stage.NO_LOGIN


@pytest.mark.parametrize("greeting", ["421 4.3.2 try later", "554 5.3.2 go away"])
def test_a_server_that_lets_nobody_in(greeting):
    found = problem(Script(greeting=greeting))
    assert (found.stage, found.code) == (Stage.GREETING, greeting[:3])


def test_something_that_speaks_no_smtp():
    assert problem(Script(greeting="HTTP/1.1 400 Bad Request")).stage is Stage.GREETING


def test_a_server_that_says_nothing_is_left_in_time():
    found = problem(Script(stall_at="greeting", stall_s=30), patience=IMPATIENT)
    assert (found.stage, found.reply) == (Stage.GREETING, None)


def test_a_server_that_stalls_within_its_greeting_byte_by_byte_is_left_in_time():
    script = Script(greeting="220-" + "x" * 100, stall_at="EHLO", stall_s=30, is_split=True)
    assert problem(script, patience=IMPATIENT).stage is Stage.GREETING


def test_a_closed_port():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NoSession) as caught:
        open_session(ServerSettings(port), watcher=NoWatcher(), patience=HURRIED)
    assert caught.value.stage is Stage.CONNECT


def test_a_name_that_does_not_exist():
    def nowhere(_host, _port):
        raise NoSuchName

    with pytest.raises(NoSession) as caught:
        open_session(ServerSettings(25, host=NAME), watcher=NoWatcher(), patience=HURRIED, look_up=nowhere)
    assert caught.value.stage is Stage.NAME


@pytest.mark.parametrize("security", list(Security))
def test_an_internal_address_is_not_connected_to_unless_allowed(security):
    with ScriptedServer() as server, pytest.raises(NoSession) as caught:
        opened(server, host=NAME, security=security, is_internal_allowed=False)
    assert caught.value.stage is Stage.INTERNAL
    assert server.connections == 0


@pytest.mark.parametrize("address", ["10.0.0.7", "93.184.216.34"])
def test_without_encryption_mail_goes_to_this_machine_only(address):
    def elsewhere(_host, _port):
        return [address]

    with pytest.raises(NoSession) as caught:
        open_session(ServerSettings(25, host=NAME), watcher=NoWatcher(), patience=HURRIED, look_up=elsewhere)
    assert caught.value.stage is Stage.INTERNAL
