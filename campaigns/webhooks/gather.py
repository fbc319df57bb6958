"""Making posts of what happened: one short transaction for each endpoint, together with its position.

Where no endpoint is switched on this is one look at an empty table a minute.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from campaigns.webhooks import horizon
from campaigns.webhooks.events import Event, EventType
from campaigns.webhooks.models import WebhookEndpoint, WebhookPost
from campaigns.webhooks.sources import READ_AT_ONCE, SOURCES, Source, event_of_campaign, finished_campaigns
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

logger = logging.getLogger(__name__)

AGAIN_S = 15
ROUNDS = 40  # stretches of one source in one run; the next run goes on
OVERLAP = timedelta(minutes=10)  # campaigns are told by their times, which are not in the order of commits
_CAMPAIGNS = "campaigns"


def tell_all(*, again: int) -> int:
    """Make posts for every endpoint, and wake who posts them; returns how many were made.

    While there are endpoints it asks to be run `again` so many times, sooner than the schedule does.
    """
    ids = list(WebhookEndpoint.objects.filter(is_active=True, paused_at=None).values_list("pk", flat=True))
    made = sum(tell(endpoint_id) for endpoint_id in ids)
    for endpoint_id in ids:
        if WebhookPost.objects.filter(endpoint_id=endpoint_id, state=WebhookPost.State.WAITING).exists():
            publish(TaskName.POST_WEBHOOKS, endpoint_id=endpoint_id)
    if ids and again > 0:
        publish(TaskName.TELL_WEBHOOKS, delay_s=AGAIN_S, again=again - 1)
    return made


@transaction.atomic
def tell(endpoint_id: int) -> int:
    """Make posts of all that happened since; returns how many."""
    rows = WebhookEndpoint.objects.select_for_update().filter(pk=endpoint_id, is_active=True, paused_at=None)
    endpoint = rows.first()
    if endpoint is None:
        return 0
    made = sum(_tell_source(endpoint, source) for source in SOURCES) + _tell_campaigns(endpoint)
    WebhookEndpoint.objects.filter(pk=endpoint_id).update(positions=endpoint.positions)
    if made:
        logger.info("webhook.told", extra={"endpoint": endpoint_id, "posts": made})
    return made


def positions_now() -> dict[str, Any]:
    """Where an endpoint begins: nothing that happened before is told."""
    places: dict[str, Any] = {source.code: {"done": source.last_id()} for source in SOURCES}
    places[_CAMPAIGNS] = {"since": timezone.now().isoformat(), "told": []}
    return places


def _tell_source(endpoint: WebhookEndpoint, source: Source) -> int:
    position = endpoint.positions.setdefault(source.code, {"done": source.last_id()})
    made = 0
    for _round in range(ROUNDS):
        if "mark" not in position and (last := source.last_id()) > position["done"]:
            position.update(mark=last, marked_at_s=time.time())
        if "mark" not in position or not _is_complete(position):
            break
        events, position["done"] = source.read(position["done"], position["mark"])
        if position["done"] >= position["mark"]:
            for name in ("mark", "marked_at_s", "horizon"):
                position.pop(name, None)
        made += _write(endpoint, events)
    return made


def _is_complete(position: dict[str, Any]) -> bool:
    """Whether no row up to the mark can appear any more."""
    if not horizon.needs_time():
        return True
    if time.time() - position["marked_at_s"] < horizon.RIPE_S:
        return False
    return horizon.is_over(position.setdefault("horizon", horizon.own_transaction()))


def _tell_campaigns(endpoint: WebhookEndpoint) -> int:
    position = endpoint.positions.setdefault(_CAMPAIGNS, {"since": timezone.now().isoformat(), "told": []})
    begins_at = max(datetime.fromisoformat(position["since"]), endpoint.created_at)
    events = [event_of_campaign(campaign) for campaign in finished_campaigns(begins_at)]
    told = set(position["told"])
    new = [event for event in events if event.event_id not in told]
    position["told"] = [event.event_id for event in events]
    position["since"] = max(begins_at, timezone.now() - OVERLAP).isoformat()
    return _write(endpoint, new)


def _write(endpoint: WebhookEndpoint, events: Sequence[Event]) -> int:
    chosen = [event for event in events if event.event_type in endpoint.event_types]
    if not chosen:
        return 0
    parts = [chosen[start : start + READ_AT_ONCE] for start in range(0, len(chosen), READ_AT_ONCE)]
    WebhookPost.objects.bulk_create(
        WebhookPost(endpoint=endpoint, body=body_of(part), event_count=len(part)) for part in parts
    )
    return len(parts)


def body_of(events: Sequence[Event]) -> str:
    """The JSON that is posted: always a list, in the order in which things were written down."""
    now = timezone.now().isoformat(timespec="seconds").replace("+00:00", "Z")
    kind = EventType.PING if events and events[0].event_type is EventType.PING else "events"
    return json.dumps(
        {"type": str(kind), "timestamp": now, "data": {"events": [event.as_json() for event in events]}},
        ensure_ascii=False, separators=(",", ":"),
    )  # fmt: skip
