"""The HTTP server: one thread per connection, keep-alive, loopback only."""

from __future__ import annotations

import socket
import struct
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from sandbox.gmail_double.calls import answer_call, find_call
from sandbox.gmail_double.control import answer_control
from sandbox.gmail_double.double import Double
from sandbox.gmail_double.errors import GoogleError
from sandbox.gmail_double.pages import Pages
from sandbox.gmail_double.request import Request
from sandbox.ses_double.reply import Reply

LOOPBACK_NAMES = {"127.0.0.1", "localhost", "::1"}
MOST_BODY_BYTES = 200 * 1024 * 1024
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST, not FIN


class DoubleServer(ThreadingHTTPServer):
    """Serves the calls, the control API and the pages of one double."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, double: Double, *, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.double = double
        self.pages = Pages(double)

    @property
    def url(self) -> str:
        """Return the address that clients use."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, request: Request) -> Reply:
        """Return the reply to a request."""
        call = find_call(request)
        if call is not None:
            return answer_call(self.double, request, *call)
        if request.path.startswith("/_sandbox/"):
            return answer_control(self.double, request)
        return self.pages.answer(request)

    def shutdown(self) -> None:
        """Stop serving; calls that stall are let go."""
        self.double.stopping.set()
        super().shutdown()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: DoubleServer
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    server_version = "postroom-sandbox"
    sys_version = ""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: /_sandbox/calls tells what was called."""

    def do_any(self) -> None:
        """Answer one request of whatever method."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BODY_BYTES:
            self.close_connection = True
            reply = GoogleError("uploadTooLarge").reply
        elif urlsplit("//" + self.headers.get("Host", "")).hostname not in LOOPBACK_NAMES:
            self.close_connection = True
            reply = Reply(403)
        else:
            body = self.rfile.read(length)
            reply = self.server.answer(Request.read(self.command, self.path, dict(self.headers.items()), body))
        self.send(reply)

    do_GET = do_POST = do_PUT = do_DELETE = do_any  # noqa: N815 - names set by the base

    def send(self, reply: Reply) -> None:
        """Write a reply, or close the connection if that is the reply."""
        if reply.is_dropped:
            self.drop()
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def drop(self) -> None:
        """Close at once, so that the caller sees a reset instead of a reply."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.close_connection = True
        self.connection.close()
