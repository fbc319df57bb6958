"""Writing a rule with the keyboard: rows come and go without leaving the page, and what it does is said on the way."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from portal.roles import OPERATOR
from routing.rules.models import RoutingRule
from tests.browser.look import LOOKS, Complaints, csp_violations
from tests.factories.routing_pages import make_domain

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADD = reverse("admin:routing_routingrule_add")


@pytest.mark.parametrize("look", ["light", "phone"])
def test_a_rule_is_written_with_the_keyboard_and_said_in_words_on_the_way(window, look):
    make_domain("example.com")
    tab = window(role=OPERATOR, look=LOOKS[look]).new_page()
    complaints = Complaints()
    complaints.listen(tab)
    tab.goto(ADD)
    tab.get_by_label("Mail to").fill("info@example.com")
    tab.get_by_label("What is done").select_option("store")
    expect(tab.locator("[data-rule-reading]")).to_contain_text("store only")

    tab.get_by_role("button", name="Add a condition").press("Enter")
    expect(tab.get_by_label("What is looked at")).to_be_focused()
    tab.get_by_label("What is looked at").select_option("size")
    expect(tab.get_by_label("What the header holds")).to_be_hidden()
    tab.get_by_label("Size in MB").fill("10")
    expect(tab.locator("[data-rule-reading]")).to_contain_text("is over 10.0")

    tab.get_by_role("button", name="Add a choice").press("Enter")
    expect(tab.get_by_role("heading", name="Choice 2")).to_be_visible()
    tab.get_by_role("button", name="Remove choice 2").press("Enter")
    expect(tab.get_by_role("heading", name="Choice 2")).to_have_count(0)
    expect(tab.get_by_label("Size in MB")).to_have_value("10")
    tab.get_by_label("Mail to").press("Enter")  # saves, and adds no row
    expect(tab.locator(".messagelist")).to_contain_text("The rule is saved.")

    [choice] = RoutingRule.objects.get().choices
    assert choice["conditions"] == [{"kind": "size", "test": "over", "size_bytes": 10 * 1024 * 1024}]
    assert (complaints.said, csp_violations(tab)) == ([], [])
