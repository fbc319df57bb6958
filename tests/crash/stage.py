"""Work inside a crash run's own environment: `python -m tests.crash.stage make 5000`, `... tick`, `... report`.

Each is a process of its own, because the run's database and endpoints are not those of the test process.
"""

from __future__ import annotations

import json
import sys
import time

from django.db import connection, transaction

import workers.app  # noqa: F401  # sets Django up
from campaigns.audience.models import Contact
from campaigns.sending import services
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.quota import default_account, refresh_quota
from campaigns.sending.states import DeliveryState
from campaigns.sending.sweep import sweep_campaigns
from tests.campaigns.sending.ledger_audit import assert_counters_agree

TICK_EVERY_S = 0.5


def make(people: int) -> None:
    """A campaign to `people` contacts, started."""
    Contact.objects.bulk_create(
        Contact(address=f"person{number}@club.example", address_key=f"person{number}@club.example", first_name="Anna")
        for number in range(people)
    )
    default_account()
    refresh_quota()
    campaign = Campaign.objects.create(
        name="Crash run",
        account=default_account(),
        from_address="office@postroom.example",
        subject="Hello {{ first_name }}",
        body="The hall is open.",
        is_to_everybody=True,
    )
    services.start_campaign(campaign.pk, actor=None)
    services.send_now(campaign.pk, actor=None)


def tick() -> None:
    """The schedule at high speed: a sweep every half second, until killed."""
    while True:
        sweep_campaigns()
        time.sleep(TICK_EVERY_S)


@transaction.atomic
def report() -> None:
    """Print what the ledger says at one moment, as JSON; fails when the counters drift from the rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    campaign = Campaign.objects.get()
    assert_counters_agree(campaign)
    print(
        json.dumps(
            {
                "status": campaign.status,
                "open_chunks": Chunk.objects.filter(is_open=True).count(),
                "states": {
                    row.address: DeliveryState(row.state).name for row in Delivery.objects.only("address", "state")
                },
            }
        )
    )


if __name__ == "__main__":
    {"make": lambda: make(int(sys.argv[2])), "tick": tick, "report": report}[sys.argv[1]]()
