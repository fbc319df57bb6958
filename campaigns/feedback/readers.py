"""How many people opened and clicked in one campaign, machines apart, from its chunks' counters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Sum

from campaigns.sending.event_sql import TRACKING_COLUMNS
from campaigns.sending.models import Chunk

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign


@dataclass(frozen=True, slots=True)
class Readers:
    """People; those under `machine_...` are only those for whom no person's deed is known. `sent`: mails SES took."""

    opened: int
    clicked: int
    machine_opened: int
    machine_clicked: int
    sent: int

    @property
    def opened_share(self) -> float:
        return self.opened / self.sent if self.sent else 0.0

    @property
    def clicked_share(self) -> float:
        return self.clicked / self.sent if self.sent else 0.0

    @property
    def is_empty(self) -> bool:
        return not (self.opened or self.clicked or self.machine_opened or self.machine_clicked)


_SENT = ("accepted_count", "delivered_count", "complained_count")


def readers_of(campaign: Campaign) -> Readers:
    """The campaign's readers now."""
    names = (*TRACKING_COLUMNS, *_SENT)
    sums = Chunk.objects.filter(campaign=campaign).aggregate(**{f"sum_{name}": Sum(name) for name in names})
    found = {name: sums[f"sum_{name}"] or 0 for name in names}
    return Readers(
        opened=found["opened_count"],
        clicked=found["clicked_count"],
        machine_opened=found["machine_opened_count"],
        machine_clicked=found["machine_clicked_count"],
        sent=sum(found[name] for name in _SENT),
    )
