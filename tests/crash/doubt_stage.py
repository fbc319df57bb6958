"""Work inside a run of lost replies' own environment: `python -m tests.crash.doubt_stage make 5000`, `... tick`, `... report`."""

from __future__ import annotations

import json
import sys
import time

from django.db import connection, transaction

import workers.app  # noqa: F401  # sets Django up
from campaigns.sending.models import Attempt, Campaign, Delivery
from campaigns.sending.sweep import sweep_campaigns
from campaigns.uncertain.canary import beat
from campaigns.uncertain.listing import uncertain_page
from campaigns.uncertain.settle import settle_uncertain
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.crash.scene_stage import make

TICK_EVERY_S = 2.0


def tick() -> None:
    """The schedule at high speed, until killed."""
    while True:
        time.sleep(TICK_EVERY_S)
        sweep_campaigns()
        beat()
        settle_uncertain()


@transaction.atomic
def report() -> None:
    """Print what the ledger and the page of the uncertain say at one moment, as JSON."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    campaign = Campaign.objects.get()
    assert_counters_agree(campaign)
    rows = Delivery.objects.order_by("pk").values_list("pk", "address", "attempt_count")
    lost = Attempt.objects.filter(outcome=Attempt.Outcome.UNCERTAIN).values_list(
        "first_delivery_id", "last_delivery_id"
    )
    ranges = list(lost)
    print(
        json.dumps(
            {
                "status": campaign.status,
                "listed": _listed(),
                "attempts": {address: count for _pk, address, count in rows},
                "lost": [address for pk, address, _count in rows if any(a <= pk <= b for a, b in ranges)],
            }
        )
    )


def _listed() -> list[str]:
    """Everybody whom the page names, page by page."""
    found: list[str] = []
    cursor = ""
    while True:
        page = uncertain_page(cursor=cursor)
        found += [row.delivery.address for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            return found


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(int(sys.argv[2]))
        print("{}")
    else:
        {"tick": tick, "report": report}[sys.argv[1]]()
