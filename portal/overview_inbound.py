"""What waits for a person about mail that comes in: Gmail accounts for which mail is parked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import ngettext

from portal.row_ids import row_id
from portal.wording import format_count
from routing.gmail.models import GmailMailbox
from routing.inbound.models import DeliveryState, InboundDelivery

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ParkedMail:
    """One account and how much waits for it, in words."""

    account: str
    text: str
    url: str


def find_parked_mail() -> Iterator[ParkedMail]:
    """Accounts for which mail is parked, by the partial index; where an alert says so, its address is the same."""
    parked = InboundDelivery.objects.filter(action="gmail", state=DeliveryState.PARKED).order_by()
    counts = dict(parked.values_list("destination").annotate(count=Count("id"))[:_SHOWN])
    if not counts:
        return
    ids = [number for destination in counts if (number := row_id(destination))]
    for mailbox in GmailMailbox.objects.select_related("grant").filter(pk__in=ids):
        count = counts[mailbox.destination]
        text = ngettext("%s mail waits for this account.", "%s mails wait for this account.", count)
        url = reverse("admin:routing_gmailmailbox_of_grant", args=[mailbox.grant_id])
        yield ParkedMail(mailbox.grant.email, text % format_count(count), url)
