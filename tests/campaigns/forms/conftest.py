"""Fixtures for contact forms."""

from __future__ import annotations

import pytest

from campaigns.forms.bell import Doorbell


@pytest.fixture(autouse=True)
def _no_ring_of_another_test(monkeypatch):
    monkeypatch.setattr("campaigns.forms.services.doorbell", Doorbell())
