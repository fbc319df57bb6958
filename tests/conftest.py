"""Fixtures for all tests: hints are kept instead of sent, and run by hand."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from tests.hints import Hints

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_unconfigure() -> None:
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def hints(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hints]:
    """What was published to the workers; `hints.run_all()` does the work as the workers would."""
    kept = Hints()
    monkeypatch.setattr("portal.publish._send_hint", kept.keep)
    yield kept
