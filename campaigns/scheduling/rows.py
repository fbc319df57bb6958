"""The row of a schedule, written in the transactions that schedule, start and take back a campaign."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.utils import timezone

from campaigns.scheduling.clock import LOCAL_FORMAT
from campaigns.scheduling.models import Schedule, Wave
from campaigns.scheduling.wish import Wish
from campaigns.sending.models import Chunk
from portal.alerts.services import clear_alert

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User

    from campaigns.sending.models import Campaign

LATE_CODE = "campaign.schedule_late"
WAVE_LATE_CODE = "campaign.wave_late"
NOTICED_LATE_S = 120  # the sweep comes every minute; from here on the page says that it left late


def schedule_of(campaign: Campaign) -> Schedule | None:
    """The campaign's schedule; None for one that was never scheduled."""
    return Schedule.objects.filter(campaign=campaign).first()


def wish_of(schedule: Schedule) -> Wish:
    """What was wished of it."""
    return Wish(schedule.local_time, schedule.zone, schedule.clock, schedule.past)


def wish_at(moment: datetime) -> Wish:
    """The wish for one moment, in the zone of whoever asks."""
    zone = timezone.get_current_timezone_name()
    return Wish(timezone.localtime(moment).strftime(LOCAL_FORMAT), zone)


def write_schedule(campaign: Campaign, wish: Wish, actor: User | None) -> Schedule:
    """Keep the wish with the campaign, in place of an earlier one."""
    clear_alert(LATE_CODE, subject_key=str(campaign.pk))
    schedule, _is_new = Schedule.objects.update_or_create(
        campaign=campaign,
        defaults={
            **wish.as_dict(),
            "state": Schedule.State.WAITING,
            "asks_because": "",
            "late_s": 0,
            "scheduled_by": actor,
            "scheduled_at": timezone.now(),
        },
    )
    return schedule


def note_start(campaign: Campaign, actor: User | None) -> None:
    """Note at the schedule, if there is one, that the campaign starts, and how late.

    Somebody who presses Send before its time sends to everybody at once.
    """
    schedule = Schedule.objects.select_for_update().filter(campaign=campaign).first()
    if schedule is None or campaign.scheduled_at is None:
        return
    late_s = (timezone.now() - campaign.scheduled_at).total_seconds()
    if actor is not None and late_s < 0:
        schedule.clock = Schedule.Clock.ONE_ZONE
    schedule.state, schedule.asks_because = Schedule.State.FIRED, ""
    schedule.late_s = max(0, math.floor(late_s))
    schedule.save(update_fields=["clock", "state", "asks_because", "late_s"])
    clear_alert(LATE_CODE, subject_key=str(campaign.pk))


def end_waves(campaign: Campaign) -> None:
    """The campaign is cancelled: what waited for its time is given to the workers, who mark it."""
    Chunk.objects.filter(campaign=campaign, not_before__isnull=False).update(not_before=None)
    for wave in Wave.objects.filter(campaign=campaign, state=Wave.State.ASKING):
        clear_alert(WAVE_LATE_CODE, subject_key=wave.alert_key)
    clear_alert(LATE_CODE, subject_key=str(campaign.pk))


def forget_schedule(campaign: Campaign) -> None:
    """The campaign is a draft again, or will never leave."""
    Schedule.objects.filter(campaign=campaign).delete()
    clear_alert(LATE_CODE, subject_key=str(campaign.pk))
