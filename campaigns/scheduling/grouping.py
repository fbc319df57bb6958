"""Which people leave at which moment when a campaign follows the clocks of its recipients; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from campaigns.scheduling.clock import Twist, known_zones

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaigns.scheduling.wish import Wish

REST = ""  # stands for everybody without a zone, or with one that nobody knows


@dataclass(slots=True)
class Group:
    """Zones that reach the wished time at one moment, with their people. `is_rest`: also all without a known zone."""

    moment: datetime
    is_past: bool
    zones: dict[str, int] = field(default_factory=dict)
    twists: dict[str, Twist] = field(default_factory=dict)
    is_rest: bool = False

    @property
    def people(self) -> int:
        return sum(self.zones.values())


def group_by_moment(wish: Wish, counts: Mapping[str, int], *, chosen_at: datetime) -> list[Group]:
    """The groups in the order of time; exactly one is the rest, even when nobody is in it.

    `counts`: people by the zone that is written at them. `chosen_at`: what lies before it has passed.
    """
    groups: dict[datetime, Group] = {}
    for zone, people in sorted(counts.items()):
        known = zone if zone in known_zones() else REST
        _add(groups, wish, known, people, chosen_at)
    _add(groups, wish, REST, 0, chosen_at)
    return [groups[moment] for moment in sorted(groups)]


def _add(groups: dict[datetime, Group], wish: Wish, zone: str, people: int, chosen_at: datetime) -> None:
    found = wish.resolved(zone)
    group = groups.setdefault(found.moment, Group(found.moment, is_past=found.moment < chosen_at))
    group.is_rest = group.is_rest or zone == REST
    if people:
        group.zones[zone] = group.zones.get(zone, 0) + people
    if found.twist is not Twist.NONE:
        group.twists[zone or wish.zone] = found.twist


def first_moment(wish: Wish, groups: list[Group], *, chosen_at: datetime) -> datetime | None:
    """When the first mail leaves: at once when it goes to those whose time has passed. None when nobody is left."""
    wanted = [group for group in groups if group.people]
    if any(group.is_past for group in wanted) and wish.past == "send":
        return chosen_at
    coming = [group.moment for group in wanted if not group.is_past]
    return min(coming, default=None)
