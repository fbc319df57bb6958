"""Red points block wherever a campaign is started, amber ones ask, and the log keeps who went on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from campaigns.links.services import visit_waiting
from campaigns.messages.checks import Level
from campaigns.messages.services import draft_source
from campaigns.scheduling.fire import start_due_campaigns
from campaigns.sending import services
from campaigns.sending.link_checks import ask_for_links
from campaigns.sending.models import Campaign
from campaigns.sending.review import require_sendable, review_campaign
from campaigns.sending.states import CampaignStatus, Reason
from portal.errors import Conflict, InvalidInput
from portal.models import Activity
from portal.public_web import Outcome, Visit
from portal.queues import TaskName
from portal.roles import MARKETER
from tests.factories.campaign_pages import a_draft, a_scheduled_campaign, know_identities

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client):
    person = User.objects.create_user("mira", is_staff=True)
    person.groups.add(Group.objects.get(name=MARKETER))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def point(campaign, code):
    return next((point for point in review_campaign(campaign).checks if point.code == code), None)


def address(campaign, page):
    return reverse(f"admin:campaigns_campaign_{page}", args=[campaign.pk])


def status_of(campaign):
    return Campaign.objects.get(pk=campaign.pk).status


def look(client, campaign):
    return client.get(address(campaign, "review")).content.decode()


def test_a_command_cannot_start_what_the_review_forbids():
    draft = a_draft(body="Your seat: {{ seet }}")
    with pytest.raises(InvalidInput, match="seet"):
        services.start_campaign(draft.pk, actor=None)
    with pytest.raises(InvalidInput, match="seet"):
        services.schedule_campaign(draft.pk, at=timezone.now() + timedelta(hours=1), actor=None)
    assert status_of(draft) == CampaignStatus.DRAFT


def test_a_scheduled_campaign_is_checked_again_when_its_time_comes():
    campaign = a_scheduled_campaign()
    Campaign.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    know_identities("other.example")
    start_due_campaigns()
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.FAILED
    assert "not verified in SES" in campaign.status_reason


def test_a_campaign_that_another_sweep_starts_at_the_same_moment_is_sent(monkeypatch):
    campaign = a_scheduled_campaign()
    Campaign.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))

    def start_elsewhere(checked):
        monkeypatch.setattr(services, "require_sendable", require_sendable)
        services.start_campaign(checked.pk, actor=None)

    monkeypatch.setattr(services, "require_sendable", start_elsewhere)
    assert start_due_campaigns() == 0
    assert status_of(campaign) == CampaignStatus.PENDING


def test_a_draft_that_was_changed_between_check_and_start_is_not_sent(monkeypatch):
    draft = a_draft()

    def change(_campaign):
        Campaign.objects.get(pk=draft.pk).save()

    monkeypatch.setattr(services, "require_sendable", change)
    with pytest.raises(Conflict, match="changed a moment ago"):
        services.start_campaign(draft.pk, actor=None)


def test_send_asks_while_something_is_amber(marketer):
    draft = a_draft()
    response = marketer.post(address(draft, "send"), follow=True)
    assert "worth a look" in " ".join(str(message) for message in response.context["messages"])
    assert status_of(draft) == CampaignStatus.DRAFT


def test_what_was_accepted_is_recorded(marketer):
    draft = a_draft()
    marketer.post(address(draft, "send"), {"accepted": [point.code for point in review_campaign(draft).warnings]})
    assert status_of(draft) == CampaignStatus.PENDING
    deed = Activity.objects.get(verb="campaign.sent_all_the_same")
    assert deed.actor_name == "mira"
    assert any("test" in text for text in deed.details["points"])


def test_a_point_that_came_up_meanwhile_is_asked_about(marketer):
    draft = a_draft()
    accepted = [point.code for point in review_campaign(draft).warnings]
    Campaign.objects.filter(pk=draft.pk).update(reply_to="noreply@postroom.example")
    marketer.post(address(draft, "send"), {"accepted": accepted})
    assert status_of(draft) == CampaignStatus.DRAFT


def test_the_dialog_lists_the_amber_points_and_the_page_leads_to_the_line(marketer):
    draft = a_draft(body="Dear {{ first_name }},\n\nsee [there](http://club.example/x)")
    page = look(marketer, draft)
    assert 'data-opens="send-anyway"' in page
    assert page.count('name="accepted" value="link_without_https"') == 2  # send, without scripts
    assert f"{address(draft, 'change')}?place=body&amp;line=3&amp;column=13" in page


def test_people_without_a_value_are_one_press_away():
    draft = a_draft()
    missing = point(draft, "missing_values")
    assert missing.link == reverse("admin:campaigns_campaign_left_out", args=[draft.pk, int(Reason.MISSING_VALUE)])
    assert (missing.place, missing.line, missing.column) == ("subject", 1, 15)


@pytest.mark.parametrize(
    ("identities", "code", "level"),
    [
        (["postroom.example"], "sender", Level.GOOD),
        (["office@postroom.example"], "sender_not_aligned", Level.WARN),
        (["example"], "sender_not_verified", Level.BAD),
        (["postroom.example.org"], "sender_not_verified", Level.BAD),
    ],
)
def test_the_sender_is_measured_by_what_is_verified(identities, code, level):
    draft = a_draft()
    know_identities(*identities)
    assert point(draft, code).level is level


@pytest.mark.parametrize(
    ("reply_to", "code"),
    [
        ("no-reply@postroom.example", "no_reply"),
        ("club@gmail.com", "reply_to_elsewhere"),
        ("office@club.example", None),
    ],
)
def test_answers_should_reach_somebody(reply_to, code):
    codes = {point.code for point in review_campaign(a_draft(reply_to=reply_to)).warnings}
    assert codes & {"no_reply", "reply_to_elsewhere"} == ({code} if code else set())


def test_links_are_opened_by_a_worker_and_told_on_the_page(marketer, hints):
    draft = a_draft(body="[yes](https://club.example/yes) and\n[no](https://club.example/no)")
    assert "2 links were not opened lately" in look(marketer, draft)
    assert not hints.of(TaskName.VISIT_LINKS)  # who only looks asks nobody outside
    assert "2 links are being opened" in marketer.post(address(draft, "open_links"), follow=True).content.decode()
    assert len(hints.of(TaskName.VISIT_LINKS)) == 1
    assert marketer.get(address(draft, "links_json")).json() == {"reload": False}
    visit_waiting(lambda url: Visit(Outcome.GONE, 404) if "no" in url.rpartition("/")[2] else Visit(Outcome.OPENS, 200))
    assert marketer.get(address(draft, "links_json")).json() == {"reload": True}
    broken = point(draft, "broken_link")
    assert (broken.line, broken.column, broken.level) == (2, 6, Level.WARN)
    assert "404" in look(marketer, draft)


def test_links_that_open_are_a_good_point():
    draft = a_draft()
    ask_for_links(draft_source(draft))
    visit_waiting(lambda _url: Visit(Outcome.OPENS, 200))
    assert point(draft, "links_open").level is Level.GOOD


def test_somebody_who_only_looks_does_not_see_the_dialog(client):
    person = User.objects.create_user("vera", is_staff=True)
    person.groups.add(Group.objects.get(name="Viewer"))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = look(client, a_draft())
    assert "send-anyway" not in page
    assert "?place=" not in page
