"""Pages in German, whose words are longer: still nothing overflows at 390 px, and nothing is left in English."""

from __future__ import annotations

import os

import pytest

from tests.browser.look import LOOKS, Complaints, axe_findings, heard, put_on, sideways_scroll
from tests.browser.page import Page
from tests.browser.pages import PAGES
from tests.browser.test_pages import _keep_picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MAIN = {
    "login",
    "overview",
    "own-settings",
    "contacts",
    "contact",
    "lists",
    "suppressions",
    "campaigns",
    "campaign-compose",
    "campaign-review",
    "campaign-progress",
    "campaign-report",
    "templates",
    "template",
    "imports",
    "import-columns",
    "import-check",
    "import-result",
    "signup-form",
    "signup-public",
}
CHOSEN = [page for page in PAGES if page.name in MAIN or os.environ.get("ALL_PAGES")]


@pytest.mark.parametrize("page", CHOSEN, ids=[page.name for page in CHOSEN])
def test_page_in_german_fits_a_phone(page: Page, onlooker) -> None:
    address = page.address()
    tab = onlooker(role=page.role, locale="de-DE")
    put_on(tab, LOOKS["phone"])
    complaints = Complaints()
    with heard(tab, complaints.listeners(expected_status=page.status)):
        answer = tab.goto(address, wait_until="load")
        _keep_picture(tab, f"{page.name}-german")
        found = axe_findings(tab)

    assert answer.status == page.status
    assert complaints.said == []
    of_form = page.name in {"signup-public", "signup-framed", "signup-confirm"}  # a form has a language of its own
    assert tab.locator("html").get_attribute("lang") == ("en" if of_form else "de")
    assert found == []
    assert sideways_scroll(tab) <= 0
