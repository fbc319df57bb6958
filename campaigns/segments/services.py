"""What people do with segments: save, copy, delete; each deed goes to the activity log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.segments.definition import InvalidDefinition, as_stored, conditions_of, read_stored
from campaigns.segments.models import Segment
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus
from portal.activity import record_activity
from portal.errors import Conflict

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from campaigns.segments.definition import Group

NAME_LENGTH = 120
_NOT_STARTED = (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)


@transaction.atomic
def save_segment(segment: Segment, group: Group, *, actor: User | None) -> Segment:
    """Write a new or changed segment; campaigns that were started keep what they asked."""
    is_new = segment.pk is None
    if is_new:
        segment.created_by = actor
    segment.definition = as_stored(group)
    segment.people_count, segment.counted_at = None, None
    segment.save()
    record_activity("segment.created" if is_new else "segment.changed", actor=actor, target=segment)
    return segment


@transaction.atomic
def copy_segment(segment: Segment, *, actor: User | None) -> Segment:
    """A second segment that asks the same, under a name of its own."""
    copy = Segment(
        name=_free_name(_("Copy of %s") % segment.name), description=segment.description,
        definition=segment.definition, created_by=actor,
    )  # fmt: skip
    copy.save()
    record_activity("segment.copied", actor=actor, target=copy, source_id=segment.pk)
    return copy


@transaction.atomic
def delete_segment(segment: Segment, *, actor: User | None) -> None:
    """Delete a segment. Raises Conflict while a campaign that has not started asks it."""
    waiting = list(campaigns_waiting_for(segment)[:3])
    if waiting:
        names = ", ".join(f"“{campaign.name}”" for campaign in waiting)
        raise Conflict(_("“%(segment)s” is the audience of %(names)s: take it out there first.") % {
            "segment": segment.name, "names": names,
        })  # fmt: skip
    record_activity("segment.deleted", actor=actor, target=segment)
    segment.delete()


def campaigns_of(segment: Segment) -> QuerySet[Campaign]:
    """Campaigns that include or exclude it, the newest first."""
    return (segment.including.all() | segment.excluding.all()).distinct().order_by("-pk")


def campaigns_waiting_for(segment: Segment) -> QuerySet[Campaign]:
    """Those among them that would ask it when they start."""
    return campaigns_of(segment).filter(status__in=_NOT_STARTED)


def segments_asking(key: str) -> list[Segment]:
    """Segments with a condition on this field, e.g. `attr:town`."""
    return [segment for segment in Segment.objects.all() if key in _fields_of(segment)]


def _fields_of(segment: Segment) -> set[str]:
    try:
        return {condition.field for condition in conditions_of(read_stored(segment.definition))}
    except InvalidDefinition:
        return set()


def _free_name(wanted: str) -> str:
    name, number = wanted[:NAME_LENGTH], 2
    while Segment.objects.filter(name=name).exists():
        name, number = f"{wanted[: NAME_LENGTH - 5]} {number}", number + 1
    return name
