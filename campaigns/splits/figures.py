"""The figures of each version: from the counters of the test's chunks alone, never from the rest of the audience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Sum

from campaigns.preferences.models import Unsubscription
from campaigns.sending.models import Chunk
from campaigns.sending.states import OPEN, DeliveryState
from campaigns.splits.deciding import Measured
from campaigns.splits.models import SplitTest

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign

_REACHED = ("accepted", "delivered", "complained")
_COLUMNS = (*(state.name.lower() for state in DeliveryState), "opened", "clicked")


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of one version in the test; all are people. `opened` and `clicked` without machines."""

    number: int
    people: int = 0
    waiting: int = 0
    reached: int = 0  # the provider took it and it did not come back
    delivered: int = 0
    bounced: int = 0
    complained: int = 0
    unsubscribed: int = 0
    opened: int = 0
    clicked: int = 0

    def measured(self, rule: str) -> Measured:
        """The figure that the rule compares; more is better in each."""
        if rule == SplitTest.Rule.OPENS:
            return Measured(self.number, min(self.opened, self.reached), self.reached)
        if rule == SplitTest.Rule.CLICKS:
            return Measured(self.number, min(self.clicked, self.reached), self.reached)
        if rule == SplitTest.Rule.QUIET:
            unhappy = min(self.complained + self.unsubscribed, self.reached)
            return Measured(self.number, self.reached - unhappy, self.reached)
        return Measured(self.number, self.delivered + self.complained, self.reached + self.bounced)


def read_figures(campaign: Campaign) -> list[Figures]:
    """One for each version that was planned, A first."""
    sums = {name: Sum(f"{name}_count") for name in _COLUMNS}
    rows = Chunk.objects.filter(campaign=campaign, part__gt=0).order_by("part").values("part").annotate(**sums)
    unsubscribed = _unsubscribed(campaign)
    return [_figures(row, unsubscribed.get(row["part"], 0)) for row in rows]


def _figures(row: dict[str, int], unsubscribed: int) -> Figures:
    return Figures(
        number=row["part"],
        people=sum(row[state.name.lower()] for state in DeliveryState),
        waiting=sum(row[state.name.lower()] for state in OPEN),
        reached=sum(row[name] for name in _REACHED),
        delivered=row["delivered"],
        bounced=row["bounced"],
        complained=row["complained"],
        unsubscribed=unsubscribed,
        opened=row["opened"],
        clicked=row["clicked"],
    )


def _unsubscribed(campaign: Campaign) -> dict[int, int]:
    """People who unsubscribed by the link in the mail and did not take it back, by the part they are in.

    Who complained as well is counted once, as a complaint: SES's complaint suppresses, and no link is needed any more.
    """
    gone = Unsubscription.objects.filter(campaign_id=campaign.pk, undone_at=None).values("delivery_id").distinct()
    found: dict[int, int] = {}
    chunks = Chunk.objects.filter(campaign=campaign, part__gt=0)
    holds = gone.filter(delivery_id__gte=OuterRef("first_delivery_id"), delivery_id__lte=OuterRef("last_delivery_id"))
    for part, first, last in chunks.filter(Exists(holds)).values_list("part", "first_delivery_id", "last_delivery_id"):
        found[part] = found.get(part, 0) + gone.filter(delivery_id__gte=first, delivery_id__lte=last).count()
    return found
