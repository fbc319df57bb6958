"""Starting and ending child processes so that none is ever left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAUNCHER = ROOT / "sandbox" / "launcher.py"
STOP_TIMEOUT_S = 15.0


def start_child(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start Python with these arguments and only these variables; it gets SIGTERM when this process ends, however it ends.

    It has a process group of its own, so that Ctrl-C reaches this process alone, which then stops its children in
    order. Its error output comes with its output.
    """
    return subprocess.Popen(
        [sys.executable, str(LAUNCHER), str(os.getpid()), sys.executable, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=ROOT,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        process_group=0,
    )


def stop_child(child: subprocess.Popen[str], *, timeout_s: float = STOP_TIMEOUT_S) -> bool:
    """Ask a child to end, then make it; tell whether asking was enough."""
    child.terminate()
    try:
        child.wait(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        kill_group(child)
        child.wait()
        return False
    kill_group(child)
    return True


def kill_group(child: subprocess.Popen[str]) -> None:
    """End whatever is left of a child and its own children."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
