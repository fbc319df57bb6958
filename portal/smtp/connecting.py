"""From a server's settings to a session that is ready for mail: connect, encrypt, greet, log in."""

from __future__ import annotations

import re
import socket
import ssl
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from portal import metrics
from portal.errors import ConfigurationError
from portal.mail.smtp.commands import UnsafeCommand, auth_login_answer, auth_plain, ehlo
from portal.mail.smtp.features import Features, read_features
from portal.mail.smtp.replies import ProtocolFault
from portal.mail.smtp_security import Security
from portal.public_addresses import (
    InternalAddress,
    NoSuchName,
    connect_public,
    is_loopback,
    is_public,
    is_public_or_own,
)
from portal.smtp.errors import NoSession, Stage
from portal.smtp.session import Session
from portal.smtp.wire import Wire

if TYPE_CHECKING:
    from portal.mail.smtp.replies import Reply
    from portal.public_addresses import Allowed, LookUp
    from portal.smtp.watching import Watcher

_LOGIN_ASKS, _LOGIN_DONE, _READY = 334, 235, 220
_FULL_NAME = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")


class Server(Protocol):
    """Where mail is handed over; `username` "" means that nobody logs in."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def security(self) -> Security: ...
    @property
    def username(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def is_internal_allowed(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long what may take, in seconds; RFC 5321 asks for minutes, but a worker's hold of its people ends before."""

    connect_s: float = 8.0
    open_s: float = 20.0  # all of it, until mail can go
    reply_s: float = 20.0
    message_s: float = 60.0  # from the end of a message to its answer


USUAL_PATIENCE = Patience()


_further_authorities: list[str] = []


def believe(ca_file: str) -> None:
    """Believe the certificates of a further authority, a PEM file, from the next connection on."""
    _further_authorities.append(ca_file)
    tls_context.cache_clear()


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """Checks certificate and host name; made once, since it reads all of the machine's authorities.

    Raises ConfigurationError when the authority that is set cannot be read.
    """
    context = ssl.create_default_context()
    for ca_file in _further_authorities:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:
            raise ConfigurationError(f"SMTP_CA_FILE: {ca_file} cannot be read: {error}") from error
    return context


def open_session(
    server: Server, *, watcher: Watcher, patience: Patience = USUAL_PATIENCE, look_up: LookUp | None = None
) -> Session:
    """Connect and log in. Raises NoSession, and tells the watcher."""
    try:
        session = _opened(server, watcher, patience, look_up)
    except NoSession:
        metrics.count("smtp.login_works_count", 0)
        raise
    metrics.count("smtp.login_works_count", 1)
    return session


def _opened(server: Server, watcher: Watcher, patience: Patience, look_up: LookUp | None) -> Session:
    try:
        opening = _Opening(server, patience, Wire(_connected(server, patience, look_up)))
    except NoSession as error:
        watcher.connection_failed(str(error))
        raise
    try:
        features = opening.run(watcher)
    except NoSession as error:
        opening.wire.close()
        report = watcher.login_failed if error.stage is Stage.LOGIN else watcher.connection_failed
        report(str(error))
        raise
    return Session(opening.wire, features, patience)


def _connected(server: Server, patience: Patience, look_up: LookUp | None) -> socket.socket:
    try:
        return connect_public(
            server.host, server.port, timeout_s=patience.connect_s, allow=_allowed_for(server), look_up=look_up
        )
    except NoSuchName as error:
        raise NoSession(Stage.NAME, f"{server.host} is not the name of any server.") from error
    except InternalAddress as error:
        raise NoSession(Stage.INTERNAL, _forbidden(server)) from error
    except OSError as error:
        problem = str(error) or type(error).__name__
        raise NoSession(Stage.CONNECT, f"{server.host} does not answer at port {server.port}: {problem}") from error


def _allowed_for(server: Server) -> Allowed:
    if not server.is_internal_allowed:
        return is_public if server.security is not Security.PLAIN else lambda _address: False
    return is_loopback if server.security is Security.PLAIN else is_public_or_own


