"""Contacts in the browser: search, choose several, one question, done."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.audience.models import ContactList
from portal.roles import MARKETER
from tests.browser.look import LOOKS, axe_findings, csp_violations, sideways_scroll
from tests.factories.audience import a_club

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTACTS = "admin:campaigns_contact_changelist"


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_the_question_before_a_deed_is_sound(window, look):
    a_club()
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse(CONTACTS))
    tab.locator(".action-select").nth(1).check()
    tab.locator("select[name=action]").select_option("add_to_list")
    tab.get_by_role("button", name="Go").click()
    tab.set_viewport_size({"width": look.width, "height": look.height})
    tab.emulate_media(color_scheme=look.scheme)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Add to a list")
    assert axe_findings(tab) == []
    assert csp_violations(tab) == []
    assert sideways_scroll(tab) <= 0


def test_people_found_by_a_search_go_on_a_new_list(window):
    a_club()
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse(CONTACTS))
    tab.get_by_role("textbox", name="Search").fill("berg anna")
    tab.keyboard.press("Enter")
    expect(tab.locator("#result_list tbody tr")).to_have_count(1)
    tab.locator("#action-toggle").check()
    tab.locator("select[name=action]").select_option("add_to_list")
    tab.get_by_role("button", name="Go").click()
    tab.get_by_label("or a new list called").fill("Choir trip")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Done for 1 person.")).to_be_visible()
    assert "q=berg+anna" in tab.url
    assert ContactList.objects.get(name="Choir trip").members.count() == 1


def test_many_lists_are_narrowed_by_typing_and_what_is_ticked_stays(window):
    kim = a_club()
    for number in range(15):
        ContactList.objects.create(name=f"Trip {number}")
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:campaigns_contact_change", args=[kim.pk]))
    tab.get_by_label("Find a list").fill("board")
    shown = tab.locator("#id_chosen_lists label:visible")
    expect(shown).to_have_text(["Board", "Members 2026"])
    tab.keyboard.press("Enter")
    tab.get_by_label("Board", exact=True).check()
    assert csp_violations(tab) == []
    assert axe_findings(tab) == []
    tab.locator("input[name=_save]").click()
    expect(tab.get_by_text("Saved.")).to_be_visible()
    assert sorted(str(each) for each in kim.lists.all()) == ["Board", "Members 2026"]
