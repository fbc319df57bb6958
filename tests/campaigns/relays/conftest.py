from __future__ import annotations

import pytest

from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.transports import smtp
from portal.smtp.connecting import Patience
from tests.factories.relays import make_loopback_relay
from tests.factories.running import running_campaign


@pytest.fixture(autouse=True)
def quick(settings, monkeypatch):
    settings.SEND_GRACE_S = 0
    settings.CHUNK_SIZE = 10
    monkeypatch.setattr(smtp, "USUAL_PATIENCE", Patience(connect_s=5, open_s=5, reply_s=5, message_s=5))
    yield
    smtp.sessions.close_all()


@pytest.fixture
def letter_through():
    """A campaign to so many people through a scripted server, sent as far as it goes."""

    def send(server, *, people=10, relay=None, until=lambda: False, **fields):
        relay = relay or make_loopback_relay(server.port, **fields.pop("relay_fields", {"username": ""}))
        campaign = running_campaign(people, account=relay.account, **fields)
        while not until() and send_next_chunk(campaign.pk, sleep=lambda _s: None):
            pass
        campaign.refresh_from_db()
        return campaign

    return send
