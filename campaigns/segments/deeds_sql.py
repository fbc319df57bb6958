"""What people did, or what became of mail to them, as an expression over the ledger and its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from campaigns.segments.operators import Op
from campaigns.sending.models import Campaign, Delivery, DeliveryEvent
from campaigns.sending.states import CampaignKind, DeliveryState

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.segments.conditions_sql import Moment
    from campaigns.segments.definition import Condition

_SENT = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.COMPLAINED)
_STATES = {
    Op.GOT: _SENT,
    Op.NOT_GOT: _SENT,
    Op.DELIVERED: (DeliveryState.DELIVERED, DeliveryState.COMPLAINED),
    Op.BOUNCED: (DeliveryState.BOUNCED,),
}
_EVENTS = {Op.OPENED: "open", Op.NOT_OPENED: "open", Op.CLICKED: "click", Op.NOT_CLICKED: "click"}
_NEGATED = frozenset({Op.NOT_GOT, Op.NOT_OPENED, Op.NOT_CLICKED})


def campaign_condition(condition: Condition, moment: Moment) -> Q:
    """Whether mail of any, or of these campaigns, came to that in the last days, or ever; tests do not count.

    For states the day is that of the last change, for opens and clicks that of the event; what machines opened or
    clicked does not count.
    """
    mails = Delivery.objects.order_by().filter(address_key=OuterRef("address_key"), campaign__in=_campaigns(condition))
    if condition.op in _EVENTS:
        mails = mails.filter(Exists(_events(condition, moment)))
    else:
        mails = mails.filter(state__in=[int(state) for state in _STATES[condition.op]])
        if condition.days:
            mails = mails.filter(changed_at__gte=moment.days_ago(condition.days))
    return ~Q(Exists(mails)) if condition.op in _NEGATED else Q(Exists(mails))


def _campaigns(condition: Condition) -> list[int] | QuerySet[Campaign, int]:
    if condition.values:
        return [int(value) for value in condition.values]
    return Campaign.objects.order_by().filter(campaign_kind=CampaignKind.CAMPAIGN).values_list("pk", flat=True)


def _events(condition: Condition, moment: Moment) -> QuerySet[DeliveryEvent]:
    by_people = DeliveryEvent.objects.order_by().filter(machine_sign="")
    events = by_people.filter(delivery_id=OuterRef("pk"), event_type=_EVENTS[condition.op])
    return events.filter(happened_at__gte=moment.days_ago(condition.days)) if condition.days else events
