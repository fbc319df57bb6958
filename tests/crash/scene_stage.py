"""Work inside a scene's own environment: `python -m tests.crash.scene_stage make 5000`, `... tick 0.5 60`, `... report`."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import close_old_connections, connection, transaction

import workers.app  # noqa: F401  # sets Django up
from campaigns.audience.models import Contact
from campaigns.sending import services
from campaigns.sending.models import Attempt, Campaign, Delivery
from campaigns.sending.quota import default_account, refresh_quota
from campaigns.sending.states import DeliveryState
from campaigns.signup.services import Wish, ask_to_join
from campaigns.uncertain.canary import beat
from campaigns.uncertain.settle import settle_uncertain
from portal.errors import Conflict
from portal.leases import database_now
from portal.models import Activity
from tests.campaigns.sending.ledger_audit import assert_counters_agree
from tests.factories.signup import make_form
from workers.tasks.maintenance import sweep

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

SETTLE_EVERY_S = 2.0


def make(people: int, starts_in_s: float = 0.0) -> dict[str, float]:
    """A campaign to `people` contacts, started, or scheduled by the database's clock; tells the moment of its start."""
    addresses = [f"person{number}@club.example" for number in range(people)]
    Contact.objects.bulk_create(Contact(address=each, address_key=each, first_name="Anna") for each in addresses)
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
    at = database_now() + timedelta(seconds=starts_in_s)
    if starts_in_s:
        services.schedule_campaign(campaign.pk, at=at, actor=None)
    else:
        services.start_campaign(campaign.pk, actor=None)
        with suppress(Conflict):  # the schedule was faster
            services.send_now(campaign.pk, actor=None)
    return {"starts_at_s": at.timestamp()}


def tick(every_s: float, quota_every_s: float) -> None:
    """The schedule at high speed, until killed; as with Celery's beat, the next turn comes whatever became of this one."""
    ran_at_s = {"settle": time.monotonic(), "quota": time.monotonic()}
    while True:
        _do(sweep)
        if time.monotonic() - ran_at_s["settle"] >= SETTLE_EVERY_S:
            ran_at_s["settle"] = time.monotonic()
            _do(beat)
            _do(settle_uncertain)
        if time.monotonic() - ran_at_s["quota"] >= quota_every_s:
            ran_at_s["quota"] = time.monotonic()
            _do(refresh_quota)
        time.sleep(every_s)


def _do(deed) -> None:
    try:
        deed()
    except Exception:
        logger.exception("tick.failed")
    finally:
        close_old_connections()


def join(people: int) -> dict[str, int]:
    """`people` ask to join a list by a form: each gets a confirmation, which must not wait behind campaigns."""
    form = make_form(account=default_account())
    for number in range(people):
        wish = Wish(f"new{number}@join.example", {}, ip_address=f"10.0.{number // 250}.{number % 250}")
        assert ask_to_join(form, wish)
    return {"asked": people}


def simulate_clock() -> dict[str, bool]:
    """Give this database a clock that can be set on: the functions that the portal reads stand before the real ones."""
    names = ("clock_timestamp", "statement_timestamp", "now")
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA simulated")
        cursor.execute("CREATE TABLE simulated.clock AS SELECT interval '0' AS ahead")
        for name in names:
            cursor.execute(
                f"CREATE FUNCTION simulated.{name}() RETURNS timestamptz LANGUAGE sql VOLATILE "
                f"AS 'SELECT pg_catalog.{name}() + ahead FROM simulated.clock'"
            )
        _simulate_defaults(cursor)
        database = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {database} SET search_path = simulated, public, pg_catalog")
    return {"simulated": True}


def _simulate_defaults(cursor) -> None:
    """What columns hold by default was bound to PostgreSQL's own functions when the tables were made."""
    cursor.execute(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_default ILIKE '%%statement_timestamp()%%'"
    )
    for table, column in cursor.fetchall():
        cursor.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" SET DEFAULT simulated.statement_timestamp()')


@transaction.atomic
def report() -> dict[str, object]:
    """What the ledger says at one moment; fails when the counters drift from the rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    for campaign in Campaign.objects.all():
        assert_counters_agree(campaign)
    uncertain = Attempt.objects.filter(outcome=Attempt.Outcome.UNCERTAIN)
    return {
        "statuses": Counter(Campaign.objects.values_list("status", flat=True)),
        "states": {str(pk): DeliveryState(state).name for pk, state in Delivery.objects.values_list("pk", "state")},
        "uncertain_calls": list(uncertain.values_list("delivery_count", flat=True)),
        "activities": Counter(Activity.objects.values_list("verb", flat=True)),
    }


DEEDS: dict[str, Callable[..., object]] = {
    "make": lambda people, starts_in_s="0": make(int(people), float(starts_in_s)),
    "join": lambda people: join(int(people)),
    "simulate_clock": simulate_clock,
    "report": report,
    "refresh": refresh_quota,
    "tick": lambda every_s, quota_every_s: tick(float(every_s), float(quota_every_s)),
}

if __name__ == "__main__":
    print(json.dumps(DEEDS[sys.argv[1]](*sys.argv[2:])))
