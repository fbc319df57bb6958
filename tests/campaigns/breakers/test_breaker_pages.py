from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from campaigns.breakers.figures import limits_of
from campaigns.breakers.models import BreakerLimits, BreakerTrip
from campaigns.breakers.services import check_accounts, check_campaigns
from campaigns.sending.states import CampaignStatus
from portal.models import Activity
from portal.roles import MARKETER, OPERATOR, VIEWER
from tests.factories.breakers import make_answered
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db

LIMITS = {"is_on": "on", "bounce_pct": "3", "bounce_sample": "50", "complaint_pct": "0.2", "complaint_sample": "500"}


@pytest.fixture
def log_in(client):
    def as_role(role):
        person = User.objects.create_user(f"a-{role.lower()}", is_staff=True)
        person.groups.set([Group.objects.get(name=role)])
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_role


def stopped():
    campaign = make_answered(delivered=189, bounced=11)
    check_campaigns([campaign.pk])
    return campaign


def progress_of(campaign) -> str:
    return reverse("admin:campaigns_campaign_progress", args=[campaign.pk])


def go_on_at(campaign) -> str:
    return reverse("admin:campaigns_breakerlimits_go_on", args=[campaign.pk])


def test_progress_page_says_what_stopped_it_and_asks_for_a_reason(log_in):
    page = log_in(MARKETER).get(progress_of(stopped())).content.decode()
    assert "11 of 200 mailboxes that answered" in page
    assert 'name="reason_text"' in page
    assert "/resume/" not in page


def test_viewer_sees_why_but_no_form(log_in):
    page = log_in(VIEWER).get(progress_of(stopped())).content.decode()
    assert "11 of 200 mailboxes that answered" in page
    assert 'name="reason_text"' not in page


def test_reason_lets_it_go_on(log_in):
    campaign = stopped()
    page = log_in(MARKETER).post(go_on_at(campaign), {"reason_text": "Known club list."}, follow=True)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.IN_PROGRESS
    assert "counts anew from here" in page.content.decode()


def test_without_a_reason_it_stays_stopped(log_in):
    campaign = stopped()
    page = log_in(MARKETER).post(go_on_at(campaign), {"reason_text": " "}, follow=True)
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PAUSED
    assert "Say why it should go on." in page.content.decode()


def test_overview_shows_rates_marks_and_trips(log_in):
    stopped()
    page = log_in(VIEWER).get(reverse("admin:campaigns_breakerlimits_changelist")).content.decode()
    assert "11 of 200; the limit is 5" in page
    assert "Spring letter" in page
    assert "stands still" in page


def test_operator_changes_the_limits_and_it_is_on_record(log_in):
    page = log_in(OPERATOR).post(reverse("admin:campaigns_breakerlimits_limits"), LIMITS, follow=True)
    assert "The limits are saved" in page.content.decode()
    assert limits_of(None).bounce_pct == limits_of(make_account().pk).bounce_pct == 3
    assert Activity.objects.get(verb="account.limits_changed").details["bounce_pct"] == 3
    log_in_again = {**LIMITS, "bounce_pct": "4"}
    page.client.post(reverse("admin:campaigns_breakerlimits_limits"), log_in_again)
    assert BreakerLimits.objects.get().bounce_pct == 4


def test_account_gets_and_loses_limits_of_its_own(log_in):
    account, client = make_account(), log_in(OPERATOR)
    address = reverse("admin:campaigns_breakerlimits_account", args=[account.pk])
    client.post(address, LIMITS)
    assert (limits_of(account.pk).bounce_pct, limits_of(None).bounce_pct) == (3, 5)
    client.post(address, {"forget": "1"})
    assert limits_of(account.pk).bounce_pct == 5


@pytest.mark.parametrize(
    "wrong", [{"bounce_pct": "0"}, {"bounce_pct": "101"}, {"bounce_sample": "0"}, {"complaint_pct": "x"}]
)
def test_limits_that_make_no_sense_are_refused(log_in, wrong):
    page = log_in(OPERATOR).post(reverse("admin:campaigns_breakerlimits_limits"), LIMITS | wrong)
    assert "errorlist" in page.content.decode()
    assert not BreakerLimits.objects.exists()


def test_operator_lets_an_account_start_again(log_in):
    campaign = make_answered(bounced=51)
    check_accounts()
    client = log_in(OPERATOR)
    assert (
        "This account starts no campaign."
        in client.get(reverse("admin:campaigns_breakerlimits_changelist")).content.decode()
    )
    address = reverse("admin:campaigns_breakerlimits_start_again", args=[campaign.account_id])
    client.post(address, {"reason_text": "Cleaned."})
    assert BreakerTrip.objects.get(campaign=None).why == "Cleaned."


def test_marketer_changes_no_limits(log_in):
    assert log_in(MARKETER).post(reverse("admin:campaigns_breakerlimits_limits"), LIMITS).status_code == 403
