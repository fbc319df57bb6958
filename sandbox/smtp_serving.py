"""SMTP servers of the sandbox: loopback only, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Listener:
    """One port; 0 picks a free one. With a `context`, TLS begins with the first byte."""

    make_protocol: Callable[[], SMTP]
    port: int
    context: ssl.SSLContext | None = None


async def serve_smtp(make_protocol: Callable[[], SMTP], *, port: int, words: str) -> None:
    """Serve until a signal comes; says `words` and the address once it listens."""
    await serve_listeners([Listener(make_protocol, port)], words=words)


async def serve_listeners(listeners: Sequence[Listener], *, words: str) -> None:
    """Serve on all ports until a signal comes; says `words` and the addresses once they listen."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as opened:
        addresses = [await _open(listener, opened) for listener in listeners]
        sys.stdout.write(f"{words} {' '.join(addresses)}\n")
        sys.stdout.flush()
        await stop.wait()


async def _open(listener: Listener, opened: AsyncExitStack) -> str:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(listener.make_protocol, HOST, listener.port, ssl=listener.context)
    opened.callback(server.close)
    scheme = "smtps" if listener.context else "smtp"
    return f"{scheme}://{HOST}:{server.sockets[0].getsockname()[1]}"
