"""Campaigns as the pages of schedules and approvals show them."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group, User
from django.utils import timezone

from campaigns.approval.models import Approval
from campaigns.approval.services import answer_approval, change_rule, key_of, request_approval
from campaigns.audience.models import Contact
from campaigns.scheduling.models import Schedule, Wave
from campaigns.scheduling.services import schedule_by_wish
from campaigns.scheduling.wish import Wish
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.states import CampaignStatus, DeliveryState
from portal.roles import MARKETER
from tests.factories.campaign_pages import a_draft, a_running_campaign, a_scheduled_campaign


def _person(name: str) -> User:
    made, _is_new = User.objects.get_or_create(username=name, is_staff=True)
    made.groups.add(Group.objects.get(name=MARKETER))
    return made


def _wish(**fields: str) -> Wish:
    there = (timezone.now() + timedelta(days=1)).astimezone(ZoneInfo("Europe/Berlin"))
    return Wish(there.strftime("%Y-%m-%dT09:00"), "Europe/Berlin", **fields)


def a_campaign_in_waves() -> Campaign:
    draft = a_draft()
    for number, zone in ((0, "Asia/Tokyo"), (3, "America/New_York"), (4, "Europe/Berlin")):
        Contact.objects.filter(address=f"kim{number}@club.example").update(time_zone=zone)
    return schedule_by_wish(draft.pk, _wish(clock="recipients"), actor=_person("mira"))


def a_late_campaign() -> Campaign:
    campaign = a_scheduled_campaign()
    Campaign.objects.filter(pk=campaign.pk).update(scheduled_at=timezone.now() - timedelta(hours=3))
    Schedule.objects.create(
        campaign=campaign, local_time=_wish().local_time, zone="Europe/Berlin", state=Schedule.State.ASKING,
        asks_because="Nothing ran at its time. That was 3 h ago.", late_s=10_800,
    )  # fmt: skip
    return campaign


def waves_under_way() -> Campaign:
    campaign = a_running_campaign()
    Schedule.objects.create(
        campaign=campaign,
        local_time=_wish().local_time,
        zone="Europe/Berlin",
        clock=Schedule.Clock.RECIPIENTS,
        late_s=1500,
    )
    states = [Wave.State.OPEN, Wave.State.ASKING, Wave.State.WAITING, Wave.State.LEFT_OUT]
    zones = [
        {"Asia/Tokyo": 1203},
        {"Asia/Kolkata": 410},
        {"Europe/Berlin": 5211, "Europe/Paris": 2210, "": 74},
        {"UTC": 3},
    ]
    for number, (state, counts) in enumerate(zip(states, zones, strict=True)):
        starts_at = timezone.now() + timedelta(hours=3 * number - 6)
        Wave.objects.create(
            campaign=campaign,
            number=number,
            starts_at=starts_at,
            zone_counts=counts,
            state=state,
            late_s=7300 * (number == 1),
        )
    return campaign


def a_campaign_that_waits_for_the_quota() -> Campaign:
    campaign = a_running_campaign()
    SendingAccount.objects.update(quota_24h=100, sent_24h=95)
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.IN_PROGRESS)
    assert campaign.deliveries.filter(state=DeliveryState.QUEUED).exists()
    return campaign


def a_draft_of_three_quotas() -> Campaign:
    draft = a_draft()
    SendingAccount.objects.update(quota_24h=2, sent_24h=1, has_production_access=False, refreshed_at=timezone.now())
    return draft


def a_draft_that_needs_a_second_person() -> Campaign:
    change_rule(3, 5, actor=_person("kim"))
    _person("robin")
    return a_draft()


def a_request() -> Approval:
    draft = a_draft_that_needs_a_second_person()
    return request_approval(draft.pk, note="Numbers checked with the office.", wish=_wish(), actor=_person("kim"))


def a_campaign_that_is_asked_for() -> Campaign:
    return a_request().campaign


def an_approved_campaign() -> Campaign:
    asked = a_request()
    answered = answer_approval(
        asked.pk, approved=True, note="Fine, and a good subject.", seen_key=key_of(asked), actor=_person("robin")
    )
    return answered.campaign


def requests_in_all_stages() -> None:
    an_approved_campaign()
    other = Campaign.objects.get()
    Approval.objects.create(campaign=other, status=Approval.Status.VOID, void_because="Changed since: the message.")
    Approval.objects.filter(status=Approval.Status.APPROVED).update(status=Approval.Status.WITHDRAWN)
    request_approval(other.pk, note="", wish=None, actor=_person("kim"))
