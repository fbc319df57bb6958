"""One deed for all deliveries that a filter names: what failed tried again, what is held released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from routing.inbound.matching import by_rule, sought_prefix
from routing.inbound.models import DeliveryState, InboundDelivery, InboundMessage
from routing.inbound.services import deliver_again, give_up, release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.contrib.auth.models import User
    from django.db.models import QuerySet

BATCH = 200
MOST = 2_000  # within one request; what is left is named, and waits for another press
DEEDS: Final[Mapping[str, tuple[Callable[..., int], frozenset[DeliveryState]]]] = {
    "again": (deliver_again, frozenset({DeliveryState.PARKED, DeliveryState.FAILED, DeliveryState.UNCERTAIN})),
    "release": (release, frozenset({DeliveryState.HELD})),
    "give_up": (
        give_up,
        frozenset({DeliveryState.HELD, DeliveryState.PARKED, DeliveryState.FAILED, DeliveryState.UNCERTAIN}),
    ),
}


@dataclass(frozen=True, slots=True)
class Done:
    """How many deliveries it was done to, and how many it was not: not possible, or behind MOST."""

    done: int
    left: int


def deeds_for(state: str) -> list[str]:
    """Which deeds make sense for deliveries of this state."""
    return [name for name, (_service, states) in DEEDS.items() if state in states]


def matching(sought: Mapping[str, str]) -> QuerySet[InboundDelivery]:
    """Deliveries by the parameters of the log: `delivery` (state), `action_kind`, `rule`, `q`.

    None for a state or an action that there is not: what is not understood must not widen a deed.
    """
    rows = InboundDelivery.objects.filter(state=sought.get("delivery", ""), message__is_canary=False)
    if kind := sought.get("action_kind"):
        rows = rows.filter(action=kind)
    rows = by_rule(rows, sought.get("rule", ""))
    if found := sought_prefix(sought.get("q", "")):
        low, high = found
        recipients = Q(recipient__gte=low, recipient__lt=high)
        rows = rows.filter(recipients | Q(message__sender_key__gte=low, message__sender_key__lt=high))
    return rows


def do_to_many(deed: str, sought: Mapping[str, str], *, actor: User) -> Done:
    """Do it to the oldest first. Raises KeyError for a deed that there is not."""
    service, states = DEEDS[deed]
    rows = matching(sought).filter(state__in=states, message__raw=InboundMessage.Raw.KEPT)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])
    done = sum(service(batch, actor=actor) for batch in _batches(ids))
    return Done(done, rows.filter(pk__gt=ids[-1]).count() + len(ids) - done if ids else 0)


def _batches(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
