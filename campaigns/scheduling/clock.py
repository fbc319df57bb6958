"""From a wall clock in a named zone to a moment; pure.

A time that the clocks skip leaves as RFC 5545 reads it: by the offset from before the jump, so 02:30 becomes 03:30.
A time that comes twice is the first of the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

LOCAL_FORMAT = "%Y-%m-%dT%H:%M"


class Twist(StrEnum):
    """What the clocks of a zone do to a wall clock."""

    NONE = ""
    SKIPPED = "skipped"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A wall clock in one zone: the moment (UTC), what the clocks there show then, and what was odd about it."""

    moment: datetime
    shown: datetime  # naive
    twist: Twist


@cache
def known_zones() -> frozenset[str]:
    """The IANA names that this installation knows and people may choose."""
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def resolve(local: datetime, zone: str) -> Resolved:
    """The moment at which the clocks of `zone` show `local` (naive)."""
    here = ZoneInfo(zone)
    first = local.replace(tzinfo=here, fold=0)
    second = local.replace(tzinfo=here, fold=1)
    moment = first.astimezone(UTC)
    shown = moment.astimezone(here).replace(tzinfo=None, fold=0)
    if shown != local:
        return Resolved(moment, shown, Twist.SKIPPED)
    twist = Twist.TWICE if first.utcoffset() != second.utcoffset() else Twist.NONE
    return Resolved(moment, shown, twist)


def matching_zones(text: str) -> list[str]:
    """Names that somebody may mean by `text`: the exact one alone, else all whose words hold it."""
    wanted = "_".join(text.split()).casefold()
    by_name = {name.casefold(): name for name in known_zones()}
    if wanted in by_name:
        return [by_name[wanted]]
    last_word = sorted(name for name in known_zones() if name.casefold().rpartition("/")[2] == wanted)
    if len(last_word) == 1:
        return last_word
    return sorted(name for name in known_zones() if wanted and wanted in name.casefold())
