"""Reports are always equal to the rows, and know when they are not."""

from __future__ import annotations

import random
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from django.utils import timezone

from campaigns.preferences.models import Unsubscription
from campaigns.privacy.erase_ledger import anonymise_deliveries
from campaigns.privacy.subject import Subject
from campaigns.reports import services
from campaigns.reports.figures import Line, Sums, read_line, total
from campaigns.reports.models import CampaignReport
from campaigns.reports.over_time import Range, read_over_time
from campaigns.reports.services import read_report, stale_reports, write_report, write_stale_reports
from campaigns.sending.models import Chunk, Delivery
from campaigns.sending.states import DeliveryState
from tests.factories.reports import a_sent_campaign, counted_slowly
from tests.factories.sending import make_campaign, plan_people

pytestmark = pytest.mark.django_db


def as_counted(lines: list[Line]) -> dict[str, dict[str, int]]:
    return {line.key: asdict(line.sums) for line in lines}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_days_and_domains_are_equal_to_the_rows(seed, zone, settings):
    settings.TIME_ZONE = zone
    campaign = a_sent_campaign(45, seed=seed)
    a_sent_campaign(10, seed=seed + 50, name="Another")
    report = read_report(campaign.pk)
    assert as_counted(report.days) == counted_slowly(campaign, by="day")
    assert as_counted(report.domains) == counted_slowly(campaign, by="domain")
    assert total(report.days) == total(report.domains)


def test_sums_are_those_of_the_chunks():
    campaign = a_sent_campaign(80)
    sums = total(read_report(campaign.pk).days)
    chunks = list(Chunk.objects.filter(campaign=campaign))
    assert sums.sent == sum(
        each.accepted_count + each.delivered_count + each.bounced_count + each.complained_count for each in chunks
    )
    assert sums.bounced == sum(chunk.bounced_count for chunk in chunks)
    assert sums.unanswered == sum(chunk.accepted_count for chunk in chunks)


def test_campaign_without_people_has_no_report():
    assert read_report(make_campaign().pk) is None


def test_report_goes_through_its_store_unchanged():
    campaign = a_sent_campaign()
    fresh = read_report(campaign.pk)
    write_report(campaign.pk)
    kept = read_report(campaign.pk)
    assert (kept.days, kept.domains, kept.is_current) == (fresh.days, fresh.domains, True)
    line = Line("club.example", Sums(7, 6, 1, 0, 3, 2, 1))
    assert read_line(line.stored()) == line


@pytest.fixture
def large(monkeypatch):
    """Every campaign is too large to be counted while the page waits."""
    monkeypatch.setattr(services, "AT_ONCE_PEOPLE", 0)


def test_large_campaign_is_counted_by_the_task(large):
    campaign = a_sent_campaign()
    assert read_report(campaign.pk) is None
    assert stale_reports() == [campaign.pk]
    assert write_stale_reports() == 1
    assert stale_reports() == []
    assert as_counted(read_report(campaign.pk).days) == counted_slowly(campaign, by="day")


def bounce_one(campaign):
    row = Delivery.objects.filter(campaign=campaign, state=DeliveryState.ACCEPTED).first()
    Delivery.objects.filter(pk=row.pk).update(state=DeliveryState.BOUNCED)
    chunk = Chunk.objects.get(campaign=campaign, number=row.chunk_number)
    chunk.accepted_count -= 1
    chunk.bounced_count += 1
    chunk.save()


def unsubscribe_one(campaign):
    row = Delivery.objects.filter(campaign=campaign, state=DeliveryState.DELIVERED).first()
    Unsubscription.objects.create(
        delivery_id=row.pk, campaign_id=campaign.pk, address_key=row.address_key, scope="lists"
    )


def take_back_one(campaign):
    Unsubscription.objects.filter(campaign_id=campaign.pk, undone_at=None).update(undone_at=timezone.now())


