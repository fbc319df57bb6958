"""A scripted SMTP server on loopback for tests: it does what its script says, and logs what it accepted.

    with ScriptedServer(Script(recipient_replies={"b@club.example": "550 5.1.1 no such user"})) as server:
        ... hand mail to ("127.0.0.1", server.port) ...
    server.accepted   # [Accepted(sender, recipients, message)]: the judge

`Script` says what goes wrong. It may be replaced while the server runs.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

GREETING = "220 relay.example ESMTP"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mail that the server answered for, or would have: dots unstuffed."""

    sender: str
    recipients: tuple[str, ...]
    message: bytes
    parameters: str = ""  # of MAIL FROM


@dataclass(slots=True)
class Script:
    """How the server behaves; the defaults are those of a healthy relay with PIPELINING, without TLS and login."""

    greeting: str = GREETING
    features: tuple[str, ...] = ("PIPELINING", "SIZE 26214400", "8BITMIME", "SMTPUTF8")
    tls: ssl.SSLContext | None = None  # offers STARTTLS with it
    is_tls_from_start: bool = False
    is_starttls_stripped: bool = False
    slipped_in: bytes = b""  # sent in the clear together with the answer to STARTTLS
    logins: Mapping[str, str] = field(default_factory=dict)  # name: password; none = no AUTH
    login_methods: str = "PLAIN LOGIN"
    login_reply: str = "235 2.7.0 welcome"
    sender_reply: str = "250 2.1.0 ok"
    recipient_replies: Mapping[str, str] = field(default_factory=dict)
    data_reply: str = "354 go on"
    data_to_nobody_reply: str = "503 5.5.1 no recipients"  # "354 ..." is allowed, too
    message_reply: str = "250 2.0.0 Ok: queued as 4711"
    message_replies: Mapping[str, str] = field(default_factory=dict)  # by recipient
    hang_up_at: str = ""  # a verb, "354" (instead of reading), "body" (in the middle), "." (accepted, no answer)
    is_reset_hard: bool = False  # hang up by RST
    hang_up_from: int = 0  # hang_up_at begins with this message of all
    hang_up_times: int = 10**9
    mails_per_connection: int = 10**9  # then 421
    stall_at: str = ""  # a verb, "greeting" or "."
    stall_s: float = 0.0
    is_split: bool = False  # replies go byte by byte
    is_early: bool = False  # answers a message after its first bytes
    out_of_step: str = ""  # sent beside the answer to DATA


class HangUp(Exception):
    """Ends the connection as the script wants it."""


