"""One server for each process of the run, and the longest proofs first, so that all processes end at about the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.scene import shared_server

HERE = Path(__file__).parent
LONGEST_FIRST = (
    "without_any_event", "no_call_begins", "quota", "revoked", "neither_before_nor_after", "lost_replies", "restored_backup",
    "kills", "gmail", "purges", "database", "pause", "rate",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if all(item.path.is_relative_to(HERE) for item in items):
        items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next((place for place, word in enumerate(LONGEST_FIRST) if word in item.name), len(LONGEST_FIRST))


@pytest.fixture(scope="session")
def server():
    """Proofs restart it; each takes a database of its own from it."""
    with shared_server() as running:
        yield running
