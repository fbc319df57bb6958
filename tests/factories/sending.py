"""Campaigns that were planned, as the plan would leave them: chunks, deliveries and counters that agree."""

from __future__ import annotations

from collections import Counter

from campaigns.audience.models import Contact
from campaigns.sending.models import Campaign, Chunk, Delivery, SendingAccount
from campaigns.sending.states import OPEN, CampaignStatus, DeliveryState, Reason


def make_account(*, name: str = "Main", max_rate_per_s: float = 50, quota_24h: float = 100_000) -> SendingAccount:
    account, _created = SendingAccount.objects.get_or_create(
        name=name, defaults={"region": "us-east-1", "max_rate_per_s": max_rate_per_s, "quota_24h": quota_24h}
    )
    return account


def make_contact(address: str = "anna@club.example", **fields) -> Contact:
    return Contact.objects.create(address=address, **fields)


def make_campaign(name: str = "Spring letter", **fields) -> Campaign:
    fields.setdefault("subject", "Hello {{ first_name | default: 'friend' }}")
    fields.setdefault("body", "Dear {{ first_name | default: 'friend' }},\n\nthe hall is open.")
    fields.setdefault("from_address", "office@postroom.example")
    if "account" not in fields:
        fields["account"] = make_account()
    return Campaign.objects.create(name=name, **fields)


def plan_people(
    campaign: Campaign,
    states: list[DeliveryState | tuple[DeliveryState, Reason]],
    *,
    chunk_size: int = 10,
    prefix: str = "person",
    with_contacts: bool = False,
) -> list[Delivery]:
    """Write one delivery per entry of `states`, in order, in chunks of `chunk_size`."""
    pairs = [entry if isinstance(entry, tuple) else (entry, Reason.NONE) for entry in states]
    first_number = campaign.chunks.count()
    made = [
        Delivery(
            campaign=campaign,
            contact=make_contact(f"{prefix}{index}@club.example") if with_contacts else None,
            address=f"{prefix}{index}@club.example",
            address_key=f"{prefix}{index}@club.example",
            chunk_number=first_number + index // chunk_size,
            state=state,
            reason=reason,
        )
        for index, (state, reason) in enumerate(pairs)
    ]
    Delivery.objects.bulk_create(made)
    for start in range(0, len(made), chunk_size):
        _count_chunk(campaign, made[start : start + chunk_size])
    return made


def _count_chunk(campaign: Campaign, people: list[Delivery]) -> None:
    states = Counter(DeliveryState(person.state) for person in people)
    causes = Counter(f"{int(person.state)}:{int(person.reason)}" for person in people if person.reason)
    Chunk.objects.create(
        campaign=campaign,
        number=people[0].chunk_number,
        first_delivery_id=people[0].pk,
        last_delivery_id=people[-1].pk,
        is_open=any(state in OPEN for state in states),
        cause_counts=dict(causes),
        **{f"{state.name.lower()}_count": count for state, count in states.items()},
    )


def make_finished_campaign(name: str = "Sent letter", people: int = 3) -> Campaign:
    campaign = make_campaign(name, status=CampaignStatus.COMPLETED)
    plan_people(campaign, [DeliveryState.DELIVERED] * people, prefix=f"reader-{campaign.pk}-")
    return campaign
