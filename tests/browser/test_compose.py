"""Writing and watching in the browser: the preview follows unsaved text and runs nothing, the live page the counters."""

from __future__ import annotations

import pytest
from django.db.models import F
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.messages.models import HouseLayout
from campaigns.sending.models import Campaign, Chunk
from campaigns.sending.states import CampaignStatus
from portal.roles import MARKETER
from tests.browser.look import csp_violations
from tests.factories.campaign_pages import a_draft, a_running_campaign, a_template

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft_page(window):
    draft = a_draft()
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:campaigns_campaign_change", args=[draft.pk]))
    return tab


def preview(tab):
    return tab.frame_locator("iframe[data-preview-frame]:not(.is-loading)")


def test_the_preview_follows_text_that_is_not_saved(draft_page):
    expect(preview(draft_page).locator("body")).to_contain_text("Dear Anna")
    draft_page.fill("#id_body", "Unsaved words for {{ first_name }}")
    expect(preview(draft_page).locator("body")).to_contain_text("Unsaved words for Anna")
    assert draft_page.locator("iframe").count() == 1
    assert csp_violations(draft_page) == []


def test_a_contact_is_found_by_typing_and_sees_the_message(draft_page):
    draft_page.locator("#preview-as").press_sequentially("kim 3")
    expect(draft_page.locator("#preview-people option")).to_have_count(1)
    draft_page.fill("#preview-as", draft_page.locator("#preview-people option").get_attribute("value"))
    expect(preview(draft_page).locator("body")).to_contain_text("Dear Kim 3")
    expect(draft_page.locator("[data-preview-subject]")).to_have_text("Your seat, Kim 3")


def test_phone_and_plain_text_are_chosen_by_keyboard(draft_page):
    draft_page.locator("input[name=preview_view][value=desktop]").focus()
    draft_page.keyboard.press("ArrowRight")
    assert draft_page.locator(".preview-stage").bounding_box()["width"] <= 392
    draft_page.keyboard.press("ArrowRight")
    expect(preview(draft_page).locator("pre")).to_contain_text("Say yes")


def test_a_template_error_is_told_with_its_line_while_writing(draft_page):
    draft_page.fill("#id_body", "one\ntwo\n{% if x %}")
    expect(draft_page.locator("[data-checks] .check-bad")).to_contain_text("line 3")


def test_a_field_name_is_inserted_where_the_writer_was(draft_page):
    draft_page.fill("#id_subject", "News for ")
    draft_page.locator("#id_subject").focus()
    draft_page.keyboard.press("End")
    draft_page.get_by_role("button", name="last_name").click()
    assert draft_page.input_value("#id_subject") == "News for {{ last_name }}"


def test_scripts_of_a_message_do_not_run_in_its_preview(draft_page):
    draft_page.check("input[name=kind][value=html]")
    draft_page.fill("#id_body", "<p id=a>quiet</p><script>document.getElementById('a').textContent='loud'</script>")
    expect(preview(draft_page).locator("body")).to_contain_text("quiet")
    expect(preview(draft_page).locator("body")).not_to_contain_text("loud")


def test_back_leaves_the_page_whatever_was_previewed(window):
    draft = a_draft()
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:campaigns_campaign_changelist"))
    tab.goto(reverse("admin:campaigns_campaign_change", args=[draft.pk]))
    for words in ("first", "second"):
        tab.locator("#preview-as").fill(words)
        expect(tab.locator("iframe.is-loading")).to_have_count(0)
        tab.get_by_role("button", name="Update").click()
        expect(preview(tab).locator("body")).to_contain_text("Dear Anna")
    tab.go_back()
    expect(tab).to_have_url(tab.url.split("/admin/")[0] + reverse("admin:campaigns_campaign_changelist"))


def test_the_house_layout_is_previewed_before_it_is_saved(window):
    a_template()
    tab = window().new_page()
    tab.goto(reverse("admin:campaigns_houselayout_change", args=[HouseLayout.objects.get().pk]))
    tab.fill("#id_organisation", "Choir of Oldtown")
    expect(preview(tab).locator("body")).to_contain_text("Choir of Oldtown")


def test_the_live_page_follows_the_counters_until_the_end(window):
    campaign = a_running_campaign()
    tab = window().new_page()
    tab.goto(reverse("admin:campaigns_campaign_progress", args=[campaign.pk]))
    expect(tab.locator("[data-live=handled]")).to_have_text("84")
    waiting = Chunk.objects.filter(campaign=campaign, queued_count__gt=0)
    waiting.update(delivered_count=F("delivered_count") + F("queued_count"), queued_count=0, is_open=False)
    expect(tab.locator("[data-live=handled]")).to_have_text("129", timeout=10_000)
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.COMPLETED)
    expect(tab.locator(".page-title .badge")).to_have_text("completed", timeout=10_000)
    assert tab.locator("[data-live-url]").count() == 0
    assert csp_violations(tab) == []
