"""Every registered page in three looks: no CSP violation, no axe finding, no script error, no sideways scroll."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.look import LOOKS, Complaints, Look, axe_findings, csp_violations, sideways_scroll
from tests.browser.page import Page
from tests.browser.pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_page_is_sound(page: Page, look: Look, window) -> None:
    address = page.address()
    tab = window(role=page.role, look=look).new_page()
    complaints = Complaints()
    complaints.listen(tab, expected_status=page.status)

    answer = tab.goto(address, wait_until="load")
    _keep_picture(tab, f"{page.name}-{look.name}")

    assert answer.status == page.status
    assert complaints.said == []
    assert csp_violations(tab) == []
    assert axe_findings(tab) == []
    assert sideways_scroll(tab) <= 0


def _keep_picture(tab, name: str) -> None:
    if folder := os.environ.get("PICTURES_DIR"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
