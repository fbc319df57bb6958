from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience.field_use import uses_of as field_uses
from campaigns.audience.fields import ContactField
from campaigns.audience.models import Contact
from campaigns.exports.campaign_rows import People
from campaigns.exports.models import Export
from campaigns.images.usage import uses_of as image_uses
from campaigns.preferences.models import Unsubscription
from campaigns.sending.models import Campaign, Chunk, Delivery
from campaigns.sending.people import count_people, people_page
from campaigns.sending.people_filter import read_people_filter
from campaigns.sending.review import review_campaign
from campaigns.sending.states import CampaignKind, CampaignStatus
from campaigns.sending.trial_results import last_trial
from campaigns.splits.drafts import SplitSettings, add_version, save_version_words
from campaigns.splits.figures import read_figures
from campaigns.splits.models import SplitTest
from campaigns.splits.results import read_results
from campaigns.splits.services import choose_winner
from campaigns.splits.versions import versions_of
from portal.errors import Conflict, InvalidInput
from portal.roles import MARKETER, VIEWER
from tests.factories.campaign_pages import a_draft, know_identities
from tests.factories.running import send_all
from tests.factories.splits import a_started_test, a_tested_campaign, count_for, split_now

pytestmark = pytest.mark.django_db

POSTED = {"tests": "subject", "share_percent": "30", "wait_minutes": "60", "rule": "hand", "when_unclear": "ask"}
CONTENT = SplitSettings(tests="content", share_percent=50, wait_minutes=60, rule="delivered", when_unclear="ask")


@pytest.fixture(autouse=True)
def small_chunks(settings):
    settings.SEND_GRACE_S = 0
    settings.CHUNK_SIZE = 4


@pytest.fixture
def marketer(log_in):
    return log_in(MARKETER)


def url(name, campaign, *arguments):
    return reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk, *arguments])


def test_a_test_is_made_of_a_draft_and_its_subjects_typed(marketer):
    draft = a_draft()
    marketer.post(url("split", draft), POSTED)
    marketer.post(url("split", draft), {**POSTED, "subject_2": "A seat for {{ first_name }}"})
    marketer.post(url("split_add", draft))
    versions = versions_of(draft)
    assert [version.letter for version in versions] == ["A", "B", "C"]
    assert [version.subject for version in versions] == [draft.subject, "A seat for {{ first_name }}", draft.subject]
    assert split_now(draft).share_percent == 30
    assert b"A seat for" in marketer.get(url("split", draft)).content


def test_versions_of_a_subject_test_say_what_the_campaign_says_now(marketer):
    campaign = a_tested_campaign(3)
    Campaign.objects.filter(pk=campaign.pk).update(body="Changed later")
    [_first, second] = versions_of(Campaign.objects.get(pk=campaign.pk))
    assert second.source.body == "Changed later"
    assert second.source.subject == "Subject B"


def test_at_most_four_versions():
    campaign = a_tested_campaign(3, versions=4)
    with pytest.raises(InvalidInput, match="four"):
        add_version(campaign.pk, actor=None)


def test_removing_a_version_moves_the_later_ones_up_and_the_last_ends_the_test(marketer):
    campaign = a_tested_campaign(3, versions=3)
    marketer.post(url("split_remove", campaign, 2))
    assert [version.subject for version in versions_of(campaign)] == ["Subject A", "Subject C"]
    marketer.post(url("split_remove", campaign, 2))
    assert not SplitTest.objects.exists()
    assert not Campaign.objects.filter(campaign_kind=CampaignKind.VERSION).exists()


