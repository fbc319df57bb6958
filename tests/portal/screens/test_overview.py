from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.audience.models import Contact
from campaigns.messages.models import Template
from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignKind, CampaignStatus
from portal.overview_figures import Counts, Started, chart_days, read_started, summarise_week
from portal.overview_start import first_steps
from portal.roles import VIEWER
from tests.factories.overview import make_counted_campaign
from tests.factories.sending import make_account, make_campaign

TODAY = date(2026, 11, 22)


def started(days_ago: int, **counts: int) -> Started:
    return Started(days_ago, f"Letter {days_ago}", TODAY - timedelta(days=days_ago), Counts(**counts))


def test_the_week_is_seven_days_and_stands_beside_the_seven_before():
    campaigns = [
        started(0, delivered=60),
        started(6, delivered=50),
        started(7, delivered=100),
        started(13, delivered=0),
    ]
    week = summarise_week(campaigns, TODAY)
    assert week.counts.sent == 110
    assert week.sent_before == 100
    assert week.change == pytest.approx(0.1)


def test_nothing_before_means_no_change_rather_than_a_huge_one():
    assert summarise_week([started(0, delivered=60)], TODAY).change is None


def test_shares_are_of_what_was_sent_and_of_what_was_answered():
    week = summarise_week(
        [started(1, delivered=90, bounced=9, complained=1, accepted=100, queued=500, skipped=7)], TODAY
    )
    assert week.delivered_share == pytest.approx(0.91)
    assert week.bounced_share == pytest.approx(9 / 200)
    assert week.complained_share == pytest.approx(1 / 200)


def test_a_quiet_week_has_no_shares():
    week = summarise_week([], TODAY)
    assert (week.delivered_share, week.bounced_share, week.complained_share) == (None, None, None)


def test_the_chart_has_fourteen_days_that_end_today():
    chart = chart_days([started(0, delivered=5, bounced=1), started(13, accepted=2)], TODAY)
    assert len(chart.days) == 14
    assert chart.days[-1] == TODAY
    assert chart.values[-1] == [5, 0, 1, 0]
    assert chart.values[0] == [0, 2, 0, 0]


def test_handled_is_everybody_who_no_longer_waits():
    counts = Counts(queued=10, sending=5, deferred=1, delivered=80, skipped=4)
    assert (counts.total, counts.handled) == (100, 84)


@pytest.mark.django_db
def test_tests_and_drafts_are_not_counted():
    make_counted_campaign("Letter", delivered=10)
    make_campaign("Draft")
    test = make_counted_campaign("[Test] Letter", delivered=1)
    test.campaign_kind = CampaignKind.TEST
    test.save()
    assert [each.name for each in read_started(TODAY)] == ["Letter"]


@pytest.fixture
def owner(client):
    client.force_login(User.objects.create_superuser("ann"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def queries_of(client) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(reverse("admin:index")).status_code == 200
    return [query["sql"] for query in queries.captured_queries]


@pytest.mark.django_db
def test_the_overview_costs_the_same_however_much_there_is_and_reads_no_deliveries(owner):
    make_counted_campaign("Letter", delivered=10)
    few = queries_of(owner)
    for number in range(30):
        make_counted_campaign(f"Letter {number}", days_ago=number % 14, delivered=10)
    many = queries_of(owner)
    assert len(many) == len(few) <= 30
    assert not [sql for sql in many if "campaigns_delivery" in sql]


@pytest.mark.django_db
def test_numbers_of_the_week_are_on_the_page(owner):
    make_counted_campaign("Letter", delivered=950, bounced=50)
    page = owner.get(reverse("admin:index")).content.decode()
    assert "1,000" in page
    assert "95.0 %" in page
    assert "5.0 %" in page


@pytest.mark.django_db
def test_an_empty_installation_has_words_instead_of_numbers(owner):
    page = owner.get(reverse("admin:index")).content.decode()
    assert "Nothing was sent in the last 14 days." in page
    assert "No campaign yet." in page
    assert "0 of 6 done" in page


def ticks(user) -> list[bool]:
    return [step.is_done for step in first_steps(user)]


@pytest.mark.django_db
def test_first_steps_tick_themselves(admin_user):
    assert ticks(admin_user) == [False] * 6
    account = make_account()
    assert not ticks(admin_user)[0], "SES has not answered yet"
    account.refreshed_at = timezone.now()
    account.save()
    Contact.objects.create(address="anna@club.example")
    Template.objects.create(name="Letter", subject="x", body="x")
    draft = make_campaign("Letter", from_address="")
    assert ticks(admin_user) == [True, True, True, False, False, False]
    Campaign.objects.filter(pk=draft.pk).update(from_address="office@postroom.example")
    make_campaign("[Test] Letter", campaign_kind=CampaignKind.TEST)
    assert ticks(admin_user) == [True, True, True, True, True, False]


@pytest.mark.django_db
def test_whoever_has_sent_needs_no_first_steps(admin_user):
    make_counted_campaign("Sent", delivered=1)
    assert all(ticks(admin_user))


@pytest.mark.django_db
def test_a_viewer_is_not_led_to_what_they_may_not_do(client):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.groups.add(Group.objects.get(name=VIEWER))
    assert [bool(step.url) for step in first_steps(viewer)] == [True, False, False, False, True, True]


@pytest.mark.django_db
def test_first_steps_go_away_when_all_are_done(owner):
    Contact.objects.create(address="anna@club.example")
    make_campaign("[Test] Letter", campaign_kind=CampaignKind.TEST)
    make_counted_campaign("Sent", delivered=1)
    assert "Get started" not in owner.get(reverse("admin:index")).content.decode()


@pytest.mark.django_db
def test_a_viewer_is_offered_nothing_to_change(client):
    viewer = User.objects.create_user("vera", is_staff=True)
    viewer.groups.add(Group.objects.get(name=VIEWER))
    client.force_login(viewer, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("admin:index")).content.decode()
    assert "Messages per day" in page
    assert "New campaign" not in page


@pytest.mark.django_db
def test_somebody_without_a_role_is_told_so(client):
    nobody = User.objects.create_user("nemo", is_staff=True)
    client.force_login(nobody, backend="django.contrib.auth.backends.ModelBackend")
    assert "You have no role yet." in client.get(reverse("admin:index")).content.decode()


@pytest.mark.django_db
def test_the_mailbox_of_the_sandbox_is_linked(owner, settings):
    settings.SANDBOX_MAILBOX_URL = "http://127.0.0.1:9/mailbox/"
    assert "http://127.0.0.1:9/mailbox/" in owner.get(reverse("admin:index")).content.decode()


@pytest.mark.django_db
def test_the_live_numbers_are_told_and_end_with_the_last_campaign(owner):
    live = make_counted_campaign("Letter", status=CampaignStatus.IN_PROGRESS, delivered=62, queued=38)
    address = reverse("admin:overview_json")
    news = owner.get(address, {"ids": str(live.pk)}).json()
    assert news["live"][str(live.pk)]["done"] == "62 %"
    assert (news["reload"], news["final"]) == (False, False)
    live.status = CampaignStatus.COMPLETED
    live.save()
    news = owner.get(address, {"ids": str(live.pk)}).json()
    assert (news["reload"], news["final"]) == (True, True)


@pytest.mark.django_db
def test_strangers_get_no_live_numbers(client):
    assert client.get(reverse("admin:overview_json")).status_code == 302
