"""Postfix's smtp-sink, which takes every mail and forgets it: `with postfix_sink() as port`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STARTS_WITHIN_S = 10


def find_sink() -> str | None:
    """Where smtp-sink is; Debian's package postfix has it."""
    usual = Path("/usr/sbin/smtp-sink")
    return str(usual) if usual.exists() else shutil.which("smtp-sink")


@contextmanager
def postfix_sink() -> Iterator[int]:
    """Run it on a free port of loopback."""
    program = find_sink()
    assert program, "smtp-sink is not installed; Debian has it in the package postfix"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to stay root
    sink = subprocess.Popen([program, *as_nobody, "-h", "sink.example", f"127.0.0.1:{port}", "1000"])
    try:
        _wait_for(sink, port)
        yield port
    finally:
        sink.terminate()
        sink.wait(timeout=10)


def _wait_for(sink: subprocess.Popen[bytes], port: int) -> None:
    until_s = time.monotonic() + _STARTS_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if sink.poll() is not None or time.monotonic() > until_s:
                raise RuntimeError("smtp-sink does not start") from None
            time.sleep(0.05)
        else:
            return
