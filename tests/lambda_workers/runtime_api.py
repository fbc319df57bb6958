"""Lambda's Runtime API for one runtime at a time: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html."""

from __future__ import annotations

import json
import queue
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"


class HasEnded(Protocol):
    """Tells whether the process behind it has."""

    def __call__(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an invocation came to: `kind` is `response` or `error`."""

    kind: str
    body: Any


class RuntimeEnded(Exception):
    """The runtime was killed, or timed out, before it answered."""


class RuntimeApi:
    """Hands events to the runtime that asks for the next, and takes its answers."""

    def __init__(self, function: str) -> None:
        self._inbox: queue.Queue[tuple[str, Any, float]] = queue.Queue()
        self._outcomes: queue.Queue[tuple[str, Outcome]] = queue.Queue()
        self._number = 0
        self.arn = ARN + function
        self.is_ready = threading.Event()  # it has asked for its first event: its cold start is over
        self._server = _Server(("127.0.0.1", 0), type("Http", (_Http,), {"api": self}))
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def invoke(self, event: Any, *, timeout_s: float, has_ended: HasEnded) -> Outcome:
        """Raises RuntimeEnded; one invocation at a time, as in a runtime."""
        self._number += 1
        request_id = f"00000000-0000-4000-8000-{self._number:012d}"
        deadline_s = time.time() + timeout_s
        self._inbox.put((request_id, event, deadline_s))
        while time.time() < deadline_s:
            try:
                answered_id, outcome = self._outcomes.get(timeout=0.1)
            except queue.Empty:
                if has_ended():
                    raise RuntimeEnded("killed") from None
                continue
            if answered_id == request_id:
                return outcome
        raise RuntimeEnded("timed out")

    def next(self) -> tuple[str, Any, float]:
        self.is_ready.set()
        return self._inbox.get()

    def answer(self, request_id: str, outcome: Outcome) -> None:
        self._outcomes.put((request_id, outcome))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_request: object) -> None:
        """A killed runtime leaves its connection open."""


class _Http(BaseHTTPRequestHandler):
    api: RuntimeApi
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        request_id, event, deadline_s = self.api.next()
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(deadline_s * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.api.arn,
        }
        self._reply(200, json.dumps(event).encode(), headers)

    def do_POST(self) -> None:
        body = self._body()
        *_path, request_id, kind = self.path.split("/")
        self._reply(202, b"", {})
        self.api.answer(request_id, Outcome(kind, json.loads(body or b"null")))

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        return None
