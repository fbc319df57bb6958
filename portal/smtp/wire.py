"""A socket that speaks in replies: waits at most so long for each, and knows how much of a write has left."""

from __future__ import annotations

import select
import socket
import ssl
import struct
import time
from collections import deque
from typing import TYPE_CHECKING

from portal.mail.smtp.replies import ProtocolFault, ReplyReader

if TYPE_CHECKING:
    from portal.mail.smtp.replies import Reply

_RECEIVED_BYTES = 8_192
_PIECE_BYTES = 262_144
_TICK = struct.pack("ll", 0, 200_000)  # how often a plain socket looks at the deadline


class HungUp(OSError):
    """The server closed the connection."""


class Wire:
    """One connection to a server, plain at first or encrypted."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # The kernel's own clocks: Python's would cost a call more for each read and write.
        sock.settimeout(None)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            sock.setsockopt(socket.SOL_SOCKET, option, _TICK)
        self._sock = sock
        self._reader = ReplyReader()
        self._replies: deque[Reply] = deque()
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)

    @property
    def is_encrypted(self) -> bool:
        return isinstance(self._sock, ssl.SSLSocket)

    @property
    def own_address(self) -> str:
        return str(self._sock.getsockname()[0])

    @property
    def is_read_out(self) -> bool:
        """Whether all that came so far was taken as replies."""
        return not self._replies and self._reader.is_empty

    @property
    def has_news(self) -> bool:
        """Whether something came, or the end; asked before the server is to say anything."""
        pending = self._sock.pending() if isinstance(self._sock, ssl.SSLSocket) else 0
        return bool(self._replies or pending or self._poll.poll(0))

    def waiting_reply(self) -> Reply | None:
        """A reply that has been read already; None when the next must be waited for."""
        return self._replies.popleft() if self._replies else None

    def reply(self, *, within_s: float) -> Reply:
        """The next reply. Raises ProtocolFault, HungUp, TimeoutError or another OSError."""
        if self._replies:
            return self._replies.popleft()
        deadline_s = time.monotonic() + within_s
        while not self._replies:
            received = self._receive(deadline_s)
            if received is None:
                raise TimeoutError(f"The server did not answer within {within_s:.0f} s.")
            if not received:
                raise HungUp("The server closed the connection.")
            self._replies.extend(self._reader.feed(received))
        return self._replies.popleft()

    def _receive(self, deadline_s: float) -> bytes | None:
        """What came; None when nothing did in time."""
        while (left_s := deadline_s - time.monotonic()) > 0:
            if self.is_encrypted:
                self._sock.settimeout(left_s)
            try:
                return self._sock.recv(_RECEIVED_BYTES)
            except (BlockingIOError, TimeoutError):
                continue
        return None

    def write(self, data: bytes, *, within_s: float) -> None:
        """Write it all. Raises OSError; TimeoutError when the server does not take it in time."""
        self.write_counted(data, within_s=within_s, mark=len(data))

    def write_counted(self, data: bytes, *, within_s: float, mark: int) -> None:
        """Write it all; when that fails, raises NotWritten, which says whether byte `mark` may have left."""
        view, sent = memoryview(data), 0
        deadline_s = time.monotonic() + within_s
        while sent < len(data):
            piece = view[sent : sent + _PIECE_BYTES]
            if self.is_encrypted:
                self._sock.settimeout(max(0.001, deadline_s - time.monotonic()))
            try:
                sent += self._sock.send(piece)
            except OSError as error:
                if isinstance(error, BlockingIOError) and time.monotonic() < deadline_s:
                    continue
                # A failed send of a plain socket took nothing; of an encrypted one, records may have left.
                may_have_left = sent + (len(piece) if self.is_encrypted else 0)
                raise NotWritten(error, has_passed=may_have_left >= mark) from error

    def encrypt(self, context: ssl.SSLContext, host: str, *, within_s: float) -> None:
        """Go on encrypted. Raises ssl.SSLError or another OSError; ProtocolFault when something had come before."""
        if not self.is_read_out or self.has_news:
            raise ProtocolFault("Something was slipped in before the encryption began.")
        self._poll.unregister(self._sock)
        self._sock.settimeout(within_s)
        self._sock = context.wrap_socket(self._sock, server_hostname=host)
        self._poll.register(self._sock, select.POLLIN)

    def close(self) -> None:
        self._sock.close()


class NotWritten(OSError):
    """A write failed on its way; `has_passed`: whether its mark may have left us."""

    def __init__(self, cause: OSError, *, has_passed: bool) -> None:
        super().__init__(str(cause) or "The connection broke.")
        self.has_passed = has_passed
