"""Scheduling by a wall clock, and what a person does with a wave that is late."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.scheduling.grouping import Group, first_moment, group_by_moment
from campaigns.scheduling.models import Wave
from campaigns.scheduling.rows import WAVE_LATE_CODE
from campaigns.scheduling.waves import chunks_of, days_after, open_wave
from campaigns.sending.audience import audience_of, with_reason
from campaigns.sending.lanes import publish_lanes
from campaigns.sending.models import Campaign
from campaigns.sending.services import schedule_campaign
from campaigns.sending.states import CampaignStatus
from campaigns.splits.versions import campaign_required_fields
from portal import leases
from portal.activity import record_activity
from portal.alerts.services import clear_alert
from portal.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User

    from campaigns.scheduling.wish import Wish

LONGEST = timedelta(days=366)
_MOVING = (CampaignStatus.IN_PROGRESS, CampaignStatus.PAUSED)


def people_by_zone(campaign: Campaign) -> dict[str, int]:
    """Those who would get the campaign, by the zone that is written at them. Raises TemplateInvalid."""
    getting = with_reason(audience_of(campaign), campaign_required_fields(campaign)).filter(skip_reason=0)
    return dict(getting.order_by().values_list("time_zone").annotate(people=Count("pk")))


def groups_of(campaign: Campaign, wish: Wish, *, now: datetime) -> list[Group]:
    """The waves that the wish would make of the campaign's people now. Raises TemplateInvalid."""
    return group_by_moment(wish, people_by_zone(campaign), chosen_at=now)


def moment_of(campaign: Campaign, wish: Wish, *, now: datetime) -> datetime:
    """When the first mail leaves. Raises InvalidInput when that has passed, is too far away or cannot be."""
    if wish.is_by_recipients and hasattr(campaign, "split"):
        raise InvalidInput(
            _("A campaign with an A/B test leaves for everybody at one moment: choose that, or drop the A/B test.")
        )
    if wish.is_by_recipients:
        at = first_moment(wish, groups_of(campaign, wish, now=now), chosen_at=now)
        if at is None:
            raise InvalidInput(_("That time has passed in the time zones of all recipients. Choose a later one."))
    else:
        at = wish.resolved().moment
        if at <= now:
            raise InvalidInput(_("That time has passed. Choose a later one, or send now."))
    if at > now + LONGEST:
        raise InvalidInput(_("This is more than a year away. Choose an earlier moment."))
    return at


def schedule_by_wish(campaign_id: int, wish: Wish, *, actor: User) -> Campaign:
    """Schedule a draft, or reschedule, as wished. Raises InvalidInput, ApprovalNeeded, Conflict."""
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        raise Conflict(_("This campaign no longer exists."))
    at = moment_of(campaign, wish, now=timezone.now())
    return schedule_campaign(campaign_id, at=at, actor=actor, wish=wish)


@transaction.atomic
def send_wave(campaign_id: int, number: int, *, actor: User) -> Campaign:
    """Let a wave that asks leave now. Raises Conflict when it does not ask."""
    wave = _asking(campaign_id, number)
    open_wave(wave, late_s=int((leases.database_now() - wave.starts_at).total_seconds()))
    _note(wave, "campaign.wave_sent", actor)
    publish_lanes(wave.campaign)
    return wave.campaign


@transaction.atomic
def move_wave(campaign_id: int, number: int, *, actor: User) -> Campaign:
    """Let a wave that asks leave at the same local time on the next day that has not passed. Raises Conflict."""
    wave = _asking(campaign_id, number)
    later_days = days_after(wave)
    starts_at = next(later_days)
    while starts_at <= leases.database_now() or _is_taken(wave, starts_at):
        starts_at = next(later_days)
    chunks_of(wave).update(not_before=starts_at)
    Wave.objects.filter(pk=wave.pk).update(starts_at=starts_at, state=Wave.State.WAITING)
    _note(wave, "campaign.wave_moved", actor)
    return wave.campaign


@transaction.atomic
def leave_out_wave(campaign_id: int, number: int, *, actor: User) -> Campaign:
    """Send to nobody in a wave that asks; its people are marked by the sweep. Raises Conflict."""
    wave = _asking(campaign_id, number)
    Wave.objects.filter(pk=wave.pk).update(state=Wave.State.LEAVING_OUT)
    _note(wave, "campaign.wave_left_out", actor)
    return wave.campaign


def _is_taken(wave: Wave, moment: datetime) -> bool:
    """Two waves of one moment could not be told apart by their chunks."""
    return Wave.objects.filter(campaign_id=wave.campaign_id, starts_at=moment).exclude(pk=wave.pk).exists()


def _asking(campaign_id: int, number: int) -> Wave:
    waves = Wave.objects.select_for_update(of=("self",)).select_related("campaign")
    wave = waves.filter(campaign_id=campaign_id, number=number, state=Wave.State.ASKING).first()
    if wave is None or wave.campaign.status not in _MOVING:
        raise Conflict(_("This part of the campaign does not ask any more."))
    return wave


def _note(wave: Wave, verb: str, actor: User) -> None:
    clear_alert(WAVE_LATE_CODE, subject_key=wave.alert_key)
    people = sum(wave.zone_counts.values())
    record_activity(verb, actor=actor, target=wave.campaign, zones=sorted(wave.zone_counts)[:20], people=people)
