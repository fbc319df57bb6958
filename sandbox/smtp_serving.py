"""An SMTP server of the sandbox: loopback only, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable

from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"


async def serve_smtp(make_protocol: Callable[[], SMTP], *, port: int, words: str) -> None:
    """Serve until a signal comes; says `words` and the address once it listens. Port 0 picks a free one."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(make_protocol, HOST, port)
    chosen = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"{words} smtp://{HOST}:{chosen}\n")
    sys.stdout.flush()
    await stop.wait()
    server.close()
