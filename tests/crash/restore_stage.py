"""Work inside a restore run's own environment: `python -m tests.crash.restore_stage tick`, `... confirm`, `... report`."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from contextlib import suppress

import workers.app  # noqa: F401  # sets Django up
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.states import DeliveryState
from portal.alerts.models import Alert
from portal.generation.models import Generation
from portal.generation.services import ask_to_go_on
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from workers.tasks.maintenance import sweep

TICK_EVERY_S = 0.5


def tick() -> None:
    """The schedule at high speed: a sweep every half second, until killed."""
    while True:
        with suppress(Exception):  # the schedule publishes the next sweep whatever became of this one
            sweep()
        time.sleep(TICK_EVERY_S)


def confirm() -> None:
    """An owner's word."""
    from django.contrib.auth.models import User

    ask_to_go_on(actor=User.objects.create_superuser("owner"), reason="The disk was lost; this is last night's backup.")


def report() -> None:
    """Print what the ledger says, as JSON; fails when the counters drift from the rows."""
    campaign = Campaign.objects.get()
    assert_counters_agree(campaign)
    states = Counter(DeliveryState(state).name for state in Delivery.objects.values_list("state", flat=True))
    generation = Generation.objects.first()
    held = generation if generation and generation.held_since else None
    alerts = list(Alert.objects.filter(cleared_at=None).values_list("code", flat=True))
    print(
        json.dumps(
            {
                "status": campaign.status,
                "counter": generation.counter if generation else 0,
                "is_held": held is not None,
                "cause": held.held_cause if held else "",
                "alerts": alerts,
                "states": states,
            }
        )
    )


if __name__ == "__main__":
    {"tick": tick, "confirm": confirm, "report": report}[sys.argv[1]]()
