"""Lines of several processes on one terminal: each with the label of its process, lightly coloured."""

from __future__ import annotations

import os
import sys
import threading
from typing import TextIO

LABEL_COLOURS = (36, 33, 32, 35, 34, 96, 92, 95)  # ANSI foregrounds that read on light and dark
RED = 31
BOLD = 1


class LabelledOutput:
    """Writes whole lines; several threads may write."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()
        self._colours: dict[str, int] = {}
        self._has_colour = self._stream.isatty() and "NO_COLOR" not in os.environ

    def line(self, label: str, text: str) -> None:
        """Write one line of a process."""
        colour = self._colours.setdefault(label, LABEL_COLOURS[len(self._colours) % len(LABEL_COLOURS)])
        self._write(f"{self._painted(f'{label:<9}', colour)} {text}\n")

    def problem(self, text: str) -> None:
        """Write one line that must not be missed."""
        self._write(self._painted(text, RED) + "\n")

    def box(self, lines: list[str]) -> None:
        """Write lines in a frame."""
        width = max(len(line) for line in lines) + 2
        rule = "─" * width
        body = "".join(f"│ {line:<{width - 1}}│\n" for line in lines)
        self._write(self._painted(f"\n┌{rule}┐\n{body}└{rule}┘\n", BOLD) + "\n")

    def _painted(self, text: str, code: int) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._has_colour else text

    def _write(self, text: str) -> None:
        with self._lock:
            try:
                self._stream.write(text)
                self._stream.flush()
            except (BrokenPipeError, UnicodeEncodeError):
                return
