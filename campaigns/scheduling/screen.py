"""What the pages of a campaign show of its schedule: how it leaves, how late it is, and its waves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format

from campaigns.messages.problems import TemplateInvalid
from campaigns.scheduling.meaning import Meaning, meaning_of, readable, zone_names
from campaigns.scheduling.models import Schedule, Wave
from campaigns.scheduling.rows import NOTICED_LATE_S, schedule_of, wish_of
from campaigns.sending.states import CampaignStatus
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign

TONES = {
    Wave.State.WAITING: "accent",
    Wave.State.OPEN: "good",
    Wave.State.ASKING: "bad",
    Wave.State.LEAVING_OUT: "warn",
    Wave.State.LEFT_OUT: "warn",
}


@dataclass(frozen=True, slots=True)
class ShownWave:
    """One wave as a row of the progress page."""

    number: int
    starts_at: datetime
    zones: str
    people: int
    state: str
    tone: str
    asks: bool
    late_s: int


def scheduled_context(campaign: Campaign) -> dict[str, Any]:
    """What the bar of a scheduled campaign shows."""
    schedule = schedule_of(campaign)
    if schedule is None or campaign.status != CampaignStatus.SCHEDULED:
        return {"schedule": schedule}
    wish = wish_of(schedule)
    return {
        "schedule": schedule,
        "asks": schedule.state == Schedule.State.ASKING,
        "wished_time": date_format(wish.local, "DATETIME_FORMAT"),
        "wished_zone": readable(wish.zone),
        "by_recipients": wish.is_by_recipients,
        "meaning": _meaning(campaign, schedule),
    }


def _meaning(campaign: Campaign, schedule: Schedule) -> Meaning | None:
    if schedule.clock != Schedule.Clock.RECIPIENTS or schedule.state == Schedule.State.ASKING:
        return None
    try:
        return meaning_of(campaign, wish_of(schedule))
    except (InvalidInput, TemplateInvalid):
        return None


def waves_context(campaign: Campaign) -> dict[str, Any]:
    """What the progress page shows: the waves, and how late it left."""
    schedule = schedule_of(campaign)
    if schedule is None:
        return {"waves": [], "waves_key": "", "late_s": 0}
    waves = [_shown(wave, schedule) for wave in campaign.waves.all() if wave.zone_counts]
    late_s = schedule.late_s if schedule.late_s >= NOTICED_LATE_S else 0
    return {"waves": waves, "waves_key": waves_key(campaign), "late_s": late_s}


def _shown(wave: Wave, schedule: Schedule) -> ShownWave:
    state = Wave.State(wave.state)
    return ShownWave(
        number=wave.number,
        starts_at=wave.starts_at,
        zones=zone_names(wave.zone_counts, rest_zone=schedule.zone),
        people=sum(wave.zone_counts.values()),
        state=str(state.label),
        tone=TONES[state],
        asks=state is Wave.State.ASKING,
        late_s=wave.late_s if wave.late_s >= NOTICED_LATE_S else 0,
    )


def waves_key(campaign: Campaign) -> str:
    """Changes when the state of a wave does; the live page is loaded again then."""
    return "-".join(state[:2] for state in campaign.waves.values_list("state", flat=True))