def forget_one(campaign):
    row = Delivery.objects.filter(campaign=campaign).first()
    anonymise_deliveries(Subject((), (row.address_key,)))


def test_report_does_not_keep_the_domain_of_who_is_forgotten(large):
    campaign = a_sent_campaign()
    write_report(campaign.pk)
    forget_one(campaign)
    assert read_report(campaign.pk) is None
    write_report(campaign.pk)
    assert as_counted(read_report(campaign.pk).domains) == counted_slowly(campaign, by="domain")


@pytest.mark.parametrize("change", [bounce_one, unsubscribe_one, take_back_one])
def test_report_knows_that_its_rows_have_changed(large, change):
    campaign = a_sent_campaign()
    write_report(campaign.pk)
    assert read_report(campaign.pk).is_current
    change(campaign)
    assert not read_report(campaign.pk).is_current
    assert stale_reports() == [campaign.pk]


def test_old_campaigns_are_not_looked_at_by_the_task():
    a_sent_campaign(until=timezone.now() - timedelta(days=services.WATCHED_DAYS))
    assert stale_reports() == []


def test_only_the_largest_domains_are_kept(monkeypatch):
    monkeypatch.setattr(services, "KEPT_DOMAINS", 2)
    report = read_report(a_sent_campaign().pk)
    assert len(report.domains) == 2
    assert report.domain_count == 4
    assert report.domains[0].sums.sent >= report.domains[1].sums.sent


def last_days(days: int) -> Range:
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    return Range(today - timedelta(days=days - 1), today)


def test_days_of_a_range_and_its_campaigns_add_up_to_the_same():
    now = timezone.now()
    made = [a_sent_campaign(40, seed=number, until=now - timedelta(days=9 * number)) for number in range(4)]
    found = read_over_time(last_days(20))
    slow: Sums = Sums()
    for campaign in made:
        for day, counts in counted_slowly(campaign, by="day").items():
            slow += Sums(**counts) if last_days(20).holds(day) else Sums()
    assert found.sums == slow
    assert sum((line.sums for line in found.campaigns), Sums()) == slow
    assert len(found.days) == 20


def test_range_counts_only_what_was_sent_within_it():
    campaign = a_sent_campaign(60, days=6)
    day, counts = random.Random(5).choice(sorted(counted_slowly(campaign, by="day").items()))
    found = read_over_time(Range(date.fromisoformat(day), date.fromisoformat(day)))
    assert asdict(found.sums) == counts


def test_causes_of_a_range_are_those_of_its_campaigns():
    campaign = a_sent_campaign(60)
    found = read_over_time(last_days(30))
    for cause in found.causes:
        assert (
            cause.people == Delivery.objects.filter(campaign=campaign, state=cause.state, reason=cause.reason).count()
        )
    assert (
        sum(cause.people for cause in found.causes) == Delivery.objects.filter(campaign=campaign, reason__gt=0).count()
    )


def test_large_campaigns_that_nobody_counted_are_named(large):
    campaign = a_sent_campaign()
    assert read_over_time(last_days(30)).uncounted == [campaign]
    write_report(campaign.pk)
    bounce_one(campaign)
    found = read_over_time(last_days(30))
    assert not found.uncounted
    assert [line.campaign for line in found.stale] == [campaign]


def test_campaign_that_was_sent_over_months_is_found_by_its_report():
    campaign = a_sent_campaign(until=timezone.now(), days=150)
    write_report(campaign.pk)
    assert CampaignReport.objects.get().first_day < CampaignReport.objects.get().last_day
    assert [line.campaign for line in read_over_time(last_days(30)).campaigns] == [campaign]


def test_tests_are_no_campaigns():
    campaign = make_campaign(campaign_kind="test", started_at=timezone.now())
    plan_people(campaign, [DeliveryState.DELIVERED])
    assert read_over_time(last_days(30)).campaigns == []
    assert stale_reports() == []
