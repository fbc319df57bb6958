"""Attributes of people in the browser: typed and chosen by keyboard, on a phone and without scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.audience.models import Contact
from portal.roles import MARKETER
from tests.browser.look import LOOKS, axe_findings, csp_violations, sideways_scroll
from tests.factories.audience import a_club, a_person_with_odd_values, fields_of_a_club

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTACTS = "admin:campaigns_contact_changelist"


def test_attributes_are_typed_by_keyboard_on_a_phone(window):
    anna = a_person_with_odd_values()
    tab = window(role=MARKETER, look=LOOKS["phone"]).new_page()
    tab.goto(reverse("admin:campaigns_contact_change", args=[anna.pk]))
    expect(tab.get_by_text("“many” does not fit: this field takes a number")).to_be_visible()
    tab.get_by_label("City").focus()
    tab.keyboard.press("Tab")
    expect(tab.get_by_label("Seats")).to_be_focused()
    tab.keyboard.press("ControlOrMeta+A")
    tab.keyboard.type("a few")
    tab.keyboard.press("Tab")
    tab.keyboard.type("02022026")  # the same whether the day or the month comes first
    tab.get_by_label("Vegan").focus()
    tab.keyboard.type("y")
    tab.locator("input[name=_save]").press("Enter")
    expect(tab.get_by_text("“a few” does not fit: this field takes a number")).to_be_visible()
    assert csp_violations(tab) == []
    assert axe_findings(tab) == []
    assert sideways_scroll(tab) <= 0
    tab.get_by_label("Seats").fill("1,5")
    tab.locator("input[name=_save]").press("Enter")
    expect(tab.get_by_text("Saved.")).to_be_visible()
    assert Contact.objects.get().attributes == {
        "city": "Oldtown", "seats": "1.5", "joined_on": "2026-02-02", "vegan": "yes", "shirt": "XXS", "club": "Chess",
    }  # fmt: skip


def test_attributes_are_asked_and_kept_without_scripts(browser, window, live_server):
    anna = a_person_with_odd_values()
    before = dict(anna.attributes)
    plain = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    plain.add_cookies(window(role=MARKETER).cookies())
    tab = plain.new_page()
    tab.goto(reverse("admin:campaigns_contact_change", args=[anna.pk]))
    tab.get_by_label("Vegan").select_option("no")
    tab.get_by_label("Anything else").fill("club: Chess\nchoir: alto")
    tab.locator("input[name=_save]").click()
    expect(tab.get_by_text("Saved.")).to_be_visible()
    plain.close()
    assert Contact.objects.get().attributes == {**before, "vegan": "no", "choir": "alto"}


def test_a_field_of_many_is_chosen_and_its_value_asked_by_its_type(window):
    a_club()
    fields_of_a_club()
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse(CONTACTS))
    tab.locator("#action-toggle").check()
    tab.locator("select[name=action]").select_option("set_field")
    tab.get_by_role("button", name="Go").click()
    tab.get_by_label("Field").select_option("T-shirt")
    tab.get_by_role("button", name="Next").press("Enter")
    tab.get_by_role("link", name="Another field").click()
    tab.get_by_label("Field").select_option("Joined on")
    tab.get_by_role("button", name="Next").press("Enter")
    tab.get_by_label("Joined on").fill("2026-02-01")
    tab.get_by_role("button", name="Look first").click()
    expect(tab.get_by_text("will change")).to_be_visible()
    expect(tab.get_by_label("Joined on")).to_have_value("2026-02-01")
    tab.get_by_role("button", name="Set the field").click()
    expect(tab.get_by_text("Done for 5 people.")).to_be_visible()
    assert {person.attributes["joined_on"] for person in Contact.objects.all()} == {"2026-02-01"}
