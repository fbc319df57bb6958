"""Building a segment with the keyboard: conditions, groups, the count that follows, and what is wrong beside its line."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.segments.definition import conditions_of, read_stored
from campaigns.segments.models import Segment
from portal.roles import MARKETER
from tests.browser.look import LOOKS, Complaints, csp_violations
from tests.factories.audience import a_club, a_club_with_segments

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADD = reverse("admin:campaigns_segment_add")


@pytest.mark.parametrize("look", ["light", "phone"])
def test_a_segment_is_built_with_the_keyboard_and_counted_on_the_way(window, look):
    a_club()
    tab = window(role=MARKETER, look=LOOKS[look]).new_page()
    complaints = Complaints()
    complaints.listen(tab)
    tab.goto(ADD)
    tab.get_by_label("Name").fill("Annas")
    tab.get_by_label("What is asked").select_option("first_name")
    tab.get_by_label("How it is compared").select_option("begins")
    tab.get_by_label("Value").press_sequentially("Ann")
    expect(tab.locator("[data-segment-count]")).to_have_text("1")
    expect(tab.locator("[data-segment-sample]")).to_contain_text("Anna Berg")

    tab.get_by_role("button", name="Add a group").press("Enter")
    assert tab.evaluate("document.activeElement.tagName") == "SELECT"
    expect(tab.locator("[data-segment-words]")).to_contain_text("Write what")
    tab.get_by_role("button", name="Remove this group").press("Enter")
    expect(tab.locator("[data-segment-count]")).to_have_text("1")
    tab.get_by_role("button", name="Save segment").press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Annas")

    assert [condition.values for condition in conditions_of(read_stored(Segment.objects.get().definition))] == [
        ("Ann",)
    ]
    assert (complaints.said, csp_violations(tab)) == ([], [])


def test_what_was_built_comes_back_as_it_was(window):
    segment = a_club_with_segments()
    before = segment.definition
    tab = window(role=MARKETER, look=LOOKS["light"]).new_page()
    tab.goto(reverse("admin:campaigns_segment_change", args=[segment.pk]))
    expect(tab.locator("[data-segment-count]")).to_have_text("4")
    tab.get_by_label("Description").fill("Another word")
    tab.get_by_label("How it is compared").first.dispatch_event("input")  # so that the field is written anew
    tab.get_by_role("button", name="Save segment").click()
    expect(tab.locator(".messagelist")).to_contain_text("is saved")
    segment.refresh_from_db()
    assert (segment.definition, segment.description) == (before, "Another word")
