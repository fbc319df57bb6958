from __future__ import annotations

import csv
import io
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.audience.models import Contact
from campaigns.sending.models import Campaign, Delivery
from campaigns.sending.states import CampaignStatus, DeliveryState
from tests.factories.campaign_pages import a_finished_campaign, a_recipient, a_running_campaign, campaigns_in_all_stages
from tests.factories.importing import imported
from tests.factories.sending import make_campaign, plan_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    client.force_login(User.objects.create_superuser("owner"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(name, campaign, *more):
    return reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk, *more])


def news_of(client, campaign, **query):
    return client.get(address("progress_json", campaign), query).json()


def test_the_eight_groups_add_up_to_everybody(owner):
    campaign = a_running_campaign()
    news = news_of(owner, campaign)
    assert sum(part["count"] for part in news["bar"].values()) == news["total"] == 129
    assert news["handled"] == 84
    assert news["percent"] == 65


def test_news_of_a_campaign_never_counts_deliveries(owner):
    campaign = a_running_campaign()
    with CaptureQueriesContext(connection) as queries:
        news_of(owner, campaign)
    reads = [query["sql"].lower() for query in queries if "campaigns_delivery" in query["sql"]]
    assert not [sql for sql in reads if "count(" in sql or "sum(" in sql]


def test_a_hundred_per_cent_is_said_only_when_nobody_waits(owner):
    campaign = make_campaign(status=CampaignStatus.IN_PROGRESS)
    plan_people(campaign, [*([DeliveryState.DELIVERED] * 999), DeliveryState.DEFERRED], chunk_size=500)
    news = news_of(owner, campaign, status="in_progress")
    assert news["percent"] == 99
    assert not news["final"]


def test_a_cancelled_campaign_is_not_final_while_a_call_is_open(owner):
    campaign = make_campaign(status=CampaignStatus.CANCELLED)
    plan_people(campaign, [DeliveryState.CANCELLED, DeliveryState.SENDING])
    assert not news_of(owner, campaign, status="cancelled")["final"]


def test_the_page_is_loaded_again_when_the_status_or_the_causes_change(owner):
    campaign = a_finished_campaign()
    first = news_of(owner, campaign, status="in_progress")
    assert (first["reload"], first["final"]) == (True, False)
    causes = "-".join(sorted(first["causes"]))
    again = news_of(owner, campaign, status="completed", causes=causes)
    assert (again["reload"], again["final"]) == (False, True)


def test_the_list_shows_campaigns_by_status_and_hides_tests(owner):
    campaigns_in_all_stages()
    everything = owner.get(reverse("admin:campaigns_campaign_changelist")).content.decode()
    paused = owner.get(reverse("admin:campaigns_campaign_changelist"), {"status": "paused"}).content.decode()
    assert everything.count("live-dot") == 2
    assert "[Test] hidden" not in everything
    assert "Letter, paused" in paused
    assert "Letter, draft" not in paused


def test_the_list_reads_the_counters_of_all_campaigns_at_once(owner):
    campaigns_in_all_stages()
    with CaptureQueriesContext(connection) as queries:
        owner.get(reverse("admin:campaigns_campaign_changelist"))
    summing = [query["sql"] for query in queries if 'SUM("campaigns_chunk' in query["sql"]]
    assert len([sql for sql in summing if "UNION" not in sql]) == 1  # the other is that of the navigation's badges


def test_people_are_filtered_by_the_address_of_the_page(owner):
    campaign = a_running_campaign()
    page = owner.get(address("people", campaign), {"state": "bounced", "reason": "81"})
    assert [row["state"] for row in page.context["rows"]] == ["bounced"] * 2
    assert page.context["count"] == 2


@pytest.mark.parametrize("query", [{"state": "lost"}, {"reason": "x"}, {"reason": "9999"}])
def test_a_filter_that_does_not_exist_is_not_found(query, owner):
    assert owner.get(address("people", a_running_campaign()), query).status_code == 404


