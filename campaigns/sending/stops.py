"""What was on its way when a campaign was paused or cancelled, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.sending.models import Attempt, Campaign, Chunk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class CampaignStop(models.Model):
    """One moment at which a campaign stopped sending, with the calls that were on their way then.

    Written in the transaction that pauses or cancels; goes with its campaign.
    """

    class Deed(models.TextChoices):
        PAUSED = "paused", _("paused")
        CANCELLED = "cancelled", _("cancelled")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="stops")
    deed = models.CharField(max_length=9, choices=Deed.choices)
    stopped_at = models.DateTimeField(db_default=models.functions.Now())
    attempt_ids = models.JSONField(default=list)  # of the attempts that were open

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.deed}: {len(self.attempt_ids)} calls"


@dataclass(frozen=True, slots=True)
class StopReport:
    """The calls that were on their way at a stop, and what became of their people; the four parts sum to `people`."""

    deed: CampaignStop.Deed
    stopped_at: datetime
    calls: int
    people: int
    accepted: int
    not_accepted: int
    uncertain: int
    unknown_yet: int


def calls_under_way(campaign_id: int) -> list[int]:
    """Ids of the attempts that have begun and whose end is not in the ledger yet."""
    busy = Chunk.objects.filter(campaign_id=campaign_id, sending_count__gt=0)
    open_ones = Attempt.objects.filter(chunk__in=busy.values("pk"), outcome=Attempt.Outcome.OPEN)
    return list(open_ones.order_by("pk").values_list("pk", flat=True))


def record_stop(campaign: Campaign, deed: CampaignStop.Deed, *, seen_before: Iterable[int] = ()) -> None:
    """Note what is on its way, with what was a moment ago; call it in the transaction that stops the campaign."""
    attempt_ids = sorted({*seen_before, *calls_under_way(campaign.pk)})
    CampaignStop.objects.create(campaign=campaign, deed=deed, attempt_ids=attempt_ids)


def read_stop(campaign_id: int) -> StopReport | None:
    """The campaign's last stop as it stands now; None when it was never stopped."""
    stop = CampaignStop.objects.filter(campaign_id=campaign_id).order_by("-pk").first()
    if stop is None:
        return None
    attempts = list(Attempt.objects.filter(pk__in=stop.attempt_ids))
    outcome = Attempt.Outcome
    people = sum(attempt.delivery_count for attempt in attempts)
    accepted = sum(attempt.accepted_count for attempt in attempts)
    unknown_yet = sum(attempt.delivery_count for attempt in attempts if attempt.outcome == outcome.OPEN)
    uncertain = sum(_left_of(attempt) for attempt in attempts if attempt.outcome == outcome.UNCERTAIN)
    return StopReport(
        deed=CampaignStop.Deed(stop.deed),
        stopped_at=stop.stopped_at,
        calls=len(attempts),
        people=people,
        accepted=accepted,
        not_accepted=people - accepted - uncertain - unknown_yet,
        uncertain=uncertain,
        unknown_yet=unknown_yet,
    )


def _left_of(attempt: Attempt) -> int:
    return attempt.delivery_count - attempt.accepted_count
