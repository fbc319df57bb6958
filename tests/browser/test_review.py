"""From the review to the line in the editor, and the question before sending."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.sending.models import Campaign
from campaigns.sending.states import CampaignStatus
from tests.browser.look import Complaints
from tests.factories.campaign_pages import a_draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft() -> Campaign:
    return a_draft(body="Dear {{ first_name }},\n\nsee [there](http://club.example/x)\n\nBest wishes")


def _review(draft: Campaign) -> str:
    return reverse("admin:campaigns_campaign_review", args=[draft.pk])


def test_a_point_leads_to_its_line_in_the_editor(draft, window):
    tab = window().new_page()
    tab.goto(_review(draft))
    tab.get_by_role("link", name="Message, line 3").click()
    expect(tab.locator(".cm-activeLine")).to_contain_text("http://club.example/x")


def test_send_asks_and_then_sends(draft, window):
    tab = window().new_page()
    complaints = Complaints()
    complaints.listen(tab)
    tab.goto(_review(draft))
    tab.get_by_role("button", name="Send to").first.click()
    dialog = tab.locator("#send-anyway")
    expect(dialog).to_contain_text("is not safe")
    dialog.get_by_role("button", name="Send to").click()
    expect(tab.locator("body")).to_contain_text("Leaving soon")
    assert complaints.said == []
    assert Campaign.objects.get(pk=draft.pk).status == CampaignStatus.PENDING
