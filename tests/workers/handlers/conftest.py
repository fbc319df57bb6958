from __future__ import annotations

import pytest

from portal.aws import sqs
from workers.handlers import entries, hints as hint_batches, operating, ticks


@pytest.fixture
def hidden(monkeypatch) -> list[tuple[str, int]]:
    """Messages that rest, and for how many seconds."""
    found: list[tuple[str, int]] = []

    def hide(_name: str, messages: list[sqs.Message], *, for_s: int) -> None:
        found.extend((message.message_id, for_s) for message in messages)

    monkeypatch.setattr(sqs, "hide", hide)
    return found


@pytest.fixture
def entry():
    """The entry of a function, as Lambda finds it."""
    return lambda name: getattr(entries, name)


@pytest.fixture(autouse=True)
def never_watched(monkeypatch):
    monkeypatch.setattr(ticks, "_watch", ticks._Watch())


@pytest.fixture(autouse=True)
def _connections_stay(monkeypatch):
    """A test's transaction ends with its connection, which a runtime between two events may well close."""
    for module in (entries, hint_batches, operating, ticks):
        monkeypatch.setattr(module, "close_old_connections", lambda: None)
