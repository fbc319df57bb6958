"""The processes of the stack: started in groups, watched together, stopped in reverse order."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException

from sandbox.asking import open_loopback
from sandbox.output import LabelledOutput
from sandbox.processes import kill_group, start_child

READY_TIMEOUT_S = 90.0  # where every process has a core; longer where several share one
LONGEST_READY_TIMEOUT_S = 900.0
STOP_TIMEOUT_S = 25.0  # workers finish the call they are in
LOOK_EVERY_S = 0.1
NOTHING = r"(?!)"  # matches no line


class StackError(Exception):
    """The stack cannot go on; the message is for the person who started it."""


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """One process: how it is started and how one knows that it is ready."""

    label: str
    arguments: tuple[str, ...]  # after the Python program
    ready_url: str = ""  # answers once it is ready
    ready_line: str = ""  # or: regular expression found in a line of its output
    hidden_line: str = ""  # regular expression of lines that are not shown


@dataclass(slots=True)
class Child:
    """A started process."""

    spec: ChildSpec
    process: subprocess.Popen[str]
    reader: threading.Thread
    is_ready: threading.Event = field(default_factory=threading.Event)

    @property
    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self.process.poll() is not None


class Children:
    """All processes of one stack. Start from the main thread: they end with the thread that started them."""

    def __init__(self, output: LabelledOutput, environment: dict[str, str]) -> None:
        self._output = output
        self._environment = environment
        self._groups: list[list[Child]] = []

    def start_group(self, specs: Sequence[ChildSpec]) -> None:
        """Start processes that do not need each other, and show their output."""
        group: list[Child] = []
        self._groups.append(group)
        for spec in specs:  # one by one: what has started must be known if the next one fails
            group.append(self._started(spec))  # noqa: PERF401

    def wait_until_ready(self, is_stopping: Callable[[], bool]) -> None:
        """Return once every process started so far is ready. Raises StackError."""
        started_at = time.monotonic()
        while not is_stopping():
            self.check_alive()
            waiting = [child for child in self._all() if not self._look_ready(child)]
            if not waiting:
                return
            waited_s = time.monotonic() - started_at
            if waited_s > patience_s():
                labels = ", ".join(child.spec.label for child in waiting)
                raise StackError(f"Not ready after {waited_s:.0f} s: {labels}.")
            time.sleep(LOOK_EVERY_S)

    def check_alive(self) -> None:
        """Raise StackError when a process has ended by itself."""
        for child in self._all():
            if child.has_ended:
                child.reader.join(timeout=2)
                raise StackError(f"{child.spec.label} ended by itself {ending(child.process.returncode)}.")

    def stop(self, is_hurried: Callable[[], bool]) -> None:
        """Stop all, the last group first; a stop asked for again does not wait."""
        for group in reversed(self._groups):
            self._stop_group(group, is_hurried)
        self._groups.clear()

    def _stop_group(self, group: list[Child], is_hurried: Callable[[], bool]) -> None:
        running = [child for child in group if not child.has_ended]
        if running:
            self._output.line("stack", "stopping " + ", ".join(child.spec.label for child in running))
        for child in running:
            child.process.terminate()
        give_up_at = time.monotonic() + STOP_TIMEOUT_S
        while any(not child.has_ended for child in group):
            if is_hurried() or time.monotonic() > give_up_at:
                break
            time.sleep(LOOK_EVERY_S)
        for child in group:
            if not child.has_ended:
                self._output.problem(f"{child.spec.label} had to be killed")
            kill_group(child.process)
            child.process.wait()
            child.reader.join(timeout=2)
            close_output(child)

    def _all(self) -> Iterator[Child]:
        return (child for group in self._groups for child in group)

    def _started(self, spec: ChildSpec) -> Child:
        process = start_child(spec.arguments, self._environment)
        child = Child(spec, process, threading.Thread())
        child.reader = threading.Thread(target=self._relay, args=(child,), daemon=True)
        child.reader.start()
        return child

    def _relay(self, child: Child) -> None:
        """Copy a process's lines to the terminal until it ends."""
        ready, hidden = child.spec.ready_line or NOTHING, child.spec.hidden_line or NOTHING
        for line in child.process.stdout or ():
            if re.search(ready, line):
                child.is_ready.set()
            if line.strip() and not re.search(hidden, line):
                self._output.line(child.spec.label, line.rstrip())

    def _look_ready(self, child: Child) -> bool:
        if not child.is_ready.is_set() and child.spec.ready_url and answers(child.spec.ready_url):
            child.is_ready.set()
        return child.is_ready.is_set()


def close_output(child: Child) -> None:
    """Let go of a process's output, unless a grandchild still holds the reader."""
    if child.process.stdout and not child.reader.is_alive():
        child.process.stdout.close()


def patience_s() -> float:
    """Return how long a start may take on this machine as busy as it is now."""
    sharing_a_core = os.getloadavg()[0] / (os.cpu_count() or 1)
    return min(READY_TIMEOUT_S * max(1.0, sharing_a_core), LONGEST_READY_TIMEOUT_S)


def answers(url: str) -> bool:
    """Tell whether a server answers there with success."""
    try:
        with open_loopback(url, timeout_s=5) as reply:
            return bool(reply.status < 400)  # noqa: PLR2004 - HTTP
    except (OSError, HTTPException):
        return False


def ending(return_code: int) -> str:
    """Return how a process ended, in words."""
    return f"(signal {-return_code})" if return_code < 0 else f"(exit code {return_code})"
