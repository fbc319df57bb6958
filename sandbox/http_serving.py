"""What both doubles do alike as HTTP servers: loopback only, keep-alive, replies that may be a closed connection."""

from __future__ import annotations

import signal
import socket
import struct
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import BaseServer
from typing import ClassVar, Protocol
from urllib.parse import urlsplit

LOOPBACK_NAMES = {"127.0.0.1", "localhost", "::1"}
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST, not FIN


class HttpReply(Protocol):
    """What a handler writes."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def content_type(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def is_dropped(self) -> bool: ...


class DoubleHandler(BaseHTTPRequestHandler):
    """What both doubles do alike; subclasses say how a request is answered."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    server_version = "postroom-sandbox"
    sys_version = ""
    most_body_bytes: ClassVar[int] = 64 * 1024 * 1024
    own_headers: ClassVar[dict[str, str]] = {"X-Content-Type-Options": "nosniff"}

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: /_sandbox/calls tells what was called."""

    def read_body(self) -> bytes | None:
        """Return the request's body, or None, and no further request, when it is too long to be one."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > self.most_body_bytes:
            self.close_connection = True
            return None
        return self.rfile.read(length)

    def is_for_loopback(self) -> bool:
        """Tell whether the Host is this machine, so no web page elsewhere reaches us."""
        host = urlsplit("//" + self.headers.get("Host", "")).hostname
        return host in LOOPBACK_NAMES

    def send(self, reply: HttpReply) -> None:
        """Write a reply, or close the connection if that is the reply."""
        if reply.is_dropped:
            self.drop()
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in {**self.own_headers, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def drop(self) -> None:
        """Close at once, so that the caller sees a reset instead of a reply."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.close_connection = True
        self.connection.close()


def serve_until_signal(server: BaseServer, words: str) -> None:
    """Say `words`, then serve until SIGTERM or Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # `shutdown` waits for the loop that the signal has interrupted
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.server_close()


@contextmanager
def kept_in(folder: Path | None, *, prefix: str) -> Iterator[Path]:
    """Give the folder, made where it is missing; without one, a folder that goes afterwards."""
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix=prefix) as made:
        yield Path(made)
