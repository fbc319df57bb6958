"""Posts to addresses that people typed."""

from __future__ import annotations

import pytest
from urllib3.connection import HTTPConnection

from portal.errors import AnswerLost, Refused, Unavailable
from portal.public_post import EXCERPT_CHARS, MAX_BODY_BYTES, check_url, post
from tests.doubles.webhook_receiver import Answer, WebhookReceiver


def test_the_body_arrives_as_it_was_given():
    with WebhookReceiver([Answer(201, b"kept")]) as receiver:
        answer = post(receiver.url + "?a=1", b'{"x":1}', headers={"webhook-id": "m"}, allowed_hosts=[receiver.host])
    (came,) = receiver.posts
    assert (came.path, came.body, came.headers["webhook-id"]) == ("/hook?a=1", b'{"x":1}', "m")
    assert came.headers["host"] == receiver.host
    assert (answer.status, answer.excerpt, answer.is_taken) == (201, "kept", True)


def test_a_redirect_is_an_answer_and_nothing_is_asked_there():
    with WebhookReceiver([Answer(302, headers={"Location": "http://169.254.169.254/"})]) as receiver:
        answer = post(receiver.url, b"{}", headers={}, allowed_hosts=[receiver.host])
    assert (answer.status, answer.is_taken, len(receiver.posts)) == (302, False, 1)


def test_only_the_beginning_of_an_answer_is_read_and_it_can_be_stored():
    with WebhookReceiver([Answer(200, b"a\x00\x1b\xff\n" + b"x" * 3_000_000)]) as receiver:
        answer = post(receiver.url, b"{}", headers={}, allowed_hosts=[receiver.host])
    assert answer.excerpt.startswith("a  \ufffd\nxxx")
    assert len(answer.excerpt) == EXCERPT_CHARS


def test_a_server_that_hangs_up_has_perhaps_taken_it():
    with WebhookReceiver([Answer(0)]) as receiver, pytest.raises(AnswerLost):
        post(receiver.url, b"{}", headers={}, allowed_hosts=[receiver.host])


def test_a_server_that_never_answers_is_cut_off(monkeypatch):
    monkeypatch.setattr("portal.public_post.ANSWER_S", 0.2)
    monkeypatch.setattr("portal.public_web.ANSWER_S", 0.5)
    receiver = WebhookReceiver()  # listens, and serves nobody
    with pytest.raises(AnswerLost):
        post(receiver.url, b"{}", headers={}, allowed_hosts=[receiver.host])
    receiver._http.server_close()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "https://10.1.2.3/x", "http://[::ffff:169.254.169.254]/", "http://[64:ff9b::a9fe:a9fe]/",
        "http://localhost/", "https://club.example:8443/", "ftp://club.example/", "https://u:p@club.example/",
        "https://club.example/\r\nX: y", "http://2130706433/", "http://[::1]:80/", "http://127.0.0.1:8025/",
    ],
)  # fmt: skip
def test_addresses_inside_and_odd_ones_are_not_asked(url):
    with pytest.raises(Refused):
        post(url, b"{}", headers={}, allowed_hosts=["127.0.0.1:9"], resolve=_inside, dial=_never)


def test_what_the_operator_allows_is_asked_by_that_name_and_port_alone():
    check_url("http://n8n.lan:5678/hook", allowed_hosts=["n8n.lan:5678"], resolve=_inside)
    with pytest.raises(Refused):
        check_url("http://n8n.lan:5679/hook", allowed_hosts=["n8n.lan:5678"], resolve=_inside)


def test_a_connection_that_ends_elsewhere_than_judged_is_left():
    with WebhookReceiver() as receiver:
        port = int(receiver.host.partition(":")[2])
        with pytest.raises(Refused):
            post(
                "http://club.example/", b"{}", headers={}, resolve=lambda _host, _port: ["93.184.216.34"],
                dial=lambda _target: HTTPConnection("127.0.0.1", port, timeout=5),
            )  # fmt: skip
    assert receiver.posts == []


def test_nobody_there_means_that_nothing_was_sent():
    with WebhookReceiver() as receiver:
        url, host = receiver.url, receiver.host
    with pytest.raises(Unavailable):
        post(url, b"{}", headers={}, allowed_hosts=[host])


def test_a_body_beyond_the_limit_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="too many"):
        post("https://club.example/", b"x" * (MAX_BODY_BYTES + 1), headers={})


def _inside(_host, _port):
    return ["10.0.0.7"]


def _never(target):
    raise AssertionError(f"{target} was dialled")
