"""The HTTP server: one thread per connection, keep-alive, loopback only."""

from __future__ import annotations

from http.server import ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

from sandbox.http_serving import DoubleHandler
from sandbox.ses_double.api import SesApi
from sandbox.ses_double.control import answer_control
from sandbox.ses_double.double import Double
from sandbox.ses_double.mailbox_pages import MailboxPages
from sandbox.ses_double.query_api import answer_query
from sandbox.ses_double.reply import Reply, error_reply


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


class Handler(DoubleHandler):
    """One connection."""

    server: DoubleServer

    def do_any(self) -> None:
        """Answer one request of whatever method."""
        body = self.read_body()
        if body is None:
            reply = error_reply("RequestEntityTooLargeException", "Too long.", 413)
        elif not self.is_for_loopback():
            reply = error_reply("AccessDeniedException", "Only for this machine.", 403)
        elif self.path.startswith("/v2/") and "Authorization" not in self.headers:
            reply = error_reply("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
        else:
            reply = self.server.answer(self.command, self.path, body)
        self.send(reply)

    do_GET = do_POST = do_PUT = do_DELETE = do_any  # noqa: N815 - names set by the base
