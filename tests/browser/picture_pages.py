"""One picture of each page that PICTURES_OF names, into PICTURES_DIR; run by docs/take_pictures.py alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.page import Page
from tests.browser.pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WANTED = os.environ["PICTURES_OF"].split(",")


@pytest.mark.parametrize("page", [page for page in PAGES if page.name in WANTED], ids=lambda page: page.name)
def test_page_gives_a_picture(page: Page, onlooker) -> None:
    address = page.address()
    tab = onlooker(role=page.role)
    if page.before:
        page.before(tab)
    tab.set_viewport_size({"width": 1360, "height": 850})
    assert tab.goto(address, wait_until="load").status == page.status
    tab.screenshot(path=Path(os.environ["PICTURES_DIR"]) / f"{page.name}.png", full_page=True)
