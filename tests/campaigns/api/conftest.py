from __future__ import annotations

import pytest

from campaigns.sending.identities import Alignment
from tests.factories.api import ApiClient, api_client


@pytest.fixture(autouse=True)
def verified(monkeypatch) -> None:
    """SES has verified every address of ours, and nobody asks it."""

    def alignment(address: str) -> Alignment:
        return Alignment.DOMAIN if address.endswith("@postroom.example") else Alignment.NONE

    monkeypatch.setattr("campaigns.api.named.alignment_of", alignment)
    monkeypatch.setattr("campaigns.sending.identities.alignment_of", alignment)
    monkeypatch.setattr("campaigns.sending.sender_checks.alignment_of", alignment)


@pytest.fixture
def api(db) -> ApiClient:
    return api_client()
