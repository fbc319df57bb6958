"""The HTTP server: one thread per connection, keep-alive, loopback only."""

from __future__ import annotations

from http.server import ThreadingHTTPServer

from sandbox.gmail_double.calls import answer_call, find_call
from sandbox.gmail_double.control import answer_control
from sandbox.gmail_double.double import Double
from sandbox.gmail_double.errors import GoogleError
from sandbox.gmail_double.pages import Pages
from sandbox.gmail_double.request import Request
from sandbox.http_serving import DoubleHandler
from sandbox.ses_double.reply import Reply

MOST_BODY_BYTES = 200 * 1024 * 1024


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


class Handler(DoubleHandler):
    """One connection."""

    server: DoubleServer
    most_body_bytes = MOST_BODY_BYTES

    def do_any(self) -> None:
        """Answer one request of whatever method."""
        if not self.is_for_loopback():
            self.close_connection = True
            self.send(Reply(403))
            return
        body = self.read_body()
        if body is None:
            self.send(GoogleError("uploadTooLarge").reply)
            return
        self.send(self.server.answer(Request.read(self.command, self.path, dict(self.headers.items()), body)))

    do_GET = do_POST = do_PUT = do_DELETE = do_any  # noqa: N815 - names set by the base
