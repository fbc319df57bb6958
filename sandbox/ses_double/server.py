"""The HTTP server: one thread per connection, keep-alive, loopback only."""

from __future__ import annotations

import socket
import struct
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, parse_qsl, urlsplit

from sandbox.ses_double.api import SesApi
from sandbox.ses_double.control import answer_control
from sandbox.ses_double.double import Double
from sandbox.ses_double.mailbox_pages import MailboxPages
from sandbox.ses_double.query_api import answer_query
from sandbox.ses_double.reply import Reply, error_reply

LOOPBACK_NAMES = {"127.0.0.1", "localhost", "::1"}
MOST_BODY_BYTES = 64 * 1024 * 1024
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST, not FIN


class DoubleServer(ThreadingHTTPServer):
    """Serves the API, the control API and the mailbox of one double."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, double: Double, *, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.double = double
        self.api = SesApi(double)
        self.pages = MailboxPages(double)

    @property
    def url(self) -> str:
        """Return the address that clients use."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, method: str, target: str, body: bytes) -> Reply:
        """Return the reply to a request, by the first part of its path."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        if parts.path.startswith("/v2/"):
            return self.api.answer(method, parts.path, body, parse_qs(parts.query))
        if parts.path.startswith("/_sandbox/"):
            return answer_control(self.double, method, parts.path, query, body)
        if method == "POST" and parts.path in {"", "/"}:
            return answer_query(self.double, body)
        return self.pages.answer(method, parts.path, query)

    def shutdown(self) -> None:
        """Stop serving; calls that stall are let go."""
        self.api.stopping.set()
        super().shutdown()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: DoubleServer
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    server_version = "postroom-sandbox"
    sys_version = ""
    hop_headers: ClassVar[dict[str, str]] = {"X-Content-Type-Options": "nosniff"}

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: /_sandbox/calls tells what was called."""

    def do_any(self) -> None:
        """Answer one request of whatever method."""
        body = self.read_body()
        if body is None:
            reply = error_reply("RequestEntityTooLargeException", "Too long.", 413)
            self.close_connection = True
        elif not self.is_for_loopback():
            reply = error_reply("AccessDeniedException", "Only for this machine.", 403)
        elif self.path.startswith("/v2/") and "Authorization" not in self.headers:
            reply = error_reply("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
        else:
            reply = self.server.answer(self.command, self.path, body)
        self.send(reply)

    do_GET = do_POST = do_PUT = do_DELETE = do_any  # noqa: N815 - names set by the base

    def read_body(self) -> bytes | None:
        """Return the request's body, or None when it is too long to be one."""
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if length <= MOST_BODY_BYTES else None

    def is_for_loopback(self) -> bool:
        """Tell whether the Host is this machine, so no web page elsewhere reaches us."""
        host = urlsplit("//" + self.headers.get("Host", "")).hostname
        return host in LOOPBACK_NAMES

    def send(self, reply: Reply) -> None:
        """Write a reply, or close the connection if that is the reply."""
        if reply.is_dropped:
            self.drop()
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in {**self.hop_headers, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def drop(self) -> None:
        """Close at once, so that the caller sees a reset instead of a reply."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.close_connection = True
        self.connection.close()
