"""Every page, with 200 vectors in every text that it may show, runs nothing - even where the browser is told to ignore
our content security policy, which would forbid it once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from campaigns.preferences.links import unsubscribe_url
from tests.browser.look import heard
from tests.browser.page import Page
from tests.browser.pages import PAGES
from tests.browser.poison import poison_everything, vectors
from tests.factories.campaign_pages import a_recipient

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Dialog, Page as Tab

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _unsubscribe() -> str:
    return reverse("unsubscribe", args=[unsubscribe_url(a_recipient().pk).rpartition("/")[2]])


VOID = {"set-lost-password"}  # the link is no longer good once anything about the person is another
SHOWN = [page for page in PAGES if not page.name.endswith("-empty") and page.name not in VOID] + [
    Page("unsubscribe", _unsubscribe, role=None)
]
MIGHT_RUN = """() => {
  const found = [];
  const own = (address) => new URL(address, location.href).origin === location.origin;
  for (const element of document.querySelectorAll("*")) {
    const name = element.localName;
    for (const { name: attribute, value } of element.attributes) {
      if (attribute.startsWith("on")) found.push(`${name} ${attribute}`);
      const scheme = value.replace(/[\\u0000-\\u0020]/g, "").toLowerCase();
      const leads = ["href", "src", "action", "formaction", "data", "xlink:href"].includes(attribute);
      if (leads && /^(javascript|vbscript|data:text|data:image.svg)/.test(scheme)) found.push(`${name} ${attribute}=${value}`);
    }
    if (["base", "object", "embed", "frame", "frameset"].includes(name)) found.push(name);
    if (name === "meta" && element.httpEquiv) found.push("meta");
    if (name === "script" && !(element.src ? own(element.src) : element.type === "application/json")) found.push("script");
    if (name === "iframe" && !(element.hasAttribute("sandbox") && !/scripts|same-origin/.test(element.sandbox.value)))
      found.push("iframe outside a sandbox");
  }
  return found;
}"""


def test_there_are_two_hundred_vectors():
    assert len(set(vectors()["anywhere"])) >= 200


@pytest.mark.parametrize("page", SHOWN, ids=[page.name for page in SHOWN])
def test_nothing_that_was_typed_runs(page: Page, onlooker, record_property):
    path = page.address()
    tab = onlooker(role=page.role, bypass_csp=True)
    record_property("texts", poison_everything())
    status, might_run, ran = what_runs(tab, path)
    assert status == page.status
    assert might_run == []
    assert ran == []


def what_runs(tab: Tab, path: str) -> tuple[int, list[str], list[str]]:
    """The status of a page, what on it might run, and what did."""
    ran: list[str] = []

    def refuse(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    def hear(message: ConsoleMessage) -> None:
        if message.text == "XSS-RAN":
            ran.append(message.text)

    with heard(tab, {"dialog": refuse, "console": hear}):
        answer = tab.goto(path, wait_until="load")
        assert answer is not None
        return answer.status, tab.evaluate(MIGHT_RUN), ran
