"""Questions about sending domains that several pages ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from credentials.sending_domains.models import SendingDomain

if TYPE_CHECKING:
    from django.db.models import QuerySet


def unwell_domains() -> QuerySet[SendingDomain]:
    """Those that failed at SES, or one of whose records was right and is not any more."""
    # A join would count a domain for each of its records.
    broken = SendingDomain.objects.filter(records__broke_at__isnull=False).values("pk")
    return SendingDomain.objects.filter(Q(state=SendingDomain.State.FAILED) | Q(pk__in=broken))


def domain_for(address: str) -> SendingDomain | None:
    """The nearest domain on the list that an address belongs to; None without one."""
    labels = address.lower().rpartition("@")[2].split(".")
    names = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    found = SendingDomain.objects.in_bulk(names, field_name="name")
    return next((found[name] for name in names if name in found), None)


def broken_kinds(domain: SendingDomain) -> list[str]:
    """Kinds of its records that were right and are not any more."""
    return list(domain.records.filter(broke_at__isnull=False).order_by("pk").values_list("kind", flat=True))
