"""Handing out the password of an SMTP user: shown to whoever says who it is, gone after a minute, and by a link once."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Error, expect

from portal.roles import OPERATOR
from tests.browser.look import axe_findings, csp_violations
from tests.factories import smtp_user_pages
from tests.factories.smtp_users import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_password_is_shown_for_a_minute_and_not_again_by_going_back(window):
    smtp_user = smtp_user_pages.a_busy_user()
    tab = window(role=OPERATOR).new_page()
    tab.clock.install()
    tab.goto(reverse("admin:credentials_smtpuser_change", args=[smtp_user.pk]))
    assert PASSWORD not in tab.content()
    tab.get_by_role("link", name="Hand out the password").click()
    tab.get_by_label("Your password").fill("not used")
    tab.get_by_role("button", name="Continue").click()
    expect(tab.locator("[data-secret]")).to_have_text(PASSWORD)
    assert (axe_findings(tab), csp_violations(tab)) == ([], [])
    tab.clock.fast_forward(61_000)
    expect(tab.locator("[data-secret]")).to_have_text("hidden")
    tab.get_by_role("link", name="Done").click()
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # the browser asks whether to send the form again
        tab.go_back()
    expect(tab).to_have_url(re.compile("^chrome-error:"))
    assert PASSWORD not in tab.content()


def test_a_one_time_link_shows_the_password_after_its_button_and_says_later_that_it_was_used(window):
    address = reverse("smtp_handover", args=[smtp_user_pages.a_waiting_link()])
    tab = window(role=None).new_page()
    tab.goto(address)
    assert PASSWORD not in tab.content()
    tab.get_by_role("button", name="Show the password now").click()
    expect(tab.locator("[data-secret]")).to_have_text(PASSWORD)
    tab.get_by_text("Django", exact=True).click()
    expect(tab.get_by_text("EMAIL_HOST_USER")).to_be_visible()
    assert (axe_findings(tab), csp_violations(tab)) == ([], [])
    tab.goto(address)
    expect(tab.get_by_text("This link was used.")).to_be_visible()
    assert PASSWORD not in tab.content()
