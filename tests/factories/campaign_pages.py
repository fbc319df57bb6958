"""Campaigns in every stage, as the pages of a campaign show them."""

from __future__ import annotations

import time
from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone

from campaigns.audience.models import ContactList, ListMembership, Tag
from campaigns.guests.models import GuestList
from campaigns.messages.models import HouseLayout, Template
from campaigns.messages.services import freeze_message
from campaigns.sending.identities import CACHE_KEY
from campaigns.sending.models import Acceptance, Attempt, Campaign, Delivery, DeliveryEvent, RatePoint
from campaigns.sending.states import CampaignKind, CampaignStatus, DeliveryState, Reason
from campaigns.sending.trials import send_tests
from campaigns.suppression.models import Suppression
from portal.activity import record_activity
from tests.factories.sending import make_campaign, make_contact, plan_people

BODY = """# Spring meeting

Dear {{ first_name }},

your seat for the **spring meeting** is kept until Friday.

[Say yes](https://club.example/yes "button")

* Doors open at **19:00**
* Bring a friend

Best wishes
The team
"""


def know_identities(*names: str) -> None:
    """Let SES have said that it knows these domains or addresses, so that no test asks it."""
    cache.set(CACHE_KEY, [set(names) or {"postroom.example"}], 600)


def a_list_of_people(name: str = "Members 2026", people: int = 6) -> ContactList:
    members, _created = ContactList.objects.get_or_create(name=name)
    for number in range(people):
        first_name = "" if number == 1 else f"Kim {number}"
        contact = make_contact(f"kim{number}@club.example", first_name=first_name, attributes={"city": "Oldtown"})
        ListMembership.objects.create(contact_list=members, contact=contact)
    Suppression.objects.create(
        address="kim2@club.example", address_key="kim2@club.example", reason="unsubscribe", source="recipient"
    )
    return members


def a_draft(name: str = "Spring members' letter", **fields) -> Campaign:
    know_identities()
    fields = {"body": BODY, "subject": "Your seat, {{ first_name }}", "from_name": "The Club"} | fields
    draft = make_campaign(name, **fields)
    draft.include_lists.add(a_list_of_people())
    Tag.objects.get_or_create(name="choir")
    Template.objects.get_or_create(name="Invitation", defaults={"subject": "You are invited", "body": BODY})
    return draft


def a_broken_draft() -> Campaign:
    return a_draft("Broken letter", body="Dear {{ first_name }},\n\n{% if seat %}\nyour seat", subject="Hello")


def a_leaving_campaign() -> Campaign:
    campaign = a_draft()
    freeze_message(campaign, None)
    campaign.status = CampaignStatus.PENDING
    campaign.send_after = timezone.now() + timedelta(seconds=47)
    campaign.started_at = timezone.now()
    campaign.save()
    record_activity("campaign.started", actor=None, target=campaign)
    return campaign


def a_scheduled_campaign() -> Campaign:
    return a_draft(status=CampaignStatus.SCHEDULED, scheduled_at=timezone.now() + timedelta(days=2))


def a_running_campaign(status: CampaignStatus = CampaignStatus.IN_PROGRESS, **fields) -> Campaign:
    know_identities()
    campaign = make_campaign(
        "Spring members' letter", status=status, started_at=timezone.now(), planned_at=timezone.now(), **fields
    )
    freeze_message(campaign, None)
    campaign.save()
    state = DeliveryState
    waiting = [state.QUEUED] * 45 if status in {CampaignStatus.IN_PROGRESS, CampaignStatus.PAUSED} else []
    plan_people(
        campaign,
        [
            *([state.DELIVERED] * 60), *([state.ACCEPTED] * 8), *([(state.BOUNCED, Reason.MAILBOX_UNKNOWN)] * 4),
            *([(state.BOUNCED, Reason.MAILBOX_FULL)] * 2), (state.COMPLAINED, Reason.COMPLAINED),
            (state.REFUSED, Reason.MESSAGE_REJECTED), *([(state.UNCERTAIN, Reason.ANSWER_LOST)] * 2),
            *([(state.SKIPPED, Reason.SUPPRESSED_UNSUBSCRIBE)] * 5), (state.SKIPPED, Reason.MISSING_VALUE), *waiting,
        ],
        chunk_size=25,
    )  # fmt: skip
    now = int(time.time()) // 5 * 5
    for step in range(1, 60):
        RatePoint.objects.create(campaign=campaign, span_s=now - 5 * step, accepted_count=150 + (step * 37) % 60)
    record_activity("campaign.started", actor=None, target=campaign)
    return campaign


def a_finished_campaign() -> Campaign:
    now = timezone.now()
    campaign = a_running_campaign(CampaignStatus.COMPLETED)
    Campaign.objects.filter(pk=campaign.pk).update(planned_at=now - timedelta(minutes=16), finished_at=now)
    return campaign


def a_recipient() -> Delivery:
    campaign = a_running_campaign()
    person = Delivery.objects.filter(campaign=campaign, state=DeliveryState.BOUNCED).order_by("pk")[0]
    chunk = campaign.chunks.get(number=person.chunk_number)
    attempt = Attempt.objects.create(
        chunk=chunk, first_delivery_id=person.pk, last_delivery_id=person.pk, delivery_count=1, outcome="answered"
    )
    Acceptance.objects.create(
        delivery_id=person.pk, attempt_id=attempt.pk, ses_message_id="0100-abc-def", accepted_at=timezone.now()
    )
    DeliveryEvent.objects.create(
        delivery_id=person.pk, event_key="one", event_type="bounce", sub_type="permanent/general",
        diagnostic="550 5.1.1 user unknown", happened_at=timezone.now(),
    )  # fmt: skip
    return person


def campaigns_in_all_stages() -> None:
    for status in CampaignStatus:
        campaign = make_campaign(f"Letter, {status.label}", status=status, send_after=timezone.now())
        if status not in {CampaignStatus.DRAFT, CampaignStatus.SCHEDULED}:
            plan_people(
                campaign, [DeliveryState.DELIVERED, DeliveryState.BOUNCED, DeliveryState.QUEUED], prefix=f"p{status}"
            )
    make_campaign("[Test] hidden", campaign_kind=CampaignKind.TEST)


def a_template() -> Template:
    HouseLayout.objects.get_or_create(
        pk=1, defaults={"name": "Club", "is_default": True, "organisation": "The Club", "footer": "You are a member."}
    )
    return Template.objects.create(name="Spring letter", subject="Your seat, {{ first_name }}", body=BODY)


def a_guest_list() -> GuestList:
    addresses = ["board@club.example", "lena@office.example", "otto@office.example", "print@agency.example"]
    return GuestList.objects.create(name="Board", addresses=addresses)


def a_tested_draft() -> Campaign:
    """A draft whose test has arrived, and was written as to one of its people."""
    draft = a_draft()
    a_guest_list()
    [test] = send_tests(draft, ["robin0@club.example"], contact_id=make_contact("anna@club.example").pk, actor=None)
    plan_people(test, [DeliveryState.DELIVERED], prefix="robin")
    return draft
