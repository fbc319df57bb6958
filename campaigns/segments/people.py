"""Who is in a segment: a definition as one condition on contacts."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from campaigns.audience.models import Contact
from campaigns.segments.conditions_sql import CONDITION_SQL, Moment
from campaigns.segments.deeds_sql import campaign_condition
from campaigns.segments.definition import Condition, Group, InvalidDefinition, read_stored
from campaigns.segments.models import Segment
from campaigns.segments.operators import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet


def people_in(group: Group, *, now: datetime) -> QuerySet[Contact]:
    """Everybody of whom the definition holds at this moment (aware)."""
    return Contact.objects.filter(is_in(group, now=now))


def everybody_in(group: Group, *, now: datetime) -> QuerySet[Contact]:
    """The same people, to be counted after `planner.by_reading_all`."""
    return Contact.objects.order_by().filter(_rule(group, Moment(now, of_everybody=True)))


def is_in(group: Group, *, now: datetime) -> Q:
    """The definition as a condition for any query on contacts."""
    return _rule(group, Moment(now))


def in_segment(people: QuerySet[Contact], segment_id: int) -> QuerySet[Contact]:
    """Those of `people` who are in a saved segment now; nobody where it is gone or cannot be read."""
    segment = Segment.objects.filter(pk=segment_id).first()
    if segment is None:
        return people.none()
    try:
        group = read_stored(segment.definition)
    except InvalidDefinition:
        return people.none()
    return people.filter(is_in(group, now=timezone.now()))


def _rule(rule: Condition | Group, moment: Moment) -> Q:
    if isinstance(rule, Condition):
        build = campaign_condition if rule.kind is Kind.CAMPAIGN else CONDITION_SQL[rule.kind]
        return build(rule, moment)
    parts = [_rule(part, moment) for part in rule.rules]
    if rule.join == "all":
        return reduce(and_, parts)
    found = reduce(or_, parts)
    return ~found if rule.join == "none" else found
