"""Up to where rows may be read for good, while others are still writing."""

from __future__ import annotations

import time

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from campaigns.webhooks import horizon
from campaigns.webhooks.gather import tell_all
from campaigns.webhooks.models import WebhookPost
from tests.factories.webhooks import make_endpoint

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 120
_INSERT = (
    "INSERT INTO campaigns_suppression (address, address_key, reason, source, note, created_at, is_noted_for_ses)"
    " VALUES (%s, %s, 'manual', 'operator', '', %s, false)"
)


def suppress(database, address):
    with database.cursor() as cursor:
        cursor.execute(_INSERT, [address, address, timezone.now()])


def told():
    return sorted(address for address in ("late@a.example", "early@a.example") for post in WebhookPost.objects.all()
                  if address in post.body)  # fmt: skip


def tell_until_told(count):
    """Tests beside this one write to other databases of the same server, and their transactions are waited for, too."""
    give_up_s = time.monotonic() + PATIENCE_S
    while len(told()) < count and time.monotonic() < give_up_s:
        tell_all(again=0)


def test_a_row_that_is_committed_late_is_told_although_a_later_one_was_seen_before(monkeypatch):
    if connection.vendor != "postgresql":
        assert not horizon.needs_time()  # one writer: ids appear in their order
        return
    monkeypatch.setattr(horizon, "RIPE_S", 0.0)
    make_endpoint(event_types=["suppression.added"])
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        suppress(other, "late@a.example")  # takes the smaller id
        with transaction.atomic():
            suppress(connection, "early@a.example")
        for _turn in range(3):
            tell_all(again=0)
        assert told() == []
        other.commit()
        tell_until_told(2)
        assert told() == ["early@a.example", "late@a.example"]
    finally:
        other.close()


def test_what_is_complete_is_told_with_the_next_look(monkeypatch):
    monkeypatch.setattr(horizon, "RIPE_S", 0.0)
    make_endpoint(event_types=["suppression.added"])
    suppress(connection, "early@a.example")
    tell_until_told(1)
    assert told() == ["early@a.example"]
