"""Segments as a campaign keeps them from Send on: their definitions, and the moment from which its days count.

What is kept is the question, not the people: they are found while the campaign is planned, each once. See
docs/decisions/0010-segments-freeze-their-question.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.segments.definition import InvalidDefinition, read_stored
from campaigns.segments.people import is_in
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.segments.definition import DefinitionDict, Group
    from campaigns.segments.models import Segment
    from campaigns.sending.models import Campaign


class FrozenSegmentDict(TypedDict):
    """One segment of a started campaign in JSON."""

    id: int
    name: str
    definition: DefinitionDict


class FrozenDict(TypedDict):
    """All segments of a started campaign in JSON."""

    now: str  # ISO, aware
    include: list[FrozenSegmentDict]
    exclude: list[FrozenSegmentDict]


@dataclass(frozen=True, slots=True)
class Asked:
    """One segment as a campaign asks it."""

    name: str
    group: Group


@dataclass(frozen=True, slots=True)
class CampaignSegments:
    """The segments of one campaign: as they are now while it is a draft, as they were once it was started."""

    now: datetime
    include: list[Asked]
    exclude: list[Asked]

    def included(self) -> Q | None:
        """People in any of the included segments; None when there is no such segment."""
        return self._any_of(self.include)

    def excluded(self) -> Q | None:
        """People in any of the excluded segments; None when there is no such segment."""
        return self._any_of(self.exclude)

    def _any_of(self, asked: list[Asked]) -> Q | None:
        found: Q | None = None
        for segment in asked:
            people = is_in(segment.group, now=self.now)
            found = people if found is None else found | people
        return found


def segments_of(campaign: Campaign) -> CampaignSegments:
    """What the campaign asks. Raises InvalidDefinition where a stored segment cannot be read."""
    frozen = campaign.frozen_segments
    if frozen:
        now = datetime.fromisoformat(frozen["now"])
        return CampaignSegments(now, _read(frozen["include"]), _read(frozen["exclude"]))
    if campaign._state.adding:  # noqa: SLF001
        return CampaignSegments(timezone.now(), [], [])
    return CampaignSegments(
        timezone.now(), _asked(campaign.include_segments.all()), _asked(campaign.exclude_segments.all())
    )


def freeze_segments(campaign: Campaign, *, now: datetime) -> FrozenDict:
    """What to keep with a campaign that starts now. Raises InvalidInput where a segment cannot be asked any more."""
    return FrozenDict(
        now=now.isoformat(),
        include=[_frozen(segment) for segment in campaign.include_segments.all()],
        exclude=[_frozen(segment) for segment in campaign.exclude_segments.all()],
    )


def _frozen(segment: Segment) -> FrozenSegmentDict:
    try:
        read_stored(segment.definition)
    except InvalidDefinition as error:
        raise InvalidInput(_("The segment “%s” cannot be read. Open it and save it again.") % segment.name) from error
    return FrozenSegmentDict(id=segment.pk, name=segment.name, definition=segment.definition)


def _read(frozen: Iterable[FrozenSegmentDict]) -> list[Asked]:
    return [Asked(segment["name"], read_stored(segment["definition"])) for segment in frozen]


def _asked(segments: Iterable[Segment]) -> list[Asked]:
    return [Asked(segment.name, read_stored(segment.definition)) for segment in segments]
