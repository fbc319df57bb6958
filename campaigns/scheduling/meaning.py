"""What a schedule means, in words and rows: when the mails leave for whom, and what the clocks do there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.scheduling.clock import Twist
from campaigns.scheduling.grouping import REST, Group, group_by_moment
from campaigns.scheduling.services import moment_of, people_by_zone

if TYPE_CHECKING:
    from campaigns.scheduling.wish import Wish
    from campaigns.sending.models import Campaign

MOST_ZONES = 4  # named in one row


@dataclass(frozen=True, slots=True)
class WaveRow:
    """One moment: `when` is None where the mails leave at once or never; `note` says which."""

    when: datetime | None
    zones: str
    people: int
    note: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """`key` changes with what there is to read; `notes` are sentences that one should have read before."""

    starts_at: datetime
    notes: list[str]
    waves: list[WaveRow] = field(default_factory=list)
    without_zone: int = 0
    key: str = ""

    @property
    def must_be_read(self) -> bool:
        return bool(self.notes or self.waves)


def meaning_of(campaign: Campaign, wish: Wish) -> Meaning:
    """Work it out for the campaign's people as they are now. Raises InvalidInput, TemplateInvalid."""
    now = timezone.now()
    starts_at = moment_of(campaign, wish, now=now)
    if not wish.is_by_recipients:
        twist = wish.resolved().twist
        notes = [twist_text(wish, wish.zone, twist)] if twist else []
        return Meaning(starts_at, notes, key=_key(wish, notes))
    counts = people_by_zone(campaign)
    groups = [group for group in group_by_moment(wish, counts, chosen_at=now) if group.people]
    rows = [_row(wish, group) for group in groups]
    without = sum(group.zones.get(REST, 0) for group in groups)
    notes = [twist_text(wish, zone, twist) for group in groups for zone, twist in group.twists.items()]
    past = [row.note for row in rows]
    return Meaning(starts_at, notes, rows, without, _key(wish, [*notes, *past]))


def _key(wish: Wish, seen: list[str]) -> str:
    return hashlib.sha256("|".join([*wish.as_dict().values(), *seen]).encode()).hexdigest()[:16]  # type: ignore[list-item]


def _row(wish: Wish, group: Group) -> WaveRow:
    zones = zone_names(group.zones, rest_zone=wish.zone)
    if not group.is_past:
        return WaveRow(group.moment, zones, group.people, "")
    note = _("has passed: sent at once") if wish.past == "send" else _("has passed: left out")
    return WaveRow(None, zones, group.people, note)


def zone_names(zones: dict[str, int], *, rest_zone: str) -> str:
    """The zones of one moment in words, those with most people first."""
    names = [
        _("no known zone, as %s") % readable(rest_zone) if zone == REST else readable(zone)
        for zone, _people in sorted(zones.items(), key=lambda pair: -pair[1])
    ]
    if len(names) <= MOST_ZONES:
        return ", ".join(names)
    values = {"zones": ", ".join(names[:MOST_ZONES]), "n": len(names) - MOST_ZONES}
    return _("%(zones)s and %(n)d more") % values


def readable(zone: str) -> str:
    """ "America/New York"."""
    return zone.replace("_", " ")


def twist_text(wish: Wish, zone: str, twist: Twist) -> str:
    """What the clocks of a zone do at that time, in a sentence."""
    found = wish.resolved(zone)
    values = {
        "zone": readable(zone),
        "wished": date_format(wish.local, "TIME_FORMAT"),
        "shown": date_format(found.shown, "TIME_FORMAT"),
    }
    if twist is Twist.SKIPPED:
        text = _(
            "%(zone)s: the clocks are put forward, and %(wished)s does not exist that day. It leaves at %(shown)s."
        )
    else:
        text = _("%(zone)s: the clocks are put back, and %(wished)s comes twice that day. It leaves at the first one.")
    return text % values