def test_next_page_keeps_the_filter(owner):
    campaign = a_running_campaign()
    first = owner.get(address("people", campaign), {"state": "delivered"})
    second = owner.get(first.context["next_url"])
    assert len(first.context["rows"]) == 50
    assert len(second.context["rows"]) == 10
    assert {row["state"] for row in second.context["rows"]} == {"delivered"}


def test_a_person_has_attempts_acceptance_and_events(owner):
    person = a_recipient()
    page = owner.get(address("person", person.campaign, person.pk)).content.decode()
    assert "0100-abc-def" in page
    assert "550 5.1.1 user unknown" in page
    assert "Gets no more mail" in page


def test_a_person_of_another_campaign_is_not_found(owner):
    person, other = a_recipient(), make_campaign(status=CampaignStatus.COMPLETED)
    assert owner.get(address("person", other, person.pk)).status_code == 404


def test_a_nul_in_the_address_of_a_page_is_passed_over(owner):
    campaign = a_running_campaign()
    assert owner.get(address("people", campaign), {"q": "p\0", "after": "person1\0"}).status_code == 200


def export_file(client, campaign, **query):
    asked = parse_qs(urlsplit(client.get(address("people_export", campaign), query).url).query)
    fields = {"source": asked["source"][0], "query": asked["query"][0], "columns": "all"}
    return client.post(reverse("admin:campaigns_export_new"), fields).content


def exported(client, campaign, **query):
    return list(csv.DictReader(io.StringIO(export_file(client, campaign, **query).decode("utf-8-sig"))))


def test_the_export_holds_everybody_once(owner):
    campaign = a_running_campaign()
    rows = exported(owner, campaign)
    assert len({row["address"] for row in rows}) == 129
    assert len(exported(owner, campaign, state="bounced")) == 6


def test_cells_that_look_like_formulas_are_only_text(owner):
    campaign = make_campaign(status=CampaignStatus.COMPLETED)
    plan_people(campaign, [DeliveryState.DELIVERED], with_contacts=True)
    Contact.objects.update(first_name="=HYPERLINK(1)", last_name="@SUM(A1)")
    Delivery.objects.update(address="+cmd@club.example")
    [row] = exported(owner, campaign)
    assert (row["first name"], row["last name"]) == ("'=HYPERLINK(1)", "'@SUM(A1)")
    assert row["address"] == "'+cmd@club.example"


def test_exported_people_come_back_by_an_import_as_they_were(owner):
    campaign = make_campaign(status=CampaignStatus.COMPLETED)
    plan_people(campaign, [DeliveryState.DELIVERED], with_contacts=True)
    Contact.objects.update(first_name="=HYPERLINK(1)", last_name="@SUM(A1)")
    Delivery.objects.update(address="+cmd@club.example")
    content = export_file(owner, campaign)
    imported(content)
    back = Contact.objects.get(address_key="+cmd@club.example")
    assert (back.first_name, back.last_name) == ("=HYPERLINK(1)", "@SUM(A1)")


def test_the_report_names_domains_duration_and_who_started(owner):
    campaign = a_finished_campaign()
    page = owner.get(address("report", campaign)).context
    assert [row.label for row in page["domains"]] == ["club.example"]
    assert page["facts"].started_by == "Postroom"
    assert round(page["facts"].duration_s) == 960


def test_an_unfinished_campaign_has_no_report(owner):
    campaign = a_running_campaign()
    assert owner.get(address("report", campaign)).url == address("progress", campaign)


def test_the_cancel_dialog_says_how_many_have_not_been_sent_to(owner):
    campaign = a_running_campaign()
    page = owner.get(address("progress", campaign)).content.decode()
    assert '<strong data-live="unsent">45</strong> people have not been written to yet' in page
    assert news_of(owner, campaign)["unsent"] == 45
    assert "cannot be called back" in page


def test_a_draft_has_no_progress_yet(owner):
    draft = make_campaign()
    assert owner.get(address("progress", draft)).url == address("change", draft)
    assert owner.get(address("people", draft)).url == address("change", draft)
    assert Campaign.objects.get(pk=draft.pk).status == CampaignStatus.DRAFT