class ScriptedServer:
    """Runs while entered; every connection in a thread of its own."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.accepted: list[Accepted] = []
        self.commands: list[str] = []  # every command line, in order
        self.reads: list[bytes] = []  # what each read gave, to see what was pipelined
        self.connections = 0
        self.hang_ups = 0
        self.on_message: Callable[[], None] = lambda: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._is_over = threading.Event()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def recipients(self) -> list[str]:
        return [recipient for mail in self.accepted for recipient in mail.recipients]

    def __enter__(self) -> Self:
        self._start(self._listen)
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up_all()
        for thread in self._threads:
            thread.join(timeout=5)

    def hang_up_all(self) -> None:
        """End every connection, as a server does that is restarted."""
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        while not self._is_over.is_set():
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            self._start(_Connection(self, connection).serve)

    def wait(self, seconds: float) -> None:
        self._is_over.wait(seconds)


class _Connection:
    def __init__(self, server: ScriptedServer, connection: socket.socket) -> None:
        self._server = server
        self._socket = connection
        self._socket.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )  # or a second reply waits 40 ms for the first
        self._rest = b""
        self._sender: str | None = None
        self._parameters = ""
        self._recipients: list[str] = []
        self._mails = 0
        self._is_encrypted = False

    @property
    def _script(self) -> Script:
        return self._server.script

    def serve(self) -> None:
        try:
            if self._script.is_tls_from_start:
                self._encrypt()
            self._pause("greeting")
            self._say(self._script.greeting)
            while not self._script.greeting.startswith("4"):
                self._command(self._line())
        except (HangUp, OSError):
            pass
        finally:
            self._close()

    def _close(self) -> None:
        if self._script.is_reset_hard:
            with suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(OSError):
            self._socket.close()

    def _command(self, line: str) -> None:
        self._server.commands.append(line)
        verb = line[:4].upper()
        self._hang_up_if(verb)
        self._pause(verb)
        known = {
            "EHLO": self._ehlo, "STAR": self._starttls, "AUTH": self._auth, "MAIL": self._mail, "RCPT": self._rcpt,
            "DATA": self._data, "RSET": self._rset, "QUIT": self._quit, "NOOP": self._rset,
        }  # fmt: skip
        known.get(verb, lambda _line: self._say("500 5.5.2 what?"))(line)

    def _ehlo(self, _line: str) -> None:
        script = self._script
        words = ["relay.example", *script.features]
        if script.tls and not self._is_encrypted and not script.is_starttls_stripped:
            words.append("STARTTLS")
        if script.logins and (self._is_encrypted or not script.tls):
            words.append(f"AUTH {script.login_methods}")
        self._say(*[f"250-{word}" for word in words[:-1]], f"250 {words[-1]}")

    def _starttls(self, _line: str) -> None:
        if not self._script.tls:
            self._say("454 4.7.0 TLS not available")
            return
        self._send(b"220 2.0.0 go ahead\r\n" + self._script.slipped_in)
        self._encrypt()

    def _encrypt(self) -> None:
        assert self._script.tls
        self._socket = self._script.tls.wrap_socket(self._socket, server_side=True)
        self._is_encrypted = True

    def _auth(self, line: str) -> None:
        words = line.split()
        if words[1].upper() == "PLAIN":
            _authority, name, password = b64decode(words[2]).decode().split("\0")
        else:
            self._say("334 VXNlcm5hbWU6")
            name = b64decode(self._line()).decode()
            self._say("334 UGFzc3dvcmQ6")
            password = b64decode(self._line()).decode()
        is_known = self._script.logins.get(name) == password
        self._say(self._script.login_reply if is_known else "535 5.7.8 Username and Password not accepted")

    def _mail(self, line: str) -> None:
        if self._mails >= self._script.mails_per_connection:
            self._say("421 4.7.0 Too many messages on this connection")
            raise HangUp
        if self._sender is not None:
            self._say("503 5.5.1 nested MAIL")
            return
        if self._script.sender_reply.startswith("2"):
            path, _gt, self._parameters = line[len("MAIL FROM:<") :].partition(">")
            self._sender = path
        self._say(self._script.sender_reply)

    def _rcpt(self, line: str) -> None:
        recipient = line[len("RCPT TO:<") :].partition(">")[0]
        reply = self._script.recipient_replies.get(recipient, "250 2.1.5 ok")
        if self._sender is None:
            reply = "503 5.5.1 MAIL first"
        elif reply.startswith("2"):
            self._recipients.append(recipient)
        self._say(reply)

    def _data(self, _line: str) -> None:
        script = self._script
        reply = script.data_reply if self._recipients else script.data_to_nobody_reply
        self._send(f"{reply}\r\n{script.out_of_step}".encode())
        if not reply.startswith("354"):
            return
        self._hang_up_if("354")
        if script.is_early:
            self._receive()
            self._say(script.message_reply)
        message = self._message()
        mail = Accepted(self._sender or "", tuple(self._recipients), message, self._parameters.strip())
        self._rset_state()
        self._mails += 1
        reply = script.message_reply if mail.recipients else "554 5.5.1 no valid recipients"
        for recipient in mail.recipients:
            reply = script.message_replies.get(recipient, reply)
        if reply.startswith("2"):
            self._server.accepted.append(mail)
        self._server.on_message()
        self._pause(".")
        self._hang_up_if(".")
        if not script.is_early:
            self._say(reply)

    def _message(self) -> bytes:
        if self._script.hang_up_at == "body":
            self._receive()
            self._hang_up_if("body")
        lines = []
        while (line := self._raw_line()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def _rset(self, _line: str) -> None:
        self._rset_state()
        self._say("250 2.0.0 ok")

    def _rset_state(self) -> None:
        self._sender, self._recipients = None, []

    def _quit(self, _line: str) -> None:
        self._say("221 2.0.0 bye")
        raise HangUp

    def _hang_up_if(self, at: str) -> None:
        script, server = self._script, self._server
        is_due = server.hang_ups < script.hang_up_times and len(server.accepted) >= script.hang_up_from
        if at == script.hang_up_at and is_due:
            server.hang_ups += 1
            raise HangUp

    def _pause(self, at: str) -> None:
        if at == self._script.stall_at:
            self._server.wait(self._script.stall_s)

    def _line(self) -> str:
        return self._raw_line().decode().removesuffix("\r\n")

    def _raw_line(self) -> bytes:
        """A line ends with CRLF and nothing else, as RFC 5321 has it."""
        while b"\r\n" not in self._rest:
            self._receive()
        line, _end, self._rest = self._rest.partition(b"\r\n")
        return line + b"\r\n"

    def _receive(self) -> None:
        received = self._socket.recv(65_536)
        if not received:
            raise HangUp
        self._server.reads.append(received)
        self._rest += received

    def _say(self, *lines: str) -> None:
        self._send("".join(f"{line}\r\n" for line in lines).encode())

    def _send(self, data: bytes) -> None:
        if not self._script.is_split:
            self._socket.sendall(data)
            return
        for start in range(len(data)):
            self._socket.sendall(data[start : start + 1])
            time.sleep(0)
