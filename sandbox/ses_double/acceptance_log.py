"""The append-only log of what was accepted: one JSON line per recipient.

Tests and audits compare it with the ledger, so a line is on disk (not only in this
process) before the call is answered.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

from sandbox.ses_double.clock import iso_from_epoch
from sandbox.ses_double.letter import Accepted, bare_address
from sandbox.ses_double.wire import LogLine

DELIVERY_TAG = "postroom_delivery"
ATTEMPT_TAG = "postroom_attempt"


class AcceptanceLog:
    """Appends to one file; several threads may do so."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8")

    def append(self, messages: list[Accepted]) -> None:
        """Write one line for each recipient of each message."""
        lines = [json.dumps(line) for each in messages for line in log_lines(each)]
        if not lines:
            return
        with self._lock:
            self._file.write("\n".join(lines) + "\n")
            self._file.flush()

    def lines(self, *, after: int = 0) -> Iterator[str]:
        """Yield the lines after the first `after` of them, each with its newline."""
        with self.path.open(encoding="utf-8") as log:
            for number, line in enumerate(log):
                if number >= after and line.endswith("\n"):
                    yield line

    def clear(self) -> None:
        """Start an empty log; for tests that share one double."""
        with self._lock:
            self._file.truncate(0)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def log_lines(message: Accepted) -> Iterator[LogLine]:
    """Yield the log's lines for one message."""
    tags = message.entry.tags
    for mailbox in message.entry.recipients:
        yield {
            "at": iso_from_epoch(message.accepted_at_s),
            "at_s": message.accepted_at_s,
            "ses_message_id": message.ses_message_id,
            "address": bare_address(mailbox),
            "delivery": tags.get(DELIVERY_TAG, ""),
            "attempt": tags.get(ATTEMPT_TAG, ""),
            "subject": message.subject,
            "operation": message.letter.operation,
            "outcome": message.outcome,
        }
