from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def dead_letters(monkeypatch) -> dict[str, int]:
    """How many events lie in the dead-letter queue."""
    found = {"count": 0}
    monkeypatch.setattr("portal.aws.sqs.waiting_count", lambda _name: found["count"])
    return found
