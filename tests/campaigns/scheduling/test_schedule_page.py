"""The page on which a campaign is scheduled: a named zone, what the clocks do, waves, and what is shown of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from campaigns.audience.models import Contact
from campaigns.scheduling.models import Schedule, Wave
from campaigns.sending.models import Campaign
from campaigns.sending.review import review_campaign
from campaigns.sending.states import CampaignStatus
from portal.models import PersonSettings
from portal.roles import MARKETER
from tests.factories.campaign_pages import a_draft, a_running_campaign, a_scheduled_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira(client) -> User:
    person = User.objects.create_user("mira", is_staff=True)
    person.groups.add(Group.objects.get(name=MARKETER))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return person


def address(campaign: Campaign, name: str = "schedule", *arguments: object) -> str:
    return reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk, *arguments])


def post(client, campaign: Campaign, **fields: str):
    given = {"at": local(24), "zone": "Europe/Berlin", "clock": "one", "past": "send", **fields}
    accepted = [point.code for point in review_campaign(campaign).warnings]
    return client.post(address(campaign), {**given, "accepted": accepted})


def local(hours: float, zone: str = "Europe/Berlin") -> str:
    return (timezone.now() + timedelta(hours=hours)).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def fresh(campaign: Campaign) -> Campaign:
    return Campaign.objects.get(pk=campaign.pk)


def test_it_offers_the_readers_own_zone(client, mira):
    PersonSettings.objects.create(user=mira, time_zone="Asia/Tokyo")
    assert 'value="Asia/Tokyo"' in text_of(client.get(address(a_draft())))


def test_a_time_in_a_named_zone_is_kept_and_taken_back(client, mira):
    draft = a_draft()
    at = local(30, "America/New_York")
    assert post(client, draft, at=at, zone="new york").status_code == 302
    wished = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("America/New_York"))
    assert (fresh(draft).status, fresh(draft).scheduled_at) == (CampaignStatus.SCHEDULED, wished)
    assert "in America/New York" in text_of(client.get(address(draft, "review")))
    client.post(address(draft, "take_back"))
    assert fresh(draft).status == CampaignStatus.DRAFT


def test_a_scheduled_campaign_is_put_to_another_time(client, mira):
    draft = a_draft()
    post(client, draft)
    assert local(24) in text_of(client.get(address(draft)))
    post(client, draft, at=local(48))
    assert fresh(draft).scheduled_at - timezone.now() > timedelta(hours=47)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"at": "2020-01-01T10:00"}, "has passed"),
        ({"at": "2099-01-01T10:00"}, "more than a year"),
        ({"at": "tomorrow"}, "Write a date and a time"),
        ({"zone": "Atlantis"}, "No time zone is called so"),
        ({"zone": "Indiana"}, "Several time zones are called so"),
        ({"clock": "recipients", "at": "2020-01-01T10:00", "past": "leave-out"}, "has passed in the time zones"),
    ],
)
def test_what_cannot_be_is_said(client, mira, fields, said):
    draft = a_draft()
    assert said in text_of(post(client, draft, **fields))
    assert fresh(draft).status == CampaignStatus.DRAFT


def the_next(month: int, day: int, time: str) -> str:
    today = timezone.localdate()
    year = today.year + ((month, day) <= (today.month, today.day))
    return f"{year}-{month:02}-{day:02}T{time}"


def last_sunday(month: int) -> str:
    for day in range(31, 24, -1):
        found = the_next(month, day, "02:30")
        if datetime.fromisoformat(found).weekday() == 6:
            return found
    raise AssertionError(month)


@pytest.mark.parametrize(("month", "said"), [(3, "does not exist that day"), (10, "comes twice that day")])
def test_a_time_that_the_clocks_skip_or_repeat_has_to_be_seen_first(client, mira, month, said):
    draft = a_draft()
    at = last_sunday(month)
    response = post(client, draft, at=at)
    assert said in text_of(response)
    assert fresh(draft).status == CampaignStatus.DRAFT
    post(client, draft, at=at, seen=response.context["meaning"].key)
    assert fresh(draft).status == CampaignStatus.SCHEDULED


def test_waves_are_shown_with_their_people_before_they_count(client, mira):
    draft = a_draft()
    Contact.objects.filter(address__startswith="kim3").update(time_zone="Asia/Tokyo")
    Contact.objects.filter(address__startswith="kim4").update(time_zone="Atlantis/Nowhere")
    response = post(client, draft, clock="recipients")
    page = text_of(response)
    assert "Asia/Tokyo" in page
    assert "people have no known time zone" in page
    assert fresh(draft).status == CampaignStatus.DRAFT
    post(client, draft, clock="recipients", seen=response.context["meaning"].key)
    assert fresh(draft).status == CampaignStatus.SCHEDULED
    assert "by the clock of each recipient" in text_of(client.get(address(draft, "review")))


def test_a_late_schedule_says_so_and_offers_what_can_be_done(client, mira):
    campaign = a_scheduled_campaign()
    Schedule.objects.create(
        campaign=campaign,
        local_time="2026-11-24T09:00",
        zone="Europe/Berlin",
        state="asking",
        asks_because="Nothing ran.",
    )
    page = text_of(client.get(address(campaign, "review")))
    assert "Late: it asks before it sends." in page
    assert all(words in page for words in ("Send now", "Another time…", "Take it back"))


def test_a_wave_that_asks_is_answered_on_the_live_page(client, mira):
    campaign = a_running_campaign()
    Schedule.objects.create(
        campaign=campaign, local_time="2026-11-24T09:00", zone="UTC", clock="recipients", late_s=1380
    )
    Wave.objects.create(
        campaign=campaign, number=0, starts_at=timezone.now() - timedelta(hours=2), zone_counts={"Asia/Tokyo": 3},
        state="asking", late_s=7200,
    )  # fmt: skip
    page = text_of(client.get(address(campaign, "progress")))
    assert "It left 23 min late" in page
    assert "Same time on the next day" in page
    client.post(address(campaign, "wave", 0, "send"))
    assert Wave.objects.get().state == Wave.State.OPEN
    assert client.post(address(campaign, "wave", 0, "burn")).status_code == 404


def test_what_is_sent_already_cannot_be_scheduled(client, mira):
    campaign = a_running_campaign()
    assert client.get(address(campaign)).status_code == 302
