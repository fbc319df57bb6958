"""The people of a follow-up: those whom a campaign did not reach, or those who were not among its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Exists, Max, Min, OuterRef, Q

from campaigns.audience.models import Contact
from campaigns.bulk.models import FormerAddress
from campaigns.follow_ups.causes import offer_of, read_cause
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.states import OPEN, DeliveryState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.db.models import QuerySet

# Of another follow-up: they have it, may have it, or are about to get it.
_SERVED = OPEN | {DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.COMPLAINED, DeliveryState.UNCERTAIN}


def family_of(campaign: Campaign) -> list[int]:
    """Ids of the first campaign and of all that follow it or one another; a handful of rows."""
    root = campaign
    while root.origin is not None:
        root = root.origin
    return [root.pk, *followers_of(root.pk)]


def followers_of(campaign_id: int) -> list[int]:
    """Ids of all that follow this campaign or one another."""
    found: list[int] = []
    newest = [campaign_id]
    while newest:
        newest = list(Campaign.objects.filter(origin_id__in=newest).order_by("pk").values_list("pk", flat=True))
        found += newest
    return found


def served_by_followers(campaign_id: int, delivery_ids: Collection[int]) -> set[int]:
    """Those of the campaign's deliveries whose people have the mail by a campaign that follows it, or will get it."""
    followers = followers_of(campaign_id)
    if not followers or not delivery_ids:
        return set()
    served = Delivery.objects.filter(campaign_id__in=followers, state__in=_SERVED, address_key=OuterRef("address_key"))
    return set(Delivery.objects.filter(Exists(served), pk__in=delivery_ids).values_list("pk", flat=True))


def others_in_family(campaign: Campaign) -> list[int]:
    """Ids of all others of the family."""
    return [pk for pk in family_of(campaign) if pk != campaign.pk]


def people_not_reached(campaign: Campaign) -> QuerySet[Contact]:
    """Those of the original campaign who stand there for the chosen causes now, and whom no other follow-up serves.

    Asked anew while the follow-up is planned: whoever turns out to have got the mail is no longer among them.
    """
    causes = [read_cause(key) for key in campaign.origin_causes if offer_of(key)]
    if campaign.origin_id is None or not causes:
        return Contact.objects.none()
    failed = Q()
    for state, reason in causes:
        failed |= Q(state=state, reason=reason)
    rows = _deliveries_of([campaign.origin_id]).filter(failed, contact__isnull=False)
    others = [pk for pk in others_in_family(campaign) if pk != campaign.origin_id]
    served = Delivery.objects.filter(campaign_id__in=others, state__in=_SERVED, address_key=OuterRef("address_key"))
    return Contact.objects.filter(pk__in=rows.values("contact_id")).exclude(Exists(served))


def hold_family(campaign: Campaign) -> None:
    """Let no other follow-up of the same family be planned until the transaction ends: nobody is in two of them."""
    if campaign.origin_id is not None:
        list(Campaign.objects.select_for_update().filter(pk=family_of(campaign)[0]).values_list("pk"))


def without_those_written_to(people: QuerySet[Contact], family: list[int]) -> QuerySet[Contact]:
    """`people` without everybody who is in the ledger of one of these campaigns.

    By the address, by the address of somebody merged into them, and by who they are: an address may have changed since.
    """
    to_same_address = Delivery.objects.filter(campaign_id__in=family, address_key=OuterRef("address_key"))
    former = FormerAddress.objects.filter(Exists(to_same_address), contact_id=OuterRef("pk"))
    return _without_the_same(people, family).exclude(Exists(to_same_address)).exclude(Exists(former))


def _without_the_same(people: QuerySet[Contact], family: list[int]) -> QuerySet[Contact]:
    """No index knows the person of a delivery: PostgreSQL makes a hash join of the one form, SQLite a list of the other."""
    rows = _deliveries_of(family).filter(contact__isnull=False)
    if connection.vendor == "postgresql":
        return people.exclude(Exists(rows.filter(contact_id=OuterRef("pk"))))
    return people.exclude(pk__in=rows.values("contact_id"))


def _deliveries_of(campaign_ids: Iterable[int]) -> QuerySet[Delivery]:
    """The deliveries of these campaigns, by the ranges of their chunks: no index knows the campaign alone."""
    ranges = Chunk.objects.filter(campaign_id__in=list(campaign_ids)).order_by().values("campaign_id")
    found = Q(pk__in=[])
    for row in ranges.annotate(first=Min("first_delivery_id"), last=Max("last_delivery_id")):
        found |= Q(campaign_id=row["campaign_id"], pk__gte=row["first"], pk__lte=row["last"])
    return Delivery.objects.filter(found)
