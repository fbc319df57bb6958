"""What a person decides about uncertain deliveries: send again, take as sent, leave; recorded with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.sending.counts import lock_chunks
from campaigns.sending.finish import deliveries_of
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState, Reason
from campaigns.uncertain.moves import move_uncertain
from portal.activity import record_activity
from portal.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.contrib.auth.models import User

MAX_REASON_LENGTH = 300


class Choice(models.TextChoices):
    """The three things that can be done."""

    SEND_AGAIN = "again", gettext_lazy("Send again")
    TAKE_AS_SENT = "sent", gettext_lazy("Take as sent")
    LEAVE = "leave", gettext_lazy("Leave as it is")


_AFTER = {
    Choice.SEND_AGAIN: (DeliveryState.DEFERRED, Reason.SENT_AGAIN),
    Choice.TAKE_AS_SENT: (DeliveryState.ACCEPTED, Reason.TAKEN_AS_SENT),
    Choice.LEAVE: (DeliveryState.UNCERTAIN, Reason.LEFT_OPEN),
}
_VERBS = {
    Choice.SEND_AGAIN: "campaign.uncertain_sent_again",
    Choice.TAKE_AS_SENT: "campaign.uncertain_taken_as_sent",
    Choice.LEAVE: "campaign.uncertain_left",
}
# Nothing of these is sent any more.
CANNOT_SEND = frozenset({CampaignStatus.CANCELLED, CampaignStatus.FAILED})


def decide_about(delivery_ids: Collection[int], choice: Choice, *, actor: User | None, reason: str) -> int:
    """Do it with these; who was settled meanwhile stays so. Returns how many people it was done with.

    Raises InvalidInput without people or reason, Conflict when a campaign among them sends nothing any more.
    """
    if not delivery_ids:
        raise InvalidInput(_("Choose at least one person."))
    reason = _given(reason)
    places = Delivery.objects.filter(pk__in=delivery_ids).values_list("pk", "campaign_id", "chunk_number")
    by_chunk: dict[tuple[int, int], list[int]] = {}
    for pk, campaign_id, number in places:
        by_chunk.setdefault((campaign_id, number), []).append(pk)
    wanted = models.Q(pk__in=[])
    for campaign_id, number in by_chunk:
        wanted |= models.Q(campaign_id=campaign_id, number=number)
    with transaction.atomic():
        chunks = lock_chunks(Chunk.objects.filter(wanted))
        chosen = [(chunk, by_chunk[chunk.campaign_id, chunk.number]) for chunk in chunks]
        return _decide(chosen, choice, actor=actor, reason=reason, named=sorted(delivery_ids))


def decide_for_campaign(campaign_id: int, choice: Choice, *, actor: User | None, reason: str) -> int:
    """Do it with everybody of the campaign who is uncertain. Raises as decide_about."""
    reason = _given(reason)
    with transaction.atomic():
        chunks = lock_chunks(Chunk.objects.filter(campaign_id=campaign_id, uncertain_count__gt=0))
        chosen = [(chunk, _uncertain_in(chunk)) for chunk in chunks]
        return _decide(chosen, choice, actor=actor, reason=reason, named=[])


def _uncertain_in(chunk: Chunk) -> list[int]:
    return list(deliveries_of(chunk).filter(state=DeliveryState.UNCERTAIN).values_list("pk", flat=True))


def _given(reason: str) -> str:
    given = reason.strip()
    if not given:
        raise InvalidInput(_("Say in a few words why; it is kept in the activity log."))
    return given[:MAX_REASON_LENGTH]


def _decide(
    chosen: Iterable[tuple[Chunk, list[int]]], choice: Choice, *, actor: User | None, reason: str, named: list[int]
) -> int:
    moved: dict[int, int] = {}
    for chunk, ids in chosen:
        count = move_uncertain(chunk.pk, ids, _AFTER[choice])
        moved[chunk.campaign_id] = moved.get(chunk.campaign_id, 0) + count
    campaigns = Campaign.objects.defer("body", "text_body").filter(pk__in=[pk for pk, count in moved.items() if count])
    for campaign in campaigns:
        if choice is Choice.SEND_AGAIN and campaign.status in CANNOT_SEND:
            words = {"name": campaign.name, "status": campaign.get_status_display()}
            raise Conflict(_("“%(name)s” is %(status)s: nothing of it is sent any more.") % words)
        details: dict[str, Any] = {
            "people": moved[campaign.pk],
            "reason": reason,
            **({"deliveries": named} if named else {}),
        }
        record_activity(_VERBS[choice], actor=actor, target=campaign, **details)
    return sum(moved.values())
