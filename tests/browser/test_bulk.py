"""Deeds on many people in the browser: on a phone, by keyboard, and undone from the list."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.audience.models import Tag
from portal.roles import MARKETER
from tests.browser.look import LOOKS, axe_findings, csp_violations, sideways_scroll
from tests.factories.audience import a_club

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTACTS = "admin:campaigns_contact_changelist"


def test_everybody_is_tagged_on_a_phone_by_keyboard_and_undone(window):
    a_club()
    tab = window(role=MARKETER, look=LOOKS["phone"]).new_page()
    tab.goto(reverse(CONTACTS))
    everybody = tab.get_by_role("checkbox", name="All on this page")
    expect(everybody).to_be_in_viewport()
    everybody.focus()
    tab.keyboard.press("Space")
    expect(tab.get_by_text("5 of 5 selected")).to_be_visible()
    choice = tab.locator("select[name=action]")
    expect(choice).to_be_in_viewport()
    choice.select_option("add_tag")
    assert axe_findings(tab) == []
    tab.get_by_role("button", name="Go").press("Enter")

    tab.get_by_label("or a new tag").fill("2026")
    tab.get_by_role("button", name="Look first").click()
    expect(tab.get_by_text("will change")).to_be_visible()
    tab.get_by_role("button", name="Add the tag").click()

    bar = tab.get_by_role("region", name="Just done")
    expect(bar).to_be_visible()
    assert axe_findings(tab) == []
    assert csp_violations(tab) == []
    assert sideways_scroll(tab) <= 0
    bar.get_by_role("button", name="Undo").click()
    expect(tab.get_by_text("Everything is as it was before")).to_be_visible()
    assert not Tag.objects.get(name="2026").contacts.exists()
