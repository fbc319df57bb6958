"""Every registered page in three looks: no CSP violation, no axe finding, no script error, no sideways scroll."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.look import LOOKS, Complaints, Look, axe_findings, csp_violations, heard, put_on, sideways_scroll
from tests.browser.page import Page
from tests.browser.pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_page_is_sound(page: Page, onlooker) -> None:
    address = page.address()
    tab = onlooker(role=page.role)
    if page.before:
        page.before(tab)
    complaints = Complaints()
    with heard(tab, complaints.listeners(expected_status=page.status)):
        answer = tab.goto(address, wait_until="load")
        found = {name: findings(tab, page, look) for name, look in LOOKS.items()}
        refused = csp_violations(tab)

    assert answer.status == page.status
    assert complaints.said == []
    assert refused == []
    assert found == {name: [] for name in LOOKS}


def findings(tab, page: Page, look: Look) -> list[str]:
    """The page is loaded once: a window that is made narrow or dark shows what one would that was so from the start."""
    put_on(tab, look)
    _keep_picture(tab, f"{page.name}-{look.name}")
    too_wide = sideways_scroll(tab)
    # Of what axe looks at only the contrast is another in the dark.
    found = axe_findings(tab, rules=["color-contrast"] if look.scheme == "dark" else None)
    return found + ([f"{too_wide} px wider than the window"] if too_wide > 0 else [])


def _keep_picture(tab, name: str) -> None:
    if folder := os.environ.get("PICTURES_DIR"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
