"""The waves of a campaign that follows the clocks of its recipients: planned one after the other, opened in their time.

The rest is planned last and takes everybody who has no delivery yet, so that nobody who moves to another zone in the
middle of the planning is missed; the ledger's unique key keeps everybody once.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Value, When
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.scheduling.clock import resolve
from campaigns.scheduling.grouping import REST, Group, group_by_moment
from campaigns.scheduling.models import Schedule, Wave
from campaigns.scheduling.rows import WAVE_LATE_CODE, wish_of
from campaigns.sending.audience import audience_of
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.states import CampaignStatus, Reason
from portal import leases
from portal.alerts.services import raise_alert
from portal.wording import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from campaigns.audience.models import Contact

logger = logging.getLogger(__name__)

AT_ONCE = 200  # waves for each sweep


def wave_to_plan(campaign: Campaign) -> Wave | None:
    """The next wave whose people are to be written down; None when there is none, or the campaign has no waves.

    Call it in a transaction that holds the campaign. The first call writes the waves.
    """
    schedule = Schedule.objects.filter(campaign=campaign, clock=Schedule.Clock.RECIPIENTS).first()
    if schedule is None:
        return None
    if not campaign.waves.exists():
        _write_waves(campaign, schedule)
    return campaign.waves.filter(is_planned=False).order_by("is_rest", "number").first()


def _write_waves(campaign: Campaign, schedule: Schedule) -> None:
    counts = audience_of(campaign).order_by().values_list("time_zone").annotate(people=Count("pk"))
    wish = wish_of(schedule)
    groups = group_by_moment(wish, dict(counts), chosen_at=schedule.scheduled_at)
    Wave.objects.bulk_create(_wave(campaign, schedule, number, group) for number, group in enumerate(groups))


def _wave(campaign: Campaign, schedule: Schedule, number: int, group: Group) -> Wave:
    wave = Wave(
        campaign=campaign, number=number, starts_at=group.moment, zone_counts=group.zones, is_rest=group.is_rest
    )
    if group.is_past and schedule.past == Schedule.Past.LEAVE_OUT:
        wave.state = Wave.State.LEFT_OUT
    elif group.is_past:
        wave.state, wave.starts_at, wave.opened_at = Wave.State.OPEN, timezone.now(), timezone.now()
    return wave


def people_of_wave(campaign: Campaign, wave: Wave) -> QuerySet[Contact]:
    """The audience of one wave, from its cursor on."""
    people = audience_of(campaign).filter(pk__gt=wave.plan_cursor)
    if not wave.is_rest:
        return people.filter(time_zone__in=list(wave.zone_counts))
    written = Delivery.objects.filter(campaign=campaign, address_key=OuterRef("address_key"))
    return people.filter(~Exists(written))


def note_planned(wave: Wave, last_contact_id: int | None) -> None:
    """Move the wave's cursor; None: everybody in it is written down."""
    if last_contact_id is None:
        Wave.objects.filter(pk=wave.pk).update(is_planned=True)
    else:
        Wave.objects.filter(pk=wave.pk).update(plan_cursor=last_contact_id)


def waits_until(wave: Wave | None) -> datetime | None:
    """The moment before which the chunks of a wave do not leave; None for those that may."""
    return wave.starts_at if wave is not None and wave.state == Wave.State.WAITING else None


def open_due_waves(campaign_id: int | None = None) -> int:
    """Let the waves leave whose moment has come, or ask when it is long past; called by the sweep and after planning.

    A pause holds them all the same; a wave whose time comes meanwhile leaves with Resume. Returns how many opened.
    """
    moving = (CampaignStatus.IN_PROGRESS, CampaignStatus.PAUSED)
    due = Wave.objects.filter(state=Wave.State.WAITING, starts_at__lte=Now(), campaign__status__in=moving)
    if campaign_id is not None:
        due = due.filter(campaign_id=campaign_id)
    return sum(_open(wave_id) for wave_id in due.order_by("starts_at").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _open(wave_id: int) -> bool:
    wave = Wave.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=wave_id)
    if wave.state != Wave.State.WAITING:
        return False
    late_s = _late_s(wave)
    if late_s > settings.SCHEDULE_ASK_AFTER_S and wave.campaign.status == CampaignStatus.IN_PROGRESS:
        _ask(wave, late_s)
        return False
    open_wave(wave, late_s=late_s)
    return True


def _late_s(wave: Wave) -> int:
    """From its moment, or from the start of the campaign when that came later: before, nothing could leave."""
    begun = max(wave.starts_at, wave.campaign.planned_at or wave.starts_at)
    return max(0, int((leases.database_now() - begun).total_seconds()))


def open_wave(wave: Wave, *, late_s: int) -> None:
    """Free the chunks of a wave; call it in a transaction that holds the wave."""
    Wave.objects.filter(pk=wave.pk).update(state=Wave.State.OPEN, opened_at=Now(), late_s=late_s)
    chunks_of(wave).update(not_before=None)
    logger.info("wave.opened", extra={"campaign": wave.campaign_id, "wave": wave.number, "late_s": late_s})


def chunks_of(wave: Wave) -> QuerySet[Chunk]:
    """The chunks of a wave that still wait for its moment."""
    return Chunk.objects.filter(campaign_id=wave.campaign_id, not_before=wave.starts_at)


def days_after(wave: Wave) -> Iterator[datetime]:
    """The same local time on each day after the wave's own, by the clocks of most of its people."""
    wish = wish_of(Schedule.objects.get(campaign_id=wave.campaign_id))
    zone = max(wave.zone_counts, key=lambda name: wave.zone_counts[name], default=REST) or wish.zone
    day = wave.starts_at.astimezone(ZoneInfo(zone)).date()
    while True:
        day += timedelta(days=1)
        yield resolve(datetime.combine(day, wish.local.time()), zone).moment


def _ask(wave: Wave, late_s: int) -> None:
    Wave.objects.filter(pk=wave.pk).update(state=Wave.State.ASKING, late_s=late_s)
    text = _("Part of “%(name)s” was not sent at its time, %(late)s ago, and asks before it sends.")
    raise_alert(
        WAVE_LATE_CODE, subject_key=wave.alert_key,
        text=text % {"name": wave.campaign.name, "late": format_duration(late_s)},
        url=reverse("admin:campaigns_campaign_progress", args=[wave.campaign_id]), severity="bad",
    )  # fmt: skip


def leaving_out(reasoned: QuerySet[Contact]) -> QuerySet[Contact]:
    """People with their `skip_reason`; those who had none are skipped because their time has passed."""
    passed = Case(
        When(skip_reason=0, then=Value(int(Reason.TIME_PASSED))), default=F("skip_reason"), output_field=IntegerField()
    )
    return reasoned.annotate(skip_reason=passed)
