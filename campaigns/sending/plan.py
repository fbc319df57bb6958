"""Planning a campaign: one delivery per person of its audience, in chunks, the left-out as rows with the reason.

Runs as a task after the time in which Send can be taken back. Each block of people is one transaction together with
the campaign's cursor, so a killed plan goes on where it was.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, Count, F, IntegerField, Max, Min, Value, When, Window
from django.db.models.functions import Cast, Now, RowNumber
from django.utils import timezone

from campaigns.follow_ups.people import hold_family
from campaigns.scheduling.models import Wave
from campaigns.scheduling.waves import (
    leaving_out,
    note_planned,
    open_due_waves,
    people_of_wave,
    waits_until,
    wave_to_plan,
)
from campaigns.segments.planner import without_jit
from campaigns.sending.audience import audience_of, with_reason
from campaigns.sending.counts import cause_key, count_column
from campaigns.sending.finish import complete_if_done
from campaigns.sending.lanes import publish_lanes
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.sender import CANNOT_BE_MADE
from campaigns.sending.services import fail_campaign
from campaigns.sending.states import CampaignKind, CampaignStatus, DeliveryState
from campaigns.sending.transitions import change_status, locked_campaign
from campaigns.splits.assignment import REST
from campaigns.splits.parting import people_of_part
from campaigns.splits.parts import parts_of_campaign
from campaigns.splits.versions import campaign_required_fields
from portal import leases
from portal.generation.services import is_held

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from campaigns.audience.models import Contact

logger = logging.getLogger(__name__)

LEASE_S = 120.0
CHUNKS_PER_BLOCK = 20


def plan_campaign(campaign_id: int) -> bool:
    """Write the campaign's deliveries and let it go; False when it is not due or somebody else plans it."""
    due = Campaign.objects.filter(pk=campaign_id, status=CampaignStatus.PENDING, send_after__lte=Now())
    token = None if is_held() else leases.claim(due, lease_s=LEASE_S)
    if token is None:
        return False
    try:
        while _plan_block(campaign_id, token):
            pass
    except CANNOT_BE_MADE as error:
        logger.warning("campaign.plan_impossible", extra={"campaign": campaign_id, "error": str(error)})
        fail_campaign(campaign_id, reason=str(error))
        return False
    if not _let_go(campaign_id, token):
        return False
    complete_if_done(campaign_id)
    return True


@transaction.atomic
def _plan_block(campaign_id: int, token: str) -> bool:
    """Write the next block; False when there is none left, or the campaign was taken from us."""
    without_jit()
    campaign = locked_campaign(campaign_id)
    if campaign.status != CampaignStatus.PENDING or campaign.lease_token != token:
        return False
    leases.renew(Campaign.objects.filter(pk=campaign_id), token, lease_s=LEASE_S)
    if campaign.campaign_kind != CampaignKind.CAMPAIGN:
        return _plan_single(campaign)
    hold_family(campaign)
    wave = wave_to_plan(campaign)
    return _plan_people(campaign) if wave is None else _plan_wave(campaign, wave)


def _plan_people(campaign: Campaign) -> bool:
    if campaign.waves.exists():
        return False  # all of them are planned
    people = audience_of(campaign).filter(pk__gt=campaign.plan_cursor)
    last_id = _last_of_block(people)
    if last_id is None:
        return False
    for part in parts_of_campaign(campaign):
        _write_block(campaign, people_of_part(people.filter(pk__lte=last_id), campaign.pk, part), part.number)
    Campaign.objects.filter(pk=campaign.pk).update(plan_cursor=last_id)
    return True


def _plan_wave(campaign: Campaign, wave: Wave) -> bool:
    people = people_of_wave(campaign, wave)
    last_id = _last_of_block(people)
    if last_id is not None:
        _write_block(campaign, people.filter(pk__lte=last_id), REST, wave)
        Campaign.objects.filter(pk=campaign.pk).update(plan_cursor=last_id)
    note_planned(wave, last_id)
    return True


def _last_of_block(people: QuerySet[Contact]) -> int | None:
    block = people.order_by("pk").values_list("pk", flat=True)[: settings.CHUNK_SIZE * CHUNKS_PER_BLOCK]
    return max(block, default=None)