def test_a_version_is_written_in_the_editor_and_frozen_with_its_campaign(marketer):
    know_identities()
    campaign = a_tested_campaign(10, settings=CONTENT)
    version = url("split_version", campaign, 2)
    assert marketer.get(version).status_code == 200
    typed = {"subject": "Other", "kind": "markdown", "body": "Quite other words", "preheader": "", "text_body": ""}
    marketer.post(version, typed)
    draft = versions_of(campaign)[1].words
    assert draft.body == "Quite other words"
    assert marketer.get(reverse("admin:campaigns_campaign_change", args=[draft.pk])).url == version
    marketer.post(url("send", campaign), {"accepted": [p.code for p in review_campaign(campaign).warnings]})
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.PENDING
    assert versions_of(campaign)[1].words.version.body == "Quite other words"
    with pytest.raises(Conflict, match="no longer a draft"):
        save_version_words(draft, actor=None)
    marketer.post(url("take_back", campaign))
    assert versions_of(campaign)[1].words.version is None


def test_the_review_checks_each_version():
    know_identities()
    campaign = a_tested_campaign(10, settings=CONTENT)
    draft = versions_of(campaign)[1].words
    draft.body = "{% if seat %}"
    save_version_words(draft, actor=None)
    [point] = [point for point in review_campaign(campaign).checks if point.code.startswith("v2_")]
    assert "Version B: " in point.text
    assert not review_campaign(campaign).can_send


def test_the_review_says_what_so_few_people_can_tell():
    know_identities()
    points = {point.code: point.text for point in review_campaign(a_tested_campaign(40)).checks}
    assert "each of the 2 versions goes to about 10 people, 20 wait for the winner" in points["split_small"]
    assert "against" in points["split_small"]


def test_a_rule_that_cannot_find_a_winner_blocks_send():
    know_identities()
    campaign = a_tested_campaign(10)
    SplitTest.objects.update(rule="opens")
    assert "split_untracked" in {point.code for point in review_campaign(campaign).checks if point.level == "bad"}
    Campaign.objects.filter(pk=campaign.pk).update(is_tracked=True)
    campaign.refresh_from_db()
    assert "split_untracked" not in {point.code for point in review_campaign(campaign).checks}


def test_each_version_is_sent_as_a_test(marketer):
    know_identities()
    campaign = a_tested_campaign(10)
    assert "no_test_2" in {point.code for point in review_campaign(campaign).checks}
    response = marketer.post(url("split_test", campaign, 2), {"recipients": "me@club.example"}, follow=True)
    assert last_trial(versions_of(campaign)[1].words).version.subject == "[Test] Subject B"
    assert url("review", campaign) in response.content.decode()
    assert "no_test_2" not in {point.code for point in review_campaign(campaign).checks}


def test_people_lack_a_value_that_any_version_needs():
    know_identities()
    campaign = a_tested_campaign(10)
    draft = versions_of(campaign)[1].words
    draft.subject = "For {{ last_name }}"
    save_version_words(draft, actor=None)
    seen = review_campaign(campaign)
    assert seen.will_get == 0
    Contact.objects.update(last_name="Berg")
    assert review_campaign(campaign).will_get == 10


def test_people_are_found_by_the_version_they_got(ses, django_user_model):
    campaign = a_started_test(60)
    send_all(campaign)
    in_test = {2: read_people_filter({"version": "b-test"}), 1: read_people_filter({"version": "a-test"})}
    counts = {figures.number: figures.people for figures in read_figures(campaign)}
    assert {number: count_people(campaign, wanted) for number, wanted in in_test.items()} == counts
    choose_winner(campaign.pk, 2, actor=django_user_model.objects.create_user("mira"))
    everybody = read_people_filter({"version": "b"})
    assert count_people(campaign, everybody) == 60 - counts[1]
    assert len(people_page(campaign, everybody, size=100).deliveries) == 60 - counts[1]
    searched = read_people_filter({"version": "a", "q": "reader"})
    assert len(people_page(campaign, searched, size=100).deliveries) == counts[1]
    with pytest.raises(InvalidInput):
        read_people_filter({"version": "z"})


