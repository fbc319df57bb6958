"""The server opens what is on the public web, and nothing else."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from urllib3.connection import HTTPConnection, HTTPSConnection

from portal import public_web
from portal.public_addresses import is_public
from portal.public_web import NotAskedError, Outcome, Visit, dial, judged, visit

PUBLIC = "93.184.215.14"
INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "169.254.170.2", "100.64.0.1", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "168.63.129.16", "192.88.99.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:93.184.215.14",
    "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1", "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_never_asked(address):
    assert not is_public(address)
    assert visit("https://club.example/", resolve=lambda _host, _port: [address], dial=_no_call) == Visit(
        Outcome.INTERNAL
    )


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_on_the_web_is(address):
    assert is_public(address)


def test_one_inside_among_several_is_enough_to_refuse():
    found = visit("https://club.example/", resolve=lambda _host, _port: [PUBLIC, "10.0.0.1"], dial=_no_call)
    assert found.outcome is Outcome.INTERNAL


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0",
        "\uff11\uff12\uff17.0.0.1",
    ],
)
def test_other_ways_to_write_this_machine_are_seen_through(host):
    assert visit(f"http://{host}/", dial=_no_call).outcome in {Outcome.INTERNAL, Outcome.NO_SUCH_NAME}


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "file:///etc/passwd", "gopher://a.example:25/x", "http://a.example:22/", "https://a.example:8443/",
     "https://a.example:80/", "http://a.example:443/", "http://user:pass@a.example/", "http://a.example\\@10.0.0.1/",
     "http://a.example/\r\nHost: x", "http://a b/", "//a.example/", "http://[::1", "http://a.example:99999/", "x",
     "https://a.example/" + "x" * 2_000],
)  # fmt: skip
def test_odd_addresses_are_not_asked(url):
    assert visit(url, resolve=lambda _host, _port: [PUBLIC], dial=_no_call).outcome is Outcome.ODD


def test_a_name_is_looked_up_once_and_that_very_address_is_connected_to():
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    target = judged("https://club.example/a b".replace(" ", "%20"), lambda _host, _port: next(answers))
    connection = dial(target)
    assert isinstance(connection, HTTPSConnection)
    assert (connection.host, connection.port, target.path) == (PUBLIC, 443, "/a%20b")
    assert connection.server_hostname == connection.assert_hostname == "club.example"


def test_a_name_that_does_not_exist():
    assert visit("https://club.invalid/", dial=_no_call).outcome is Outcome.NO_SUCH_NAME


def test_what_a_server_is_told():
    with _server({"/": (200, {})}) as server:
        assert server.visit("http://club.example/?a=1") == Visit(Outcome.OPENS, 200)
    [(method, path, headers)] = server.asked
    assert (method, path) == ("HEAD", "/?a=1")
    assert sorted(headers) == ["Accept", "Accept-Encoding", "Connection", "Host", "User-Agent"]
    assert headers["Host"] == "club.example"


def test_a_server_that_refuses_head_is_asked_for_one_byte():
    with _server({"/": (200, {})}, refuses_head=True) as server:
        assert server.visit("http://club.example/").outcome is Outcome.OPENS
    assert [(method, headers.get("Range")) for method, _path, headers in server.asked] == [
        ("HEAD", None), ("GET", "bytes=0-0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "outcome"), [(404, Outcome.GONE), (410, Outcome.GONE), (500, Outcome.FAILS), (403, Outcome.GUARDED)]
)
def test_answers_and_their_meaning(status, outcome):
    with _server({"/": (status, {})}) as server:
        assert server.visit("http://club.example/") == Visit(outcome, status)


def test_three_redirects_are_followed_and_no_more():
    pages = {f"/{step}": (302, {"Location": f"/{step + 1}"}) for step in range(9)} | {"/9": (200, {})}
    with _server(pages) as server:
        assert server.visit("http://club.example/6").outcome is Outcome.OPENS
        assert server.visit("http://club.example/0").outcome is Outcome.CIRCLES
    assert len(server.asked) == 8


@pytest.mark.parametrize(
    ("location", "outcome"),
    [
        ("http://inside.example/", Outcome.INTERNAL), ("http://169.254.169.254/latest/meta-data/", Outcome.INTERNAL),
        ("http://[::1", Outcome.ODD), ("file:///etc/passwd", Outcome.ODD), ("http://club.example:6379/", Outcome.ODD), ("//inside.example/x", Outcome.INTERNAL),
    ],
)  # fmt: skip
def test_each_redirect_is_judged_anew(location, outcome):
    with _server({"/": (301, {"Location": location})}) as server:
        assert server.visit("http://club.example/").outcome is outcome
    assert len(server.asked) == 1


def test_a_server_that_never_ends_its_answer_is_cut_off(monkeypatch):
    monkeypatch.setattr(public_web, "ANSWER_S", 0.2)
    with _server({"/": (0, {})}) as server:
        server.visit("http://club.example/")
        assert not server.has_ended


def test_a_server_that_is_slow_to_shake_hands_is_cut_off_too(monkeypatch):
    """As with TLS: while it lasts there is no socket yet that another thread could shut."""
    monkeypatch.setattr(public_web, "ANSWER_S", 0.2)

    class SlowToConnect(HTTPConnection):
        def connect(self):
            threading.Event().wait(0.4)
            super().connect()

    with _server({"/": (0, {})}) as server:
        server.visit("http://club.example/", SlowToConnect)
        assert not server.has_ended


def test_nobody_listening_is_no_answer():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = visit(
        "http://club.example/", resolve=_names, dial=lambda _target: HTTPConnection("127.0.0.1", port, timeout=1)
    )
    assert found.outcome is Outcome.NO_ANSWER


def test_judging_refuses_before_anything_is_opened():
    with pytest.raises(NotAskedError):
        judged("https://club.example/", lambda _host, _port: [])


def _names(host, _port):
    return {"inside.example": ["10.1.2.3"], "169.254.169.254": ["169.254.169.254"]}.get(host, [PUBLIC])


def _no_call(target):
    raise AssertionError(f"was asked: {target}")


class _server:  # noqa: N801  # reads as a word where it is used
    """A web server on loopback that stands in for club.example."""

    def __init__(self, pages, *, refuses_head=False):
        self.asked = asked = []
        self._gate = gate = threading.Event()
        self._ended = ended = []

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.command, self.path, dict(self.headers)))
                status, headers = pages.get(self.path.partition("?")[0], (404, {}))
                if not status:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                    with suppress(OSError):  # whoever asked has hung up
                        for _drop in range(60):
                            self.wfile.write(b"x")
                            if gate.wait(0.05):
                                return
                        ended.append(True)
                    return
                self.send_response(405 if refuses_head and self.command == "HEAD" else status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            do_HEAD = do_GET  # noqa: N815  # the library's word

            def log_message(self, *_words):
                pass

        self._http = HTTPServer(("127.0.0.1", 0), Pages)

    def __enter__(self):
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_error):
        self._gate.set()
        self._http.shutdown()
        self._http.server_close()

    @property
    def has_ended(self):
        return bool(self._ended)

    def visit(self, url, connection=HTTPConnection):
        port = self._http.server_address[1]
        return visit(url, resolve=_names, dial=lambda _target: connection("127.0.0.1", port, timeout=5))
