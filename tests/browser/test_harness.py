"""The browser tests find what they are there to find."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.browser.look import LOOKS, Complaints, axe_findings, csp_violations, sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab(window):
    tab = window(role=None, look=LOOKS["phone"]).new_page()
    tab.goto(reverse("admin:login"))
    return tab


def test_an_inline_style_is_a_violation(tab):
    tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    assert "style-src" in csp_violations(tab)[0]


def test_an_inline_script_is_a_violation(tab):
    tab.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    assert "script-src" in csp_violations(tab)[0]


def test_a_field_without_a_label_is_found(tab):
    tab.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<input type=\"text\">')")
    assert any(finding.startswith("label") for finding in axe_findings(tab))


def test_a_page_that_is_too_wide_is_found(tab):
    tab.evaluate("document.querySelector('main').style.minWidth = '900px'")
    assert sideways_scroll(tab) > 0


def test_a_failing_script_is_found(tab):
    complaints = Complaints()
    complaints.listen(tab)
    tab.evaluate("setTimeout(() => nothing(), 0)")
    tab.wait_for_event("pageerror")
    assert "nothing is not defined" in complaints.said[0]
