"""The assignment of `assignment.py`, in SQL that both databases understand."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.db.models import BigIntegerField, ExpressionWrapper, F, Value
from django.db.models.functions import Cast

from campaigns.splits.assignment import BUCKETS, PRIME, WHOLE_AUDIENCE, Part, key_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable
    from django_stubs_ext import WithAnnotations

    from campaigns.audience.models import Contact


class Bucket(TypedDict):
    """What `with_bucket` adds to each contact."""

    bucket: int


def with_bucket(people: QuerySet[Contact], campaign_id: int) -> QuerySet[WithAnnotations[Contact, Bucket]]:
    """`people`, each with their `bucket` in this campaign."""
    factor, summand = key_of(campaign_id)
    mixed = _mod(_mod(Cast(F("pk"), BigIntegerField()), PRIME) * Value(factor) + Value(summand), PRIME)
    fifth = _mod(_square(_square(mixed)) * mixed, PRIME)
    return people.annotate(bucket=_mod(fifth, BUCKETS))


def people_of_part(people: QuerySet[Contact], campaign_id: int, part: Part) -> QuerySet[Contact]:
    """Those of `people` who are in this part; all where nothing is tested."""
    if part == WHOLE_AUDIENCE:
        return people
    return with_bucket(people, campaign_id).filter(bucket__gte=part.low, bucket__lt=part.high)


def _square(number: Combinable) -> Combinable:
    return _mod(number * number, PRIME)


def _mod(number: Combinable, divisor: int) -> Combinable:
    return ExpressionWrapper(number % Value(divisor), output_field=BigIntegerField())
