"""The editor of messages: highlights, completes, underlines, saves by keyboard, and stays within the strict CSP."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.messages.models import Snippet, Template
from portal.roles import MARKETER, VIEWER
from tests.browser.look import LOOKS, Complaints, axe_findings, csp_violations, sideways_scroll
from tests.factories.campaign_pages import a_draft, a_template

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def editor_page(window):
    template = a_template()
    Template.objects.filter(pk=template.pk).update(body="Dear reader,\n")
    a_draft()  # with contacts, who have a city
    Snippet.objects.create(name="opening-hours", description="When we are there", body="9 to 5")
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:campaigns_template_change", args=[template.pk]))
    expect(tab.locator("[data-words=offered]")).to_be_attached()
    tab.locator(".cm-content").click()
    tab.keyboard.press("Control+End")
    return tab


def text_of(tab):
    return tab.input_value("#id_body")


def choices(tab):
    return tab.locator(".cm-tooltip-autocomplete li")


def test_typing_updates_the_text_of_the_form_and_the_preview(editor_page):
    editor_page.keyboard.type("good news for {{ first_name }}")
    frame = editor_page.frame_locator("iframe[data-preview-frame]:not(.is-loading)")
    expect(frame.locator("body")).to_contain_text("good news for Anna")
    assert text_of(editor_page).endswith("good news for {{ first_name }}")
    assert editor_page.locator(".cm-liquid").inner_text() == "{{ first_name }}"
    assert csp_violations(editor_page) == []


def test_a_real_field_is_completed_with_its_braces(editor_page):
    editor_page.keyboard.type("from {{ci")
    expect(choices(editor_page).first).to_contain_text("city")
    editor_page.keyboard.press("Enter")
    assert text_of(editor_page).endswith("from {{ city }}")


def test_filters_tags_and_snippets_are_completed_with_a_line_about_each(editor_page):
    editor_page.keyboard.type("{{ first_name | upc")
    expect(choices(editor_page).first).to_contain_text("Makes all letters capital")
    editor_page.keyboard.press("Enter")
    editor_page.keyboard.type(" }} {% rend")
    expect(choices(editor_page).first).to_contain_text("When we are there")
    editor_page.keyboard.press("Enter")
    assert text_of(editor_page).endswith('{{ first_name | upcase }} {% render "opening-hours" %}')


def test_an_error_is_underlined_where_it_is_and_f8_leads_to_it_in_words(editor_page):
    editor_page.keyboard.type("{{ fist_name }} is here")
    expect(editor_page.locator(".cm-lintRange-error")).to_contain_text("fist_name")
    editor_page.locator("#id_subject").focus()
    editor_page.keyboard.press("F8")
    expect(editor_page.locator("[data-editor-problem]")).to_contain_text("fist_name")
    editor_page.keyboard.press("Escape")
    editor_page.locator("[data-checks] .link-button").first.click()
    expect(editor_page.locator(".cm-content")).to_be_focused()


def test_control_s_saves_from_anywhere(editor_page):
    editor_page.keyboard.type("saved by key")
    with editor_page.expect_navigation():
        editor_page.keyboard.press("Control+s")
    assert "saved by key" in Template.objects.get(name="Spring letter").body


def test_tab_leaves_the_editor(editor_page):
    editor_page.keyboard.press("Tab")
    expect(editor_page.locator(".cm-content")).not_to_be_focused()
    assert "\t" not in text_of(editor_page)


@pytest.mark.parametrize(
    ("button", "written"),
    [("Bold", "**words**"), ("Link", "[words](https://)"), ("Button", '[words](https:// "button")')],
)
def test_buttons_write_what_is_hard_to_remember(editor_page, button, written):
    editor_page.locator("[data-editor-bar]").get_by_role("button", name=button, exact=True).click()
    assert written in text_of(editor_page)
    expect(editor_page.locator(".cm-content")).to_be_focused()


def test_the_kind_decides_what_the_buttons_write(editor_page):
    editor_page.check("input[name=kind][value=html]")
    editor_page.locator("[data-editor-bar]").get_by_role("button", name="Bold").click()
    assert "<strong>words</strong>" in text_of(editor_page)


def test_the_field_button_offers_fields_without_a_keyboard(editor_page):
    editor_page.locator("[data-editor-bar]").get_by_role("button", name="Field").click()
    choices(editor_page).filter(has_text="city").click()
    assert text_of(editor_page).endswith("{{ city }}")


def test_links_are_listed_and_lead_to_their_line(editor_page):
    editor_page.keyboard.type("[Old page](http://club.example/old)")
    row = editor_page.locator("[data-links] tbody tr", has_text="Old page")
    expect(row).to_contain_text("not https")
    row.get_by_role("button", name="Line 2").click()
    expect(editor_page.locator(".cm-content")).to_be_focused()
    expect(editor_page.locator(".cm-activeLine")).to_contain_text("Old page")


def test_the_inbox_line_follows_subject_and_preview_line(editor_page):
    editor_page.fill("#id_subject", "Hello {{ first_name }}")
    editor_page.fill("#id_preheader", "and welcome")
    expect(editor_page.locator("[data-preview-subject]")).to_have_text("Hello Anna")
    expect(editor_page.locator("[data-preview-preheader]")).to_have_text("and welcome")


def test_dark_and_images_off_are_seen_in_the_frame(editor_page):
    editor_page.locator("label", has_text="Images off").click()
    editor_page.check("input[name=kind][value=html]")
    editor_page.fill("#id_body", '<p>x <img src="https://x.example/a.png" alt="Map of the hall"></p>')
    frame = editor_page.frame_locator("iframe[data-preview-frame]:not(.is-loading)")
    expect(frame.locator("img[alt='Map of the hall'][data-off]")).to_be_attached()
    assert csp_violations(editor_page) == []


def test_phones_show_one_pane_at_a_time(window):
    template = a_template()
    tab = window(role=MARKETER, look=LOOKS["phone"]).new_page()
    tab.goto(reverse("admin:campaigns_template_change", args=[template.pk]))
    expect(tab.locator(".cm-content")).to_be_visible()
    expect(tab.locator(".preview-stage")).to_be_hidden()
    tab.get_by_role("button", name="Preview", exact=True).click()
    expect(tab.frame_locator("iframe[data-preview-frame]:not(.is-loading)").locator("body")).to_contain_text("Anna")
    expect(tab.locator(".cm-content")).to_be_hidden()
    assert sideways_scroll(tab) <= 0


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_the_open_editor_is_sound_in_every_look(window, look):
    template = a_template()
    body = "# A\n\n{{ fist_name }} <b>bold</b> [x](http://a.example)\n" + "More to scroll.\n" * 40
    Template.objects.filter(pk=template.pk).update(body=body)
    tab = window(role=MARKETER, look=look).new_page()
    complaints = Complaints()
    complaints.listen(tab)
    tab.goto(reverse("admin:campaigns_template_change", args=[template.pk]))
    expect(tab.locator("[data-words=offered]")).to_be_attached()
    tab.locator(".cm-content").click()
    expect(tab.locator(".cm-lintRange-error")).to_be_attached()
    tab.keyboard.press("Control+End")
    tab.keyboard.type("{{ ")
    expect(choices(tab).first).to_be_visible()
    # The choices may lie upon a field below, which is tapped when they are closed again.
    assert [finding for finding in axe_findings(tab) if not finding.startswith("target-size")] == []
    tab.keyboard.press("Escape")
    expect(choices(tab)).to_have_count(0)
    tab.evaluate("scrollTo(0, 0)")  # on a phone the bar that sticks to the window's top lies upon a field, too
    assert axe_findings(tab, rules=["target-size"]) == []
    assert csp_violations(tab) == []
    assert complaints.said == []
    assert sideways_scroll(tab) <= 0


def test_without_scripts_the_textarea_is_there_and_saves(browser, window, live_server):
    template = a_template()
    cookies = window(role=MARKETER).cookies()
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    context.add_cookies(cookies)
    tab = context.new_page()
    tab.goto(reverse("admin:campaigns_template_change", args=[template.pk]))
    tab.fill("#id_body", "by hand")
    tab.get_by_role("button", name="Save").click()
    context.close()
    assert Template.objects.get(pk=template.pk).body == "by hand"


def test_a_viewer_sees_the_preview_and_keeps_nothing(window):
    template = a_template()
    tab = window(role=VIEWER).new_page()
    complaints = Complaints()
    complaints.listen(tab)
    tab.goto(reverse("admin:campaigns_template_change", args=[template.pk]))
    expect(tab.frame_locator("iframe[data-preview-frame]:not(.is-loading)").locator("body")).to_contain_text("Anna")
    assert complaints.said == []


def test_half_a_field_leaves_the_last_good_preview_and_says_so(editor_page):
    frame = editor_page.frame_locator("iframe[data-preview-frame]:not(.is-loading)")
    expect(frame.locator("body")).to_contain_text("Dear reader")
    editor_page.keyboard.type("{{ first_na")
    expect(editor_page.locator("[data-preview-behind]")).to_be_visible()
    expect(frame.locator("body")).to_contain_text("Dear reader")
    editor_page.get_by_role("button", name="Update").click()
    expect(frame.locator("body")).to_contain_text("This cannot be shown yet")
    expect(editor_page.locator("[data-preview-behind]")).to_be_hidden()
