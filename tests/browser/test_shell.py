"""What every page can do: navigation on phones, themes, times, dialogs, copying, countdown."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from portal.activity import record_activity
from tests.browser.look import LOOKS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab(window):
    tab = window().new_page()
    tab.goto(reverse("admin:index"))
    return tab


def add(tab, html: str) -> None:
    """Put markup into the page before its scripts run."""
    tab.route("**/admin/", lambda route: _with_markup(route, html))
    tab.goto(reverse("admin:index"))


def _with_markup(route, html: str) -> None:
    answer = route.fetch()
    route.fulfill(
        response=answer, body=answer.text().replace('<main id="content-start"', f'{html}<main id="content-start"')
    )


def test_on_a_phone_the_navigation_opens_and_escape_closes_it(window):
    tab = window(look=LOOKS["phone"]).new_page()
    tab.goto(reverse("admin:index"))
    sidebar = tab.locator("#nav-sidebar")
    expect(sidebar).to_be_hidden()
    tab.get_by_role("button", name="Menu").click()
    expect(sidebar).to_be_visible()
    tab.keyboard.press("Escape")
    expect(sidebar).to_be_hidden()
    expect(tab.get_by_role("button", name="Menu")).to_be_focused()


def test_the_theme_switch_goes_round_and_is_remembered(tab):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = tab.evaluate(ground)
    for _press in range(2):  # auto, light, dark as Django cycles on a light system
        tab.locator("#user-tools .theme-toggle").click()
        if tab.evaluate("document.documentElement.dataset.theme") == "dark":
            break
    assert tab.evaluate(ground) != light
    tab.reload()
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    assert tab.evaluate(ground) != light


def test_times_are_shown_in_the_readers_zone(browser, live_server, window):
    record_activity("campaign.started", actor=None, label="Letter")
    cookies = window().cookies()
    context = browser.new_context(base_url=live_server.url, timezone_id="Asia/Kolkata", locale="en-GB")
    context.add_cookies(cookies)
    tab = context.new_page()
    tab.goto(reverse("admin:portal_activity_changelist"))
    time = tab.locator("#result_list time").first
    expected = tab.evaluate(
        "(iso) => new Intl.DateTimeFormat(document.documentElement.lang, {dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Kolkata'})"
        ".format(new Date(iso))",
        time.get_attribute("datetime"),
    )
    expect(time).to_have_text(expected)
    assert "UTC" in (time.get_attribute("title") or "")
    context.close()


def test_on_a_phone_cells_of_lists_carry_their_headings(window):
    record_activity("campaign.started", actor=None, label="Letter")
    tab = window(look=LOOKS["phone"]).new_page()
    tab.goto(reverse("admin:portal_activity_changelist"))
    expect(tab.locator("#result_list td").first).to_have_attribute("data-label", "Name")


DIALOG = """<button data-opens="sure">Cancel the rest</button>
<dialog class="dialog" id="sure"><h2>Sure?</h2><button data-closes>No</button></dialog>"""


def test_a_dialog_opens_and_closes(tab):
    add(tab, DIALOG)
    tab.get_by_role("button", name="Cancel the rest").click()
    expect(tab.locator("#sure")).to_be_visible()
    tab.get_by_role("button", name="No").click()
    expect(tab.locator("#sure")).to_be_hidden()


def test_a_copy_button_copies_and_says_so(tab):
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    add(tab, '<button data-copy="smtp.example.org" data-copied="Copied">Copy</button>')
    tab.get_by_role("button", name="Copy").click()
    expect(tab.get_by_role("button", name="Copied")).to_be_visible()
    assert tab.evaluate("navigator.clipboard.readText()") == "smtp.example.org"


def test_a_countdown_counts_and_loads_the_page_again_at_its_end(tab):
    tab.clock.install(time="2026-11-22T12:00:00Z")
    tab.clock.pause_at("2026-11-22T13:00:00Z")  # from here on only the test moves it, however slow the machine
    add(tab, '<b data-countdown="2026-11-22T13:01:05Z"></b>')
    count = tab.locator("[data-countdown]")
    expect(count).to_have_text("1:05")
    tab.clock.run_for(5_000)
    expect(count).to_have_text("1:00")
    with tab.expect_navigation():
        tab.clock.run_for(66_000)
