"""One bounce a second, whatever the number of workers: SES allows no more."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from portal.leases import database_now
from routing.actions.models import BouncePace

SPACING_S = 1.0
MAX_WAIT_S = 10.0  # what is further away is not waited for by a worker
PACE_ID = 1


def reserve_slot() -> float | None:
    """Seconds until our turn, which is then ours; None when it is too far away."""
    with transaction.atomic():
        now = database_now()
        BouncePace.objects.get_or_create(pk=PACE_ID, defaults={"free_at": now})
        pace = BouncePace.objects.select_for_update().get(pk=PACE_ID)
        slot = max(pace.free_at, now)
        wait_s = (slot - now).total_seconds()
        if wait_s > MAX_WAIT_S:
            return None
        pace.free_at = slot + timedelta(seconds=SPACING_S)
        pace.save()
    return wait_s
