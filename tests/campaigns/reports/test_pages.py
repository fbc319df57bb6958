from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from campaigns.privacy.anonymous import anonymous_address
from campaigns.reports import services
from campaigns.reports.figures import NAMES
from campaigns.reports.services import write_report
from campaigns.sending.models import Delivery
from portal.queues import TaskName
from portal.roles import VIEWER
from tests.factories.reports import a_sent_campaign, counted_slowly, weeks_of_campaigns

pytestmark = pytest.mark.django_db
REPORTS = "/admin/campaigns/campaign/reports/"


@pytest.fixture
def viewer(client, django_user_model):
    user = django_user_model.objects.create_user("viewer", is_staff=True)
    user.groups.add(Group.objects.get(name=VIEWER))
    client.force_login(user)
    return client


def rows_of(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_page_shows_what_was_sent_in_the_last_month(viewer):
    weeks_of_campaigns()
    page = viewer.get(REPORTS)
    assert [row.label for row in page.context["campaigns"]] == [
        "Newsletter 12", "Invitation to the general meeting", "Spring letter",
    ]  # fmt: skip
    assert len(page.context["chart"].days) == 30


def test_page_without_anything_sent_says_so(viewer):
    assert "Nothing was sent in these days." in viewer.get(REPORTS).content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("days=0", "not a number of days"),
        ("days=x<y", "“x&lt;y” is not a number of days"),
        ("days=99999999999999999999", "not a number of days"),
        ("from=yesterday&to=2026-01-01", "not two days"),
        ("from=1000-01-01&to=2026-01-01", "At most 1,100 days at once"),
    ],
)
def test_range_that_cannot_be_read_is_named_and_the_page_comes(viewer, query, words):
    assert words in viewer.get(f"{REPORTS}?{query}").content.decode()


def test_ends_of_a_range_may_be_given_in_either_order(viewer):
    one = viewer.get(f"{REPORTS}?from=2026-05-01&to=2026-05-31").context["wanted"]
    assert viewer.get(f"{REPORTS}?from=2026-05-31&to=2026-05-01").context["wanted"] == one


@pytest.mark.parametrize(("days", "columns"), [(100, 100), (365, 53), (1095, 37)])
def test_long_ranges_are_shown_by_week_and_by_month(viewer, days, columns):
    a_sent_campaign(20)
    chart = viewer.get(f"{REPORTS}?days={days}").context["chart"]
    assert abs(len(chart.days) - columns) <= 1
    assert sum(sum(values) for values in chart.values) == 20 - Delivery.objects.filter(state__in=(6, 8, 9)).count()


def test_days_as_csv_are_the_rows(viewer):
    campaign = a_sent_campaign(40)
    found = {row["day"]: {name: int(row[name]) for name in NAMES} for row in rows_of(viewer.get(REPORTS + "days.csv"))}
    assert {day: counts for day, counts in found.items() if counts["sent"]} == counted_slowly(campaign, by="day")


@pytest.mark.parametrize("table", ["days", "campaigns", "domains", "causes"])
def test_tables_come_as_csv(viewer, table):
    a_sent_campaign(40)
    assert rows_of(viewer.get(f"{REPORTS}{table}.csv"))
    assert viewer.get(f"{REPORTS}people.csv").status_code == 404


def test_name_of_a_campaign_is_no_formula_in_a_spreadsheet(viewer):
    a_sent_campaign(20, name="=1+1")
    row = rows_of(viewer.get(REPORTS + "campaigns.csv"))[0]
    assert row["campaign"] == "'=1+1"


@pytest.mark.parametrize("table", ["days", "domains", "causes"])
def test_report_of_a_campaign_comes_as_csv(viewer, table):
    campaign = a_sent_campaign(40)
    assert rows_of(viewer.get(f"/admin/campaigns/campaign/{campaign.pk}/report/{table}.csv"))
    assert viewer.get(f"/admin/campaigns/campaign/{campaign.pk}/report/people.csv").status_code == 404


def test_causes_as_csv_are_the_rows(viewer):
    campaign = a_sent_campaign(60)
    rows = rows_of(viewer.get(f"/admin/campaigns/campaign/{campaign.pk}/report/causes.csv"))
    assert sum(int(row["people"]) for row in rows) == Delivery.objects.filter(reason__gt=0).count()


def test_large_campaign_says_since_when_its_figures_are_and_can_be_counted(viewer, monkeypatch, hints):
    monkeypatch.setattr(services, "AT_ONCE_PEOPLE", 0)
    campaign = a_sent_campaign(30)
    page = viewer.get(reverse("admin:campaigns_campaign_report", args=[campaign.pk]))
    assert "was not counted yet" in page.content.decode()
    answer = viewer.post(REPORTS + "count/", {"campaign": [str(campaign.pk), "x"], "back": REPORTS})
    assert answer.url == REPORTS
    assert [hint.ids for hint in hints.of(TaskName.WRITE_REPORT)] == [{"campaign_id": campaign.pk}]
    hints.run_all()
    page = viewer.get(reverse("admin:campaigns_campaign_report", args=[campaign.pk]))
    assert page.context["counted"].is_current


def test_counting_leads_back_to_our_pages_only(viewer):
    answer = viewer.post(REPORTS + "count/", {"back": "https://elsewhere.example/"})
    assert answer.url == REPORTS


def test_forgotten_people_are_called_so(viewer):
    campaign = a_sent_campaign(20)
    for row in Delivery.objects.filter(campaign=campaign):
        Delivery.objects.filter(pk=row.pk).update(address_key=anonymous_address(row.pk))
    rows = viewer.get(reverse("admin:campaigns_campaign_report", args=[campaign.pk])).context["domains"]
    assert [row.label for row in rows] == ["people who were forgotten"]


def test_range_before_anything_was_sent_does_not_count_the_campaign(viewer):
    campaign = a_sent_campaign(20)
    write_report(campaign.pk)
    day = (timezone.now() - timedelta(days=40)).date().isoformat()
    assert not viewer.get(f"{REPORTS}?from={day}&to={day}").context["campaigns"]
