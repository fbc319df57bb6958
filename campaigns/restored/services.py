"""Settling a restored database after an owner's word: nobody gets a mail twice, and nobody is lost from sight.

Everything that was not final when the backup was made may have been sent since. It becomes uncertain, is settled by the
events of SES, and what no event settles is a person's decision. Safe to be killed anywhere: the hold ends last.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.restored.rows import ABOUT_TO_START, STARTED, highest_ids
from campaigns.scheduling.rows import forget_schedule
from campaigns.sending.counts import Position, Tally, apply_tally
from campaigns.sending.finish import complete_if_done, deliveries_of
from campaigns.sending.models import Attempt, Campaign, Chunk, Delivery
from campaigns.sending.states import OPEN, CampaignStatus, DeliveryState, Reason
from campaigns.sending.transitions import change_status, locked_campaign
from campaigns.splits.versions import thaw_versions
from portal.errors import OutsideError
from portal.generation.ids import leave_gap
from portal.generation.memory import memory
from portal.generation.models import Generation
from portal.generation.services import advance, compare, is_to_go_on, lift
from portal.publish import publish
from portal.queues import TaskName

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

AFTER: Position = (DeliveryState.UNCERTAIN, Reason.RESTORED)
WAITED = Q(state__in=OPEN)
# The events about them may have come between backup and restore, so that silence proves nothing any more.
DOUBTED = Q(state=DeliveryState.UNCERTAIN, reason__in=(Reason.ANSWER_LOST, Reason.WORKER_DIED))


def settle_restored() -> bool:
    """Do what an owner has confirmed and end the hold; False when nothing was confirmed. Raises OutsideError."""
    if not is_to_go_on():
        return False
    for campaign_id in Campaign.objects.filter(status__in=ABOUT_TO_START).values_list("pk", flat=True):
        _take_back(campaign_id)
    uncertain = 0
    for which, chunks in ((WAITED, _waiting_chunks()), (DOUBTED, _doubtful_chunks())):
        for chunk_id in list(chunks.values_list("pk", flat=True)):
            uncertain += _name_uncertain(chunk_id, which)
    for campaign_id in Campaign.objects.filter(status=CampaignStatus.IN_PROGRESS).values_list("pk", flat=True):
        complete_if_done(campaign_id)
    _leave_gap()
    lift(**highest_ids())
    logger.warning("restored.settled", extra={"uncertain": uncertain})
    return True


def keep_generation() -> bool:
    """Compare with the mark outside and count on; False while nothing may be published, because that never worked.

    For the sweep, before anything else. A process that has compared once goes on by what it remembers.
    """
    try:
        if compare():
            advance(**highest_ids())
    except OutsideError as error:
        logger.warning("generation.unknown", extra={"error": str(error)})
    return memory.is_compared


def publish_settling() -> int:
    """A hint while an owner's word waits to be carried out; called by the sweep."""
    if not is_to_go_on():
        return 0
    publish(TaskName.SETTLE_RESTORED)
    return 1


@transaction.atomic
def _take_back(campaign_id: int) -> None:
    """It may have left since: it becomes a draft and is a person's to send, or ends where it was half planned."""
    campaign = locked_campaign(campaign_id)
    if campaign.status not in ABOUT_TO_START:
        return
    if campaign.plan_cursor:
        reason = _("A backup was restored that was made while this campaign began: the rest may have got it already.")
        change_status(
            campaign, CampaignStatus.FAILED, verb="campaign.failed", actor=None, reason=reason, lease_token="",
            lease_until=None, finished_at=timezone.now(),
        )  # fmt: skip
        return
    forget_schedule(campaign)
    reason = _("A backup was restored: it may have been sent after the backup was made. Look before you send it.")
    change_status(
        campaign, CampaignStatus.DRAFT, verb="campaign.taken_back", actor=None, reason=reason, version=None,
        send_after=None, scheduled_at=None, started_at=None, frozen_segments={}, lease_token="", lease_until=None,
    )  # fmt: skip
    thaw_versions(campaign)


def _waiting_chunks() -> QuerySet[Chunk]:
    """Of what is going, and of what was half planned; a cancelled campaign's are its workers' to cancel."""
    statuses = (*STARTED, CampaignStatus.FAILED)
    return Chunk.objects.filter(is_open=True, campaign__status__in=statuses).order_by("pk")


def _doubtful_chunks() -> QuerySet[Chunk]:
    return Chunk.objects.filter(uncertain_count__gt=0).order_by("pk")


@transaction.atomic
def _name_uncertain(chunk_id: int, which: Q) -> int:
    """Those of the chunk become uncertain because of the restore, and it is closed; returns how many."""
    chunk = Chunk.objects.select_for_update().get(pk=chunk_id)
    rows = deliveries_of(chunk).filter(which)
    tally = Tally()
    # Rows are changed only under the lock of their chunk, so what is counted is what moves.
    for row in rows.order_by().values("state", "reason").annotate(people=Count("pk")):
        tally.move((row["state"], row["reason"]), AFTER, row["people"])
    moved = rows.update(state=AFTER[0], reason=AFTER[1], changed_at=timezone.now())
    apply_tally(chunk, tally)
    Attempt.objects.filter(chunk=chunk, outcome=Attempt.Outcome.OPEN).update(
        outcome=Attempt.Outcome.UNCERTAIN, error="A backup was restored.", finished_at=timezone.now()
    )
    if not deliveries_of(chunk).filter(state__in=OPEN).exists():
        Chunk.objects.filter(pk=chunk.pk).update(is_open=False, lease_token="", lease_until=None, retry_at=None)
    return moved


@transaction.atomic
def _leave_gap() -> None:
    """Numbers that were given out between backup and restore name mails that people have: they are not used again."""
    facts = Generation.objects.values_list("held_facts", flat=True).first() or {}
    used = {
        Delivery._meta.db_table: facts.get("mark_delivery_id", 0),  # noqa: SLF001
        Attempt._meta.db_table: facts.get("mark_attempt_id", 0),  # noqa: SLF001
    }
    numbered = [
        model
        for model in apps.get_app_config("campaigns").get_models()
        if isinstance(model._meta.pk, models.AutoField)  # noqa: SLF001
    ]
    leave_gap(numbered, used=used)
