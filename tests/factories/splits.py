"""Campaigns with an A/B test, as drafts and on their way."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from campaigns.audience.models import ContactList, ListMembership
from campaigns.follow_ups.services import follow_up_failed
from campaigns.messages.services import freeze_message
from campaigns.sending import services
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.plan import plan_campaign
from campaigns.sending.states import CampaignKind
from campaigns.splits.drafts import SplitSettings, add_version, save_split
from campaigns.splits.models import SplitTest, SplitVersion
from tests.factories.campaign_pages import a_draft, a_finished_campaign, a_list_of_people, a_running_campaign
from tests.factories.sending import make_account, make_campaign, make_contact

SETTING_NAMES = ("tests", "share_percent", "wait_minutes", "rule", "when_unclear")
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


def a_split_draft(tests: str = "subject") -> Campaign:
    """A draft with a test of three versions, ready for the review."""
    draft = a_draft()
    settings = SplitSettings(tests, share_percent=40, wait_minutes=240, rule="delivered", when_unclear="ask")
    save_split(draft.pk, settings, subjects={}, actor=None)
    add_version(draft.pk, actor=None)
    subjects = {2: "A seat is kept for you, {{ first_name }}", 3: "Friday, the hall, and you"}
    save_split(draft.pk, settings, subjects=subjects, actor=None)
    return draft


def a_content_split() -> Campaign:
    return a_split_draft("content")


def a_running_split(**fields: object) -> Campaign:
    """The test is out and its figures have come in; everybody else waits for the winner."""
    campaign = a_running_campaign(is_tracked=True)
    settings = SplitSettings("subject", share_percent=20, wait_minutes=240, rule="opens", when_unclear="ask")
    split = SplitTest.objects.create(campaign=campaign, **{name: getattr(settings, name) for name in SETTING_NAMES})
    rival = make_campaign("Spring members' letter (B)", campaign_kind=CampaignKind.VERSION, parent=campaign)
    rival.subject = "A seat is kept for you"
    freeze_message(rival, None)
    rival.save()
    SplitVersion.objects.create(split=split, number=2, draft=rival)
    count_for(campaign, 1, delivered=1204, bounced=11, opened=262, clicked=40)
    count_for(campaign, 2, delivered=1198, bounced=16, opened=334, clicked=71, complained=1)
    SplitTest.objects.filter(pk=split.pk).update(**{"tested_at": timezone.now() - timedelta(hours=1), **fields})
    return campaign


def a_split_that_asks() -> Campaign:
    return a_running_split(rule="hand", asks="hand")


def a_decided_split() -> Campaign:
    return a_running_split(winner_number=2, decided_how="rule", decided_at=timezone.now())


def an_ended_campaign() -> Campaign:
    """Some were not reached, some cannot be told, one joined since, and once it was sent again already."""
    campaign = a_finished_campaign()
    campaign.include_lists.add(a_list_of_people("Joined since"))
    follow_up_failed(campaign.pk, ["4:81"], actor=None)
    return campaign


def a_follow_up() -> Campaign:
    campaign = a_finished_campaign()
    return follow_up_failed(campaign.pk, ["4:81", "8:60"], actor=None)
