from __future__ import annotations

import threading

import pytest
from django.db import connection

from campaigns.breakers.models import BreakerTrip
from campaigns.breakers.services import check_accounts, check_campaigns
from portal.alerts.models import Alert
from portal.models import Activity
from tests.factories.breakers import make_answered

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def all_at_once(look, workers: int = 8) -> list[int]:
    found: list[int] = []
    start = threading.Barrier(workers)

    def run() -> None:
        start.wait(30)
        found.append(look())
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_many_batches_at_once_stop_a_campaign_once():
    campaign = make_answered(bounced=11)
    assert sorted(all_at_once(lambda: check_campaigns([campaign.pk]))) == [0] * 7 + [1]
    assert BreakerTrip.objects.count() == 1
    assert Activity.objects.filter(verb="campaign.stopped").count() == 1
    assert Alert.objects.filter(code="campaign.breaker").count() == 1


def test_many_sweeps_at_once_hold_an_account_once():
    make_answered(bounced=51)
    assert sorted(all_at_once(check_accounts)) == [0] * 7 + [1]
    assert BreakerTrip.objects.count() == 1
    assert Alert.objects.count() == 1
