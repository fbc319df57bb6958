"""Opens and clicks of a batch: which are a machine's, and how many people opened or clicked.

Runs in the transaction of the events, with the deliveries locked; the result hangs on the events alone, not on their order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from campaigns.feedback.machines import Deed, signs_of
from campaigns.sending.models import DeliveryEvent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

DEEDS = ("open", "click")
_DELIVERED = ("delivery", "send")  # a delay lies between the two, so the later one counts
_COLUMN = {
    ("open", True): "opened_count",
    ("open", False): "machine_opened_count",
    ("click", True): "clicked_count",
    ("click", False): "machine_clicked_count",
}


class _History(NamedTuple):
    """What is known of one delivery, with the signs as they are stored."""

    deeds: list[Deed]
    delivered_at: datetime | None


def settle_tracking(delivery_ids: Collection[int], fresh_ids: Collection[int]) -> dict[int, Counter[str]]:
    """Give opens and clicks of these deliveries their signs anew; `fresh_ids` are the events that just came.

    Returns what changes in the counters of people, by delivery.
    """
    concerned = set(
        DeliveryEvent.objects.order_by()
        .filter(delivery_id__in=list(delivery_ids), event_type__in=DEEDS)
        .values_list("delivery_id", flat=True)
    )
    changes: dict[int, Counter[str]] = {}
    moved: defaultdict[str, list[int]] = defaultdict(list)
    fresh = frozenset(fresh_ids)
    for delivery_id, history in _histories(concerned).items():
        signs = signs_of(history.deeds, delivered_at=history.delivered_at)
        for deed in history.deeds:
            if signs[deed.event_id] != deed.sign:
                moved[signs[deed.event_id]].append(deed.event_id)
        before = _columns((deed, deed.sign) for deed in history.deeds if deed.event_id not in fresh)
        changes[delivery_id] = _columns((deed, signs[deed.event_id]) for deed in history.deeds)
        changes[delivery_id].subtract(before)
    for sign, ids in moved.items():
        DeliveryEvent.objects.filter(pk__in=ids).update(machine_sign=sign)
    return changes


def _histories(delivery_ids: set[int]) -> dict[int, _History]:
    deeds: defaultdict[int, list[Deed]] = defaultdict(list)
    delivered_at: dict[int, datetime] = {}
    rows = DeliveryEvent.objects.order_by().filter(delivery_id__in=delivery_ids, event_type__in=(*DEEDS, *_DELIVERED))
    for row in rows:
        if row.event_type in DEEDS:
            deed = Deed(row.pk, row.event_type, row.happened_at, row.diagnostic, row.machine_sign)
            deeds[row.delivery_id].append(deed)
        else:
            delivered_at[row.delivery_id] = max(row.happened_at, delivered_at.get(row.delivery_id, row.happened_at))
    return {delivery_id: _History(found, delivered_at.get(delivery_id)) for delivery_id, found in deeds.items()}


def _columns(signed: Iterable[tuple[Deed, str]]) -> Counter[str]:
    """Which counters one person is in: for opens and for clicks, once, as a person wherever one deed is a person's."""
    is_human: dict[str, bool] = {}
    for deed, sign in signed:
        is_human[deed.event_type] = is_human.get(deed.event_type, False) or not sign
    return Counter({_COLUMN[event_type, human]: 1 for event_type, human in is_human.items()})