def _forbidden(server: Server) -> str:
    if server.security is Security.PLAIN:
        return "Without encryption, mail goes to a server on this very machine only."
    return f"{server.host} is on an internal network, which nobody allowed."


class _Opening:
    """The first words on one connection."""

    def __init__(self, server: Server, patience: Patience, wire: Wire) -> None:
        self._server = server
        self.wire = wire
        self._deadline_s = time.monotonic() + patience.open_s

    def run(self, watcher: Watcher) -> Features:
        if self._server.security is Security.TLS:
            self._encrypt()
        greeting = self._reply()
        if greeting.code != _READY:
            raise NoSession(Stage.GREETING, f"The server does not let us in: {greeting.text}", reply=greeting)
        watcher.connected()
        features = self._greet()
        if self._server.security is Security.STARTTLS:
            features = self._start_tls(features)
        if self._server.username:
            self._log_in(features)
            watcher.logged_in()
        return features

    def _greet(self) -> Features:
        reply = self._ask(ehlo(_own_name(self.wire)))
        if not reply.is_positive:
            raise NoSession(Stage.GREETING, f"The server does not take our greeting: {reply.text}", reply=reply)
        return read_features(reply)

    def _start_tls(self, features: Features) -> Features:
        """What was said before does not count any more: anybody may have said it."""
        if not features.has_starttls:
            raise NoSession(Stage.NO_STARTTLS, "The server offers no STARTTLS, so nothing was sent.")
        reply = self._ask(b"STARTTLS\r\n")
        if reply.code != _READY:
            raise NoSession(Stage.NO_STARTTLS, f"The server refuses STARTTLS: {reply.text}", reply=reply)
        self._encrypt()
        return self._greet()

    def _encrypt(self) -> None:
        try:
            self.wire.encrypt(tls_context(), self._server.host, within_s=self._left_s())
        except ProtocolFault as error:
            raise NoSession(Stage.NO_STARTTLS, str(error)) from error
        except ssl.SSLCertVerificationError as error:
            raise NoSession(
                Stage.TLS, f"The certificate does not prove {self._server.host}: {error.verify_message}"
            ) from error
        except (OSError, ValueError) as error:
            raise NoSession(Stage.TLS, f"No encryption came about: {error}") from error

    def _log_in(self, features: Features) -> None:
        if not self.wire.is_encrypted and self._server.security is not Security.PLAIN:
            raise NoSession(Stage.TLS, "The password is not sent without encryption.")
        reply = self._logged_in_by(features.logins)
        if reply.code != _LOGIN_DONE:
            raise NoSession(Stage.LOGIN, f"The server does not take the login: {reply.text}", reply=reply)

    def _logged_in_by(self, logins: frozenset[str]) -> Reply:
        name, password = self._server.username, self._server.password
        if "PLAIN" in logins:
            try:
                return self._ask(auth_plain(name, password))
            except UnsafeCommand as error:
                raise NoSession(Stage.LOGIN, str(error)) from error
        if "LOGIN" not in logins:
            raise NoSession(Stage.NO_LOGIN, "The server offers no login by name and password.")
        reply = self._ask(b"AUTH LOGIN\r\n")
        for text in (name, password):
            if reply.code != _LOGIN_ASKS:
                return reply
            reply = self._ask(auth_login_answer(text))
        return reply

    def _ask(self, command: bytes) -> Reply:
        try:
            self.wire.write(command, within_s=self._left_s())
        except OSError as error:
            raise NoSession(Stage.GREETING, f"The connection broke: {error}") from error
        return self._reply()

    def _reply(self) -> Reply:
        try:
            return self.wire.reply(within_s=self._left_s())
        except (OSError, ProtocolFault) as error:
            raise NoSession(Stage.GREETING, f"No proper answer came: {error}") from error

    def _left_s(self) -> float:
        return max(0.01, self._deadline_s - time.monotonic())


def _own_name(wire: Wire) -> str:
    """This machine's full name, or the address that the server sees."""
    name = socket.gethostname()
    if _FULL_NAME.fullmatch(name):
        return name
    address = wire.own_address
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
