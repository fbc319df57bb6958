"""Where events come from: rows that were written anyway, read behind a position in the order of their ids.

Nothing is noted for webhooks while mail is sent. Each source reads a bounded stretch of one table by its primary key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max, Q

from campaigns.preferences.models import Unsubscription
from campaigns.sending.models import Acceptance, Campaign, Delivery, DeliveryEvent
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.suppression.models import Suppression
from campaigns.webhooks.events import OF_SES, Event, EventType

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model

READ_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class Source:
    """One table. `read` gives the events of the rows behind `after` up to `until`, and the last id that it read."""

    code: str
    model: type[Model]
    event_types: frozenset[EventType]
    read: Callable[[int, int], tuple[list[Event], int]]

    def last_id(self) -> int:
        """The highest id now."""
        found: int | None = self.model._default_manager.aggregate(last=Max("pk"))["last"]  # noqa: SLF001
        return found or 0


def _delivery_facts(ids: Sequence[int]) -> dict[int, dict[str, object]]:
    rows = Delivery.objects.filter(pk__in=ids).values_list("pk", "campaign_id", "address")
    found = {pk: {"delivery": pk, "campaign": campaign, "address": address} for pk, campaign, address in rows}
    receipts = Acceptance.objects.filter(pk__in=ids).values_list("pk", "ses_message_id")
    for pk, message_id in receipts:
        found.get(pk, {})["provider_message_id"] = message_id
    return found


def read_delivery_events(after: int, until: int) -> tuple[list[Event], int]:
    """What SES said about mails; `send` is SES's word for having taken one."""
    rows = list(DeliveryEvent.objects.filter(pk__gt=after, pk__lte=until).order_by("pk")[:READ_AT_ONCE])
    facts = _delivery_facts([row.delivery_id for row in rows])
    types = {**OF_SES, "send": EventType.ACCEPTED}
    events = [
        Event(
            f"evt_delivery_{row.pk}", types[row.event_type], _iso(row.happened_at),
            {**facts[row.delivery_id], "detail": row.sub_type, "diagnostic": row.diagnostic,
             "by_machine": bool(row.machine_sign)},
        )
        for row in rows
        if row.event_type in types and row.delivery_id in facts
    ]  # fmt: skip
    return events, _last(rows, until)


def read_suppressions(after: int, until: int) -> tuple[list[Event], int]:
    """Addresses that get no more mail."""
    rows = list(Suppression.objects.filter(pk__gt=after, pk__lte=until).order_by("pk")[:READ_AT_ONCE])
    events = [
        Event(
            f"evt_suppression_{row.pk}", EventType.SUPPRESSED, _iso(row.created_at),
            {"address": row.address, "reason": row.reason, "source": row.source},
        )
        for row in rows
    ]  # fmt: skip
    return events, _last(rows, until)


def read_unsubscriptions(after: int, until: int) -> tuple[list[Event], int]:
    """People who left lists, or everything, by the link in a mail."""
    rows = list(Unsubscription.objects.filter(pk__gt=after, pk__lte=until).order_by("pk")[:READ_AT_ONCE])
    events = [
        Event(
            f"evt_unsubscription_{row.pk}", EventType.UNSUBSCRIBED, _iso(row.at),
            {"address": row.address_key, "campaign": row.campaign_id, "scope": row.scope, "lists": row.list_names},
        )
        for row in rows
    ]  # fmt: skip
    return events, _last(rows, until)


def _last(rows: Sequence[Model], until: int) -> int:
    return int(rows[-1].pk) if len(rows) == READ_AT_ONCE else until


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


SOURCES: tuple[Source, ...] = (
    Source(
        "delivery_events", DeliveryEvent, frozenset({*OF_SES.values(), EventType.ACCEPTED}), read_delivery_events
    ),
    Source("suppressions", Suppression, frozenset({EventType.SUPPRESSED}), read_suppressions),
    Source("unsubscriptions", Unsubscription, frozenset({EventType.UNSUBSCRIBED}), read_unsubscriptions),
)  # fmt: skip
_OVER = (CampaignStatus.COMPLETED, CampaignStatus.CANCELLED, CampaignStatus.FAILED)


def finished_campaigns(since: datetime) -> list[Campaign]:
    """Campaigns that ended at or after a moment, all of them: they are told by their own times, not by their ids."""
    return list(
        Campaign.objects.filter(campaign_kind=CampaignKind.CAMPAIGN, status__in=_OVER)
        .filter(Q(finished_at__gte=since) | Q(updated_at__gte=since))
        .order_by("pk").only("pk", "name", "status", "finished_at", "updated_at")
    )  # fmt: skip


def event_of_campaign(campaign: Campaign) -> Event:
    """It is over, one way or the other."""
    at = campaign.finished_at or campaign.updated_at
    return Event(
        f"evt_campaign_{campaign.pk}_{campaign.status}", EventType.FINISHED, _iso(at),
        {"campaign": campaign.pk, "name": campaign.name, "status": campaign.status},
    )  # fmt: skip