def _write_block(campaign: Campaign, people: QuerySet[Contact], part: int, wave: Wave | None = None) -> None:
    last_number = Chunk.objects.filter(campaign=campaign).aggregate(last=Max("number"))["last"]
    first_number = 0 if last_number is None else last_number + 1
    last_id_before = Delivery.objects.aggregate(last=Max("pk"))["last"] or 0
    reasoned = with_reason(people, campaign_required_fields(campaign))
    is_left_out = wave is not None and wave.state == Wave.State.LEFT_OUT
    chosen = _as_delivery_columns(campaign, leaving_out(reasoned) if is_left_out else reasoned, first_number)
    sql, params = chosen.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_delivery (campaign_id, contact_id, address, address_key, chunk_number, state, "
            f"reason, attempt_count, changed_at) {sql} ON CONFLICT DO NOTHING",
            params,
        )
    new = Delivery.objects.filter(campaign=campaign, pk__gt=last_id_before)
    _write_chunks(campaign, new, part, not_before=waits_until(wave))


def _as_delivery_columns(campaign: Campaign, reasoned: QuerySet, first_number: int) -> QuerySet:  # type: ignore[type-arg]
    place = Window(RowNumber(), order_by=F("pk").asc()) - 1
    state = Case(
        When(skip_reason=0, then=Value(int(DeliveryState.QUEUED))),
        default=Value(int(DeliveryState.SKIPPED)),
        output_field=IntegerField(),
    )
    return reasoned.order_by("pk").values_list(
        Value(campaign.pk),
        "pk",
        "address",
        "address_key",
        Cast(place / settings.CHUNK_SIZE, IntegerField()) + first_number,
        state,
        "skip_reason",
        Value(0),
        Value(timezone.now()),
    )


def _write_chunks(
    campaign: Campaign, new: QuerySet[Delivery], part: int = REST, *, not_before: datetime | None = None
) -> None:
    """Make the chunk rows of the deliveries just written, with their counters."""
    chunks: dict[int, Chunk] = {}
    groups = new.order_by().values_list("chunk_number", "state", "reason")
    for number, state, reason, first, last, count in groups.annotate(Min("pk"), Max("pk"), Count("pk")):
        chunk = chunks.setdefault(
            number,
            Chunk(
                campaign=campaign, number=number, part=part, first_delivery_id=first, last_delivery_id=last,
                is_open=False, not_before=not_before,
            ),
        )  # fmt: skip
        chunk.first_delivery_id = min(chunk.first_delivery_id, first)
        chunk.last_delivery_id = max(chunk.last_delivery_id, last)
        column = count_column(DeliveryState(state))
        setattr(chunk, column, getattr(chunk, column) + count)
        chunk.is_open = chunk.is_open or state == DeliveryState.QUEUED
        if reason:
            chunk.cause_counts[cause_key(state, reason)] = count
    Chunk.objects.bulk_create(chunks[number] for number in sorted(chunks))


def _plan_single(campaign: Campaign) -> bool:
    """A test is one delivery to the tester, whoever's values it is filled with; a confirmation one to who signed up."""
    if campaign.plan_cursor:
        return False
    contact_id = campaign.only_contact_ids[0] if campaign.only_contact_ids else None
    last_id_before = Delivery.objects.aggregate(last=Max("pk"))["last"] or 0
    Delivery.objects.create(
        campaign=campaign,
        contact_id=contact_id,
        address=campaign.test_recipient,
        address_key=campaign.test_recipient.lower(),
        chunk_number=0,
    )
    _write_chunks(campaign, Delivery.objects.filter(campaign=campaign, pk__gt=last_id_before))
    Campaign.objects.filter(pk=campaign.pk).update(plan_cursor=1)
    return False


@transaction.atomic
def _let_go(campaign_id: int, token: str) -> bool:
    campaign = locked_campaign(campaign_id)
    if campaign.status != CampaignStatus.PENDING or campaign.lease_token != token:
        return False
    change_status(campaign, CampaignStatus.IN_PROGRESS, verb="campaign.planned", actor=None, planned_at=timezone.now())
    leases.release(Campaign.objects.filter(pk=campaign_id), token)
    open_due_waves(campaign_id)
    publish_lanes(campaign)
    logger.info("campaign.planned", extra={"campaign": campaign_id})
    return True
