"""Campaigns with an A/B test, as drafts and on their way."""

from __future__ import annotations

from campaigns.audience.models import ContactList, ListMembership
from campaigns.sending import services
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.plan import plan_campaign
from campaigns.splits.drafts import SplitSettings, add_version, save_split
from campaigns.splits.models import SplitTest
from tests.factories.sending import make_account, make_campaign, make_contact

SETTINGS = SplitSettings(tests="subject", share_percent=50, wait_minutes=60, rule="delivered", when_unclear="ask")


def a_tested_campaign(people: int = 60, *, versions: int = 2, settings: SplitSettings = SETTINGS, **fields) -> Campaign:
    """A draft to `people` contacts, with subjects "Subject A", "Subject B" ..."""
    account = make_account(max_rate_per_s=100_000)
    chosen = ContactList.objects.create(name=f"Tested list {ContactList.objects.count()}")
    for number in range(people):
        contact = make_contact(f"reader{number}@club.example", first_name=f"Anna {number}")
        ListMembership.objects.create(contact_list=chosen, contact=contact)
    campaign = make_campaign("Tested letter", account=account, **{"subject": "Subject A", **fields})
    campaign.include_lists.add(chosen)
    save_split(campaign.pk, settings, subjects={}, actor=None)
    for _more in range(versions - 2):
        add_version(campaign.pk, actor=None)
    subjects = {number: f"Subject {'ABCD'[number - 1]}" for number in range(2, versions + 1)}
    save_split(campaign.pk, settings, subjects=subjects, actor=None)
    campaign.refresh_from_db()
    return campaign


def a_started_test(people: int = 60, **fields) -> Campaign:
    """The same, planned: nothing has left yet. Needs SEND_GRACE_S = 0."""
    campaign = a_tested_campaign(people, **fields)
    services.start_campaign(campaign.pk, actor=None)
    assert plan_campaign(campaign.pk)
    campaign.refresh_from_db()
    return campaign


def count_for(campaign: Campaign, part: int, **counts: int) -> None:
    """Let the test of one version have come out like this: `delivered=900, bounced=100, opened=200`."""
    Chunk.objects.filter(campaign=campaign, part=part).delete()
    Chunk.objects.create(
        campaign=campaign, number=900 + part, part=part, first_delivery_id=0, last_delivery_id=0, is_open=False,
        **{f"{name}_count": count for name, count in counts.items()},
    )  # fmt: skip


def split_now(campaign: Campaign) -> SplitTest:
    return SplitTest.objects.get(campaign=campaign)
