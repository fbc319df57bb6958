from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from time_machine import Traveller, travel

from portal.errors import PortalError
from routing.canary.services import keep_canary
from routing.inbound.receive import receive_notifications
from tests.doubles.inbound_bucket import InboundBucket
from tests.factories.inbound import BUCKET, notification
from tests.factories.routing_pages import make_domain

BEGIN = datetime(2026, 3, 2, 9, 0, 20, tzinfo=UTC)


@dataclass
class Way:
    """SES out and in: what it was asked to send, and how to let that come in."""

    bucket: InboundBucket
    clock: Traveller
    sent: list[bytes] = field(default_factory=list)
    refusal: PortalError | None = None

    def send(self, request) -> str:
        if self.refusal is not None:
            raise self.refusal
        self.sent.append(base64.b64decode(request["Content"]["Raw"]["Data"]))
        return f"m-{len(self.sent)}"

    def come_in(self, raw: bytes | None = None, *recipients: str) -> None:
        raw = self.sent[-1] if raw is None else raw
        mail = message_from_bytes(raw)
        headers = [[name, str(value)] for name, value in mail.items()]
        event = notification(*(recipients or [str(mail["To"])]), headers=headers)
        self.bucket.objects[BUCKET, event["receipt"]["action"]["objectKey"]] = raw
        receive_notifications([json.dumps(event)])

    def look(self, minutes: float = 0) -> None:
        self.clock.shift(timedelta(minutes=minutes))
        keep_canary()


@pytest.fixture
def way(db, monkeypatch, settings):
    settings.CANARY_EVERY_MIN, settings.CANARY_LATE_MIN, settings.CANARY_ADDRESS = 60, 15, ""
    settings.DEFAULT_FROM_ADDRESS, settings.FORWARD_FROM_ADDRESS = "news@in.example", ""
    with travel(BEGIN, tick=False) as clock:
        make_domain("in.example")
        found = Way(InboundBucket().install(monkeypatch), clock)
        monkeypatch.setattr("routing.canary.services.send_raw_email", found.send)
        yield found
