"""Opens addresses on the public web, and never anything inside: the one way by which an address that a person typed is
asked for by the server.

Names are looked up once and the connection goes to exactly the address that was found public (no second look-up that
could answer otherwise); each redirect is judged anew; only http and https on their own ports; nothing is sent along
that tells who asks. Pure but for the network.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from portal.public_addresses import NoSuchName, every_address, is_public

ANSWER_S = 5.0
MAX_REDIRECTS = 3
MAX_URL_CHARS = 2_000
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_HEADERS = {"User-Agent": "Postroom-link-check", "Accept": "*/*"}


class Outcome(StrEnum):
    """What came of opening an address."""

    OPENS = "opens"
    GONE = "gone"  # 404, 410
    FAILS = "fails"  # the server says that it is broken
    GUARDED = "guarded"  # 401, 403, 429 ...: it is there, but does not let itself be asked
    NO_SUCH_NAME = "no_such_name"
    NO_ANSWER = "no_answer"
    UNSAFE = "unsafe"  # its certificate is wrong
    INTERNAL = "internal"  # leads to an address that is not on the public web: not asked
    ODD = "odd"  # no http or https, or on a port of its own: not asked
    CIRCLES = "circles"  # redirects too often

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(outcome.value, outcome.value) for outcome in cls]


@dataclass(frozen=True, slots=True)
class Visit:
    """How an address answered; `http_status` 0 where there was no answer."""

    outcome: Outcome
    http_status: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes: the name that is asked for, and the address that it had when it was judged."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


Resolve = Callable[[str, int], list[str]]
Dial = Callable[[Target], HTTPConnection]


class NotAskedError(Exception):
    """The address is not asked, for this outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


def look_up(host: str, port: int) -> list[str]:
    """Every IP address of a name. Raises NotAskedError when it has none."""
    try:
        return every_address(host, port)
    except NoSuchName as error:
        raise NotAskedError(Outcome.NO_SUCH_NAME) from error


def dial(target: Target) -> HTTPConnection:
    """An unopened connection to the judged address; the certificate is that of the name."""
    if target.scheme == "http":
        return HTTPConnection(target.address, target.port, timeout=ANSWER_S)
    return HTTPSConnection(
        target.address, target.port, timeout=ANSWER_S, server_hostname=target.host, assert_hostname=target.host,
        ssl_context=ssl.create_default_context(),
    )  # fmt: skip


def visit(url: str, *, resolve: Resolve = look_up, dial: Dial = dial) -> Visit:
    """Open an address as a reader's click would, without reading the page; takes a few times ANSWER_S at most."""
    try:
        for _hop in range(MAX_REDIRECTS + 1):
            target = judged(url, resolve)
            status, location = _ask(target, dial)
            if status not in _REDIRECTS or not location:
                return Visit(_meaning(status), status)
            url = _led_to(url, location)
    except NotAskedError as error:
        return Visit(error.outcome)
    return Visit(Outcome.CIRCLES)


def _led_to(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise NotAskedError(Outcome.ODD) from error


def judged(url: str, resolve: Resolve = look_up) -> Target:
    """Where an address leads. Raises NotAskedError unless every IP address of its name is on the public web."""
    parts = _parts_of(url)
    host = _ascii_host(parts.hostname or "")
    port = _PORTS[parts.scheme]
    addresses = resolve(host, port)
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotAskedError(Outcome.INTERNAL)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return Target(parts.scheme, host, port, f"{path}?{query}" if query else path, addresses[0])


def _parts_of(url: str) -> SplitResult:
    if len(url) > MAX_URL_CHARS or "\\" in url or any(character <= " " or character == "\x7f" for character in url):
        raise NotAskedError(Outcome.ODD)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAskedError(Outcome.ODD) from error
    own_port = _PORTS.get(parts.scheme)
    if own_port is None or port not in {None, own_port} or "@" in parts.netloc:
        raise NotAskedError(Outcome.ODD)
    return parts


def _ascii_host(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii").lower().rstrip(".") or _no_name()
    except UnicodeError as error:
        raise NotAskedError(Outcome.NO_SUCH_NAME) from error


def _no_name() -> str:
    raise NotAskedError(Outcome.NO_SUCH_NAME)


def _ask(target: Target, dial: Dial) -> tuple[int, str]:
    """HEAD, and where a server does not like that, the first byte by GET."""
    status, location = _request("HEAD", target, dial)
    if status >= _CLIENT_ERROR:
        status, location = _request("GET", target, dial)
    return status, location


def _request(method: str, target: Target, dial: Dial) -> tuple[int, str]:
    headers = {**_HEADERS, "Host": target.host, "Connection": "close"}
    if method == "GET":
        headers["Range"] = "bytes=0-0"
    connection = dial(target)
    try:
        connection.connect()  # before the clock: a handshake has its own end, and cannot be cut off by another thread
        with cut_off_after(connection, ANSWER_S):
            connection.request(method, target.path, headers=headers, preload_content=False, decode_content=False)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", "")
    except (ssl.SSLError, urllib3.exceptions.SSLError) as error:
        raise NotAskedError(Outcome.UNSAFE) from error
    except (OSError, HTTPException, urllib3.exceptions.HTTPError, ValueError) as error:
        raise NotAskedError(Outcome.NO_ANSWER) from error
    finally:
        connection.close()


@contextmanager
def cut_off_after(connection: HTTPConnection, seconds: float) -> Iterator[None]:
    """End the connection after a while, however slowly the other side keeps talking."""
    timer = threading.Timer(seconds, _shut, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):  # it ended meanwhile
            connection.sock.shutdown(socket.SHUT_RDWR)


def _meaning(status: int) -> Outcome:
    if status in _GONE:
        return Outcome.GONE
    if status >= _SERVER_ERROR:
        return Outcome.FAILS
    return Outcome.GUARDED if status >= _CLIENT_ERROR else Outcome.OPENS
