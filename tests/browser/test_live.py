"""live.js: asks, writes, backs off, stops, tells; its clock is turned by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCRIPT = Path(settings.BASE_DIR) / "portal/static/postroom/js/live.js"
PAGE = """<!DOCTYPE html><html lang="en"><head><title>Letter</title></head><body>
<main data-live-url="/news.json">
  <b data-live="counts.delivered">0</b> <p data-live-show="note" hidden>note</p>
  <svg viewBox="0 0 9 9"><rect data-live-attr="width:bar.w;x:bar.x" width="1" height="1"></rect></svg>
  <i data-live-news data-fresh="live" data-late="no news for {s} s">live</i>
  <i role="status" data-live-announce data-text="{percent} % done"></i>
</main><script type="module" src="/static/postroom/js/live.js"></script></body></html>"""

# Leaves every wait of the page, in ms, where a test can see it.
NOTE_WAITS = """
const later = window.setTimeout;
window.setTimeout = (work, ms) => {
  const page = document.documentElement;
  page.dataset.waits = `${page.dataset.waits ?? ""} ${ms}`.trim();
  return later(work, ms);
};
"""


class Server:
    """Answers for /news.json, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        self.news: dict[str, object] = {}

    def answer(self, route) -> None:
        self.asked += 1
        headers = {"Location": "/elsewhere"} if self.status == 302 else {}
        route.fulfill(status=self.status, headers=headers, content_type="application/json", body=json.dumps(self.news))


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def tab(window, server):
    tab = window(role=None).new_page()
    tab.clock.install()
    tab.add_init_script(NOTE_WAITS)
    tab.route("**/live-page/", lambda route: route.fulfill(content_type="text/html", body=PAGE))
    tab.route("**/news.json", server.answer)
    tab.goto("/live-page/")
    return tab


def ask(tab, server: Server, **news: object) -> None:
    """Let the next question be asked and answered with this."""
    server.news = news
    with tab.expect_response("**/news.json"):
        tab.clock.run_for(2_000)


def test_the_script_is_small():
    assert SCRIPT.stat().st_size <= 4096


def test_text_attributes_and_visibility_follow_the_news(tab, server):
    ask(tab, server, counts={"delivered": 27342}, bar={"w": 5, "x": 2.5}, note="yes")
    expect(tab.locator("[data-live]")).to_have_text("27,342")
    expect(tab.locator("rect")).to_have_attribute("width", "5")
    expect(tab.locator("rect")).to_have_attribute("x", "2.5")
    expect(tab.locator("[data-live-show]")).to_be_visible()


def test_the_percent_is_in_the_title_and_every_ten_are_announced(tab, server):
    ask(tab, server, percent=58.9)
    expect(tab).to_have_title("58 % · Letter")
    expect(tab.get_by_role("status")).to_have_text("")
    ask(tab, server, percent=60.2)
    expect(tab).to_have_title("60 % · Letter")
    expect(tab.get_by_role("status")).to_have_text("60 % done")


def test_after_the_final_news_nothing_is_asked(tab, server):
    ask(tab, server, final=True, counts={"delivered": 1})
    expect(tab.locator("[data-live]")).to_have_text("1")
    tab.clock.run_for(120_000)
    assert server.asked == 1


def test_errors_make_it_wait_twice_as_long_up_to_half_a_minute(tab, server):
    server.status = 500
    waits = ["2000"]
    for wait in ("4000", "8000", "16000", "30000", "30000"):
        tab.clock.run_for(int(waits[-1]))
        waits.append(wait)
        expect(tab.locator("html")).to_have_attribute("data-waits", " ".join(waits))


def test_silence_is_told_and_ends_with_the_next_news(tab, server):
    news = tab.locator("[data-live-news]")
    server.status = 500
    tab.clock.run_for(12_000)
    expect(news).to_contain_text("no news for")
    server.status = 200
    tab.clock.run_for(31_000)
    expect(news).to_have_text("live")


@pytest.mark.parametrize("status", [302, 401, 403])
def test_being_logged_out_loads_the_page_again(tab, server, status):
    server.status = status
    with tab.expect_navigation():
        tab.clock.run_for(2_000)


def test_a_wish_to_reload_is_followed(tab, server):
    server.news = {"reload": True}
    with tab.expect_navigation():
        tab.clock.run_for(2_000)


def test_a_hidden_tab_asks_nothing_until_it_is_seen_again(tab, server):
    tab.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    tab.clock.run_for(60_000)
    assert server.asked == 0
    with tab.expect_response("**/news.json"):
        tab.evaluate(
            "Object.defineProperty(document, 'hidden', {value: false, configurable: true});"
            "document.dispatchEvent(new Event('visibilitychange'))"
        )