def test_the_export_names_the_version(ses):
    campaign = a_started_test(20)
    send_all(campaign)
    export = Export(query=f"campaign={campaign.pk}&version=b-test", columns="standard")
    assert People.header(export)[-2] == "version"
    rows = People.read(export, "", 100).rows
    assert rows
    assert {row[-2] for row in rows} == {"B"}
    assert all(len(row) == len(People.header(export)) for row in rows)


def test_the_pages_of_a_running_test_show_the_versions(marketer, ses):
    campaign = a_started_test(40)
    send_all(campaign)
    count_for(campaign, 1, delivered=900, bounced=100)
    count_for(campaign, 2, delivered=990, bounced=10)
    for name in ("progress", "split", "people"):
        assert b"Subject B" in marketer.get(url(name, campaign)).content or name == "people"
    assert b"B is ahead" in marketer.get(url("progress", campaign)).content
    marketer.post(url("split_choose", campaign, 1))
    assert split_now(campaign).winner_number == 1
    assert b"Version A won, by hand" in marketer.get(url("split", campaign)).content
    response = marketer.post(url("split_choose", campaign, 2), follow=True)
    assert b"Version A was chosen a moment ago" in response.content


def test_while_the_rest_waits_the_page_says_so(marketer, ses):
    campaign = a_started_test(40)
    send_all(campaign)
    SplitTest.objects.update(tested_at=timezone.now() - timedelta(minutes=1))
    assert "waits for the winner" in marketer.get(url("progress_json", campaign)).json()["left"]
    assert b"The rule looks at" in marketer.get(url("progress", campaign)).content


def test_who_unsubscribed_counts_for_the_version_they_got():
    campaign = a_started_test(40)
    chunk = Chunk.objects.filter(campaign=campaign, part=2).order_by("number")[0]
    for _twice in range(2):
        Unsubscription.objects.create(
            delivery_id=chunk.first_delivery_id, campaign_id=campaign.pk, address_key="x", scope="everything"
        )
    assert {figures.number: figures.unsubscribed for figures in read_figures(campaign)} == {1: 0, 2: 1}


def test_a_campaign_that_ended_without_a_winner_says_so():
    campaign = a_started_test(10)
    Campaign.objects.update(status=CampaignStatus.CANCELLED)
    campaign.refresh_from_db()
    results = read_results(campaign)
    assert "ended before" in results.status
    assert not results.can_choose


def test_the_persons_page_names_the_version(marketer):
    campaign = a_started_test(20)
    chunk = Chunk.objects.filter(campaign=campaign, part=2)[0]
    person = Delivery.objects.get(pk=chunk.first_delivery_id)
    assert b"<dt>Version</dt>" in marketer.get(url("person", campaign, person.pk)).content


@pytest.mark.parametrize("name", ["split_add", "split_drop", "split_remove", "split_choose"])
def test_a_viewer_looks_and_changes_nothing(name, log_in):
    campaign = a_tested_campaign(3)
    viewer = log_in(VIEWER)
    arguments = [2] if name in {"split_remove", "split_choose"} else []
    assert viewer.post(url(name, campaign, *arguments)).status_code == 403
    assert viewer.get(url("split", campaign)).status_code == 200
    assert viewer.get(url("split_version", campaign, 2)).status_code == 200
    assert viewer.post(url("split", campaign), POSTED).status_code == 403
    assert split_now(campaign).share_percent == 50


def test_what_only_a_version_shows_counts_as_used():
    campaign = a_tested_campaign(3, settings=CONTENT)
    draft = versions_of(campaign)[1].words
    draft.body = "Your {{ seat }} ![x](https://postroom.example/i/abc123def456/seat.png)"
    save_version_words(draft, actor=None)
    field, _made = ContactField.objects.get_or_create(name="seat")
    assert any("(B)" in use for use in field_uses(field))
    assert image_uses(["abc123def456"])["abc123def456"]


def test_a_draft_is_thrown_away_with_its_test(marketer):
    campaign = a_tested_campaign(3)
    marketer.post(url("discard", campaign))
    assert not Campaign.objects.exists()
    assert not SplitTest.objects.exists()
