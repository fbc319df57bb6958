"""Fixtures for all tests: hints are kept instead of sent, and run by hand."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest
from django.conf import settings

from tests.hints import Hints


def pytest_unconfigure() -> None:
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def hints(monkeypatch: pytest.MonkeyPatch) -> Hints:
    """What was published to the workers; `hints.run_all()` does the work as the workers would."""
    kept = Hints()
    monkeypatch.setattr("portal.publish._send_hint", kept.keep)
    # A test's own transaction never commits.
    monkeypatch.setattr("portal.publish.transaction", SimpleNamespace(on_commit=lambda send, robust: send()))
    return kept
