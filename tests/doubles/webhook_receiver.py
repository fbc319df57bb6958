"""A web server on loopback that other systems' addresses stand for: keeps what is posted, answers as told."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer


@dataclass(slots=True)
class Post:
    """One request as it came; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Answer:
    """What is answered; status 0 hangs up without one."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)


class WebhookReceiver:
    """Use as a context; answers in turn, the last one for ever."""

    def __init__(self, answers: Iterable[Answer] = (Answer(),)) -> None:
        self.posts: list[Post] = []
        self.answers = list(answers)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.answer(self)

            do_GET = do_POST  # noqa: N815  # the library's word

            def log_message(self, *_words: object) -> None:
                pass

        self._http = HTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> WebhookReceiver:
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def host(self) -> str:
        """As `allowed_hosts` wants it."""
        return f"127.0.0.1:{self._http.server_address[1]}"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.host}/hook"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Keep one request and answer it."""
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.posts.append(Post(request.path, headers, body))
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not told.status:
            request.close_connection = True
            return
        request.send_response(told.status)
        for name, value in told.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(told.body)))
        request.end_headers()
        request.wfile.write(told.body)
