from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from portal.aws import ses


@pytest.fixture(autouse=True)
def _nothing_counted_before() -> None:
    cache.clear()  # allauth's limits


@pytest.fixture
def mails(monkeypatch, settings) -> list[dict[str, Any]]:
    """What SES is given: recipient, subject, text."""
    settings.DEFAULT_FROM_ADDRESS = "post@club.example"
    given: list[dict[str, Any]] = []

    def send(request: dict[str, Any]) -> str:
        simple = request["Content"]["Simple"]
        [recipient] = request["Destination"]["ToAddresses"]
        given.append({"to": recipient, "subject": simple["Subject"]["Data"], "text": simple["Body"]["Text"]["Data"]})
        return "m-1"

    monkeypatch.setattr(ses, "send_raw_email", send)
    return given
