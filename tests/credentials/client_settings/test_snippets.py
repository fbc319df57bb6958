from __future__ import annotations

import re
import shlex
import subprocess

import pytest

from credentials.client_settings import snippets
from credentials.client_settings.account import ClientAccount, SmtpServer, example_sender

HOST = "email-smtp.eu-west-1.amazonaws.com"
ACCOUNT = ClientAccount(SmtpServer(HOST), "Ann's printer", "AKIAEXAMPLE", "o'neil+scan@example.org")


def settings_of(source: str) -> dict[str, object]:
    namespace: dict[str, object] = {}
    exec(compile(source, "settings.py", "exec"), namespace)  # what people paste must run
    return namespace


def test_the_lines_for_django_are_settings_that_it_takes(monkeypatch):
    monkeypatch.setenv("EMAIL_HOST_PASSWORD", "from the environment")
    found = settings_of(snippets.django_settings(ACCOUNT))
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == (HOST, 587, True)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("AKIAEXAMPLE", "from the environment")
    assert found["DEFAULT_FROM_EMAIL"] == found["SERVER_EMAIL"] == ACCOUNT.sender


def test_the_lines_for_postfix_are_parameters_and_both_files_name_the_same_relay():
    lines = [line.split(" = ") for line in snippets.postfix_main(ACCOUNT).splitlines()]
    parameters = dict(lines)
    assert all(re.fullmatch(r"[a-zA-Z_]+", name) and value == value.strip() for name, value in lines)
    assert parameters["relayhost"] == f"[{HOST}]:587"
    relay, login = snippets.postfix_password(ACCOUNT).split()
    assert relay == parameters["relayhost"]
    assert login == f"AKIAEXAMPLE:{snippets.PASSWORD_PLACE}"


def test_the_commands_are_words_of_a_shell_and_hold_no_password():
    for command in (snippets.curl_command(ACCOUNT), snippets.swaks_command(ACCOUNT)):
        words = shlex.split(command)
        assert ACCOUNT.sender in words
        assert words[words.index("--user" if "curl" in words else "--auth-user") + 1] == "AKIAEXAMPLE"
        assert "--auth-password" not in words


def test_what_curl_is_given_is_a_whole_mail():
    first = snippets.curl_command(ACCOUNT).partition(" | ")[0]
    written = subprocess.run(["/bin/sh", "-c", first], check=True, capture_output=True).stdout
    head, _empty, body = written.partition(b"\r\n\r\n")
    assert f"From: {ACCOUNT.sender}".encode() in head.split(b"\r\n")
    assert body == b"It works.\r\n"


@pytest.mark.parametrize(
    ("patterns", "sender"),
    [
        (["john@company.com"], "john@company.com"),
        (["*@company.com", "john@company.com"], "john@company.com"),
        (["*@marketing.company.com"], "you@marketing.company.com"),
        (["*@*.company.com"], "you@mail.company.com"),
        (["team-?@company.com"], "team-a@company.com"),
        (["*"], "you@example.com"),
        ([], "you@example.com"),
    ],
)
def test_an_allowed_address_stands_in_the_settings(patterns, sender):
    assert example_sender(patterns) == sender


def test_the_mail_for_curl_names_the_sender_whatever_signs_it_has():
    odd = ClientAccount(SmtpServer(HOST), "x", "AKIAEXAMPLE", "50%sale@example.org")
    printf = snippets.curl_command(odd).partition(" | ")[0]
    printed = subprocess.run(["/bin/sh", "-c", printf], capture_output=True, text=True, check=True).stdout
    assert printed.splitlines()[0] == f"From: {odd.sender}"
