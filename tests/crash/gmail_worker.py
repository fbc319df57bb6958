"""A worker whose leases and waits are seconds: `python -m tests.crash.gmail_worker`, `... tick`."""

from __future__ import annotations

import sys
import time

from django.conf import settings
from django.db import close_old_connections

import workers.app
from credentials.grants import health
from portal.queues import QueueName, full_name
from routing.gmail import deliver, drain
from routing.inbound import sweep, work

LEASE_S = 6
TICK_EVERY_S = 1.0


def shorten() -> None:
    work.LEASE_S = LEASE_S
    work.MAX_CLAIMS = 100
    work.FIRST_RETRY_S = 1
    deliver.SHARED_WAIT_S = deliver.TOKEN_WAIT_S = 1.0
    drain.DRAIN_LEASE_S = LEASE_S * 2
    sweep.GIVEN_S = 1
    sweep.HINT_AGAIN_S = 15
    health.CHECK_EVERY_S = 2


def tick() -> None:
    """The schedule at high speed, by hints for the workers."""
    from credentials.grants.services import check_due_grants

    while True:
        sweep.sweep_inbound()
        check_due_grants()
        drain.sweep_parked()
        close_old_connections()
        time.sleep(TICK_EVERY_S)


if __name__ == "__main__":
    shorten()
    if "tick" in sys.argv:
        tick()
    # Without a maintenance queue nobody else asks Google.
    queue = full_name(settings.QUEUE_PREFIX, QueueName.GMAIL)
    workers.app.app.worker_main(["worker", "-P", "solo", "-l", "error", "-Q", queue])
