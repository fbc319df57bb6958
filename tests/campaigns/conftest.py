from __future__ import annotations

import pytest

from tests.doubles.ses import SesInMemory


@pytest.fixture
def ses(monkeypatch) -> SesInMemory:
    double = SesInMemory()
    monkeypatch.setattr("portal.aws.ses.send_bulk_email", double.send_bulk_email)
    monkeypatch.setattr("portal.aws.ses.send_raw_email", double.send_raw_email)
    return double
