"""Posts to an address of the public web that a person typed: judged, dialled and cut off as portal.public_web does.

No redirect is followed, nothing is sent along that tells more than the caller gives, and of the answer only its
beginning is read. Hosts of our own network are asked only where the operator allows them by name and port.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import ip_address
from ssl import SSLError
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit

import urllib3

from portal import public_web
from portal.errors import AnswerLost, Refused, Unavailable
from portal.public_web import NotAskedError, Outcome, Target

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection
    from urllib3.response import HTTPResponse

    from portal.public_web import Dial, Resolve

SERVICE = "webhook"
ANSWER_S = 10.0
READ_BYTES = 4096  # of an answer; the rest is not waited for
EXCERPT_CHARS = 1000
MAX_BODY_BYTES = 1024**2
_OK, _REDIRECT = 200, 300


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """What the other side answered."""

    status: int
    excerpt: str  # beginning of the body, as text
    duration_ms: int

    @property
    def is_taken(self) -> bool:
        """Whether it said that it has it: any 2xx."""
        return _OK <= self.status < _REDIRECT


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    allowed_hosts: Iterable[str] = (),
    resolve: Resolve = public_web.look_up,
    dial: Dial = public_web.dial,
) -> PostAnswer:
    """Post once and read the beginning of the answer; takes about ANSWER_S at most.

    `allowed_hosts`: "host:port" of our own network that may be asked all the same, also on odd ports. Raises Refused
    when the address is not asked at all (`code` is an Outcome), Unavailable when nothing was sent, AnswerLost when it
    was sent and no answer came.
    """
    if len(body) > MAX_BODY_BYTES:
        raise ValueError(f"{len(body)} bytes are too many for one post.")
    target = _target(url, frozenset(allowed_hosts), resolve)
    started_s = time.monotonic()
    connection = dial(target)
    try:
        _open(connection, target)
        status, excerpt = _exchange(connection, target, body, headers)
    finally:
        connection.close()
    return PostAnswer(status, excerpt, round((time.monotonic() - started_s) * 1000))


def check_url(url: str, *, allowed_hosts: Iterable[str] = (), resolve: Resolve = public_web.look_up) -> None:
    """Raise Refused or Unavailable, with why in `code`, when nothing could be posted there."""
    _target(url, frozenset(allowed_hosts), resolve)


def is_named(url: str, allowed_hosts: Iterable[str]) -> bool:
    """Whether it leads to one of these "host:port" of our own network."""
    return _named_parts(url, frozenset(allowed_hosts)) is not None


def _target(url: str, allowed_hosts: frozenset[str], resolve: Resolve) -> Target:
    try:
        return _allowed_target(url, allowed_hosts, resolve) or public_web.judged(url, resolve)
    except NotAskedError as error:
        if error.outcome is Outcome.NO_SUCH_NAME:
            raise Unavailable("The name of the server is not known.", service=SERVICE, code=error.outcome) from error
        raise Refused("The address is not one that may be posted to.", service=SERVICE, code=error.outcome) from error


def _named_parts(url: str, allowed_hosts: frozenset[str]) -> tuple[SplitResult, str, int] | None:
    """The URL in parts with its host and port, where these are among the allowed ones."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    if port is None or "@" in parts.netloc or f"{host}:{port}" not in allowed_hosts:
        return None
    return parts, host, port


def _allowed_target(url: str, allowed_hosts: frozenset[str], resolve: Resolve) -> Target | None:
    named = _named_parts(url, allowed_hosts)
    if named is None:
        return None
    parts, host, port = named
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return Target(parts.scheme, host, port, f"{path}?{query}" if query else path, resolve(host, port)[0])


def _open(connection: HTTPConnection, target: Target) -> None:
    try:
        connection.connect()
    except (SSLError, urllib3.exceptions.SSLError) as error:
        raise Unavailable("Its certificate is not right.", service=SERVICE, code=Outcome.UNSAFE) from error
    except (OSError, HTTPException, urllib3.exceptions.HTTPError) as error:
        raise Unavailable("It could not be reached.", service=SERVICE, code=Outcome.NO_ANSWER) from error
    if _peer(connection) not in {"", _plain(target.address)}:
        raise Refused("The connection led elsewhere.", service=SERVICE, code=Outcome.INTERNAL)


def _peer(connection: HTTPConnection) -> str:
    """The address that we are connected to; "" where there is no real socket."""
    name = connection.sock.getpeername() if hasattr(connection.sock, "getpeername") else ""
    return _plain(str(name[0])) if isinstance(name, tuple) and name else ""


def _plain(address: str) -> str:
    return str(ip_address(address.partition("%")[0]))


def _exchange(connection: HTTPConnection, target: Target, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
    own = {"Host": _host_header(target), "User-Agent": "Postroom-webhook", "Connection": "close"}
    try:
        with public_web.cut_off_after(connection, ANSWER_S):
            connection.request(
                "POST", target.path, body=body, headers={**own, **headers}, preload_content=False, decode_content=False
            )
            answer = connection.getresponse()
            return answer.status, _beginning(answer)
    except (OSError, HTTPException, urllib3.exceptions.HTTPError, ValueError) as error:
        raise AnswerLost("No answer came in time.", service=SERVICE, code=Outcome.NO_ANSWER) from error


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port in {80, 443} else f"{host}:{target.port}"


def _beginning(answer: HTTPResponse) -> str:
    """Text that can be stored and shown; "" where a status came, but its body did not."""
    try:
        text = answer.read(READ_BYTES).decode("utf-8", "replace")
    except (OSError, HTTPException, urllib3.exceptions.HTTPError):
        return ""
    return "".join(one if one == "\n" or one.isprintable() else " " for one in text)[:EXCERPT_CHARS].strip()
