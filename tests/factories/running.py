"""Campaigns that run: planned through the real services, sent by the real worker loop."""

from __future__ import annotations

from campaigns.audience.models import ContactList, ListMembership
from campaigns.sending import services
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.plan import plan_campaign
from campaigns.sending.send_chunk import send_next_chunk
from campaigns.sending.states import DeliveryState
from tests.factories.sending import make_account, make_campaign, make_contact


def running_campaign(people: int = 25, **fields) -> Campaign:
    """A campaign to `people` contacts that has just been planned."""
    account = fields.pop("account", None) or make_account(max_rate_per_s=100_000)
    chosen = ContactList.objects.create(name=f"List {ContactList.objects.count()}")
    for number in range(people):
        contact = make_contact(f"person{number}@club.example", first_name=f"Anna {number}")
        ListMembership.objects.create(contact_list=chosen, contact=contact)
    campaign = make_campaign(account=account, **fields)
    campaign.include_lists.add(chosen)
    services.start_campaign(campaign.pk, actor=None)
    assert plan_campaign(campaign.pk)
    campaign.refresh_from_db()
    return campaign


def send_all(campaign: Campaign) -> None:
    while send_next_chunk(campaign.pk, sleep=lambda _s: None):
        pass


def states_of(campaign: Campaign) -> dict[DeliveryState, int]:
    found: dict[DeliveryState, int] = {}
    for state in Delivery.objects.filter(campaign=campaign).values_list("state", flat=True):
        found[DeliveryState(state)] = found.get(DeliveryState(state), 0) + 1
    return found
