"""The jump box and the shortcuts, by keyboard alone."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from portal.roles import MARKETER
from tests.browser.look import LOOKS, axe_findings, csp_violations
from tests.factories.audience import a_club
from tests.factories.person import anna_of_the_club
from tests.factories.sending import make_campaign

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab(window):
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:index"))
    return tab


def test_slash_opens_the_box_and_enter_goes_to_the_first_match(tab):
    tab.keyboard.press("/")
    box = tab.get_by_role("combobox", name="Jump to a page")
    expect(box).to_be_focused()
    tab.keyboard.type("suppr")
    expect(tab.get_by_role("option", name="Suppressions")).to_have_attribute("aria-selected", "true")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**{reverse('admin:campaigns_suppression_changelist')}")


def test_people_and_campaigns_are_found_and_chosen_with_the_arrows(tab):
    kim = a_club()
    make_campaign("Kim's letter")
    tab.keyboard.press("/")
    tab.keyboard.type("kim")
    expect(tab.get_by_role("option")).to_have_count(2)
    expect(tab.get_by_role("group", name="People")).to_be_visible()
    assert axe_findings(tab) == []
    tab.keyboard.press("ArrowDown")
    expect(tab.get_by_role("option", name="Kim's letter")).to_have_attribute("aria-selected", "true")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("ArrowUp")
    chosen = tab.get_by_role("option", name="Kim Lund")
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(tab.locator("#nav-filter")).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**{reverse('admin:campaigns_contact_person', args=[kim.pk])}")
    assert csp_violations(tab) == []


def test_it_says_when_nothing_is_found_and_escape_closes_it(tab):
    tab.keyboard.press("/")
    tab.keyboard.type("zzz")
    expect(tab.get_by_text("Nothing found.")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator("#nav-filter")).to_have_value("")
    expect(tab.locator("#nav-filter")).not_to_be_focused()
    expect(tab.get_by_text("Nothing found.")).to_be_hidden()


def test_enter_on_nothing_leads_to_the_search_page(tab):
    tab.keyboard.press("/")
    tab.keyboard.type("zzz")
    expect(tab.get_by_text("Nothing found.")).to_be_visible()
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**{reverse('admin:jump')}?q=zzz")


def test_g_and_a_letter_go_to_a_page(tab):
    tab.keyboard.press("g")
    tab.keyboard.press("p")
    tab.wait_for_url(f"**{reverse('admin:campaigns_contact_changelist')}")
    tab.keyboard.press("g")
    tab.keyboard.press("o")
    tab.wait_for_url(f"**{reverse('admin:index')}")


def test_shortcuts_never_fire_while_somebody_types(tab):
    tab.goto(reverse("admin:campaigns_contact_changelist"))
    tab.locator("#searchbar").focus()
    tab.keyboard.type("a/g?go")
    expect(tab.locator("#searchbar")).to_have_value("a/g?go")
    expect(tab.locator("#keys-help")).to_be_hidden()


def test_a_question_mark_shows_the_shortcuts_and_they_can_be_turned_off(tab):
    tab.keyboard.press("?")
    dialog = tab.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Campaigns")
    assert axe_findings(tab) == []
    tab.get_by_label("Do without them").check()
    tab.keyboard.press("Escape")
    tab.keyboard.press("/")
    expect(tab.locator("#nav-filter")).not_to_be_focused()
    tab.reload()
    tab.keyboard.press("?")
    expect(dialog).to_be_hidden()
    tab.get_by_role("button", name="Keyboard shortcuts").click()
    expect(tab.get_by_label("Do without them")).to_be_checked()


def test_on_a_phone_slash_opens_the_navigation_with_the_box(window):
    tab = window(role=MARKETER, look=LOOKS["phone"]).new_page()
    tab.goto(reverse("admin:index"))
    tab.keyboard.press("/")
    expect(tab.locator("#nav-filter")).to_be_focused()


def test_a_list_is_joined_and_left_again_with_one_undo(window):
    anna = anna_of_the_club()
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:campaigns_contact_person", args=[anna.pk]))
    tab.get_by_label("Tag", exact=True).fill("board")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Saved.")).to_be_visible()
    expect(tab.get_by_role("button", name="Take off the tag board")).to_be_visible()
    tab.get_by_role("button", name="Undo").click()
    expect(tab.get_by_role("button", name="Take off the tag board")).to_have_count(0)


def test_a_campaign_is_asked_about_by_typing(window):
    anna = anna_of_the_club()
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:campaigns_contact_person", args=[anna.pk]))
    tab.get_by_label("Campaign", exact=True).fill("April")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Did Anna get “April letter”?")).to_be_visible()
    tab.get_by_role("link", name="opens and clicks").click()
    expect(tab.locator(".history > li")).to_have_count(1)
