"""The second step in a real browser: an app by its code, a passkey by Chromium's virtual authenticator."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories.accounts import PASSWORD, code_of, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab(window, live_server):
    """A tab under a name instead of a number: browsers give no passkeys to IP addresses."""
    tab = window(role=None).new_page()
    tab.goto(live_server.url.replace("127.0.0.1", "localhost"))
    make_user("ann")
    return tab


def log_in(tab) -> None:
    tab.get_by_label("Username").fill("ann")
    tab.get_by_label("Password", exact=False).first.fill(PASSWORD)
    tab.get_by_role("button", name="Log in", exact=True).click()


def log_out(tab) -> None:
    tab.get_by_role("button", name="Log out", exact=True).first.click()
    tab.get_by_role("link", name="Log in again").click()


def show_it_is_me(tab) -> None:
    tab.get_by_label("Your password").fill(PASSWORD)
    tab.get_by_role("button", name="Go on").click()


def test_an_app_is_added_by_its_qr_code_and_asked_for_at_the_next_login(tab):
    log_in(tab)
    tab.goto(tab.url.replace("/admin/", reverse("own_account")))
    tab.get_by_role("link", name="Add an authenticator app").click()
    show_it_is_me(tab)
    assert tab.locator(".qr-code").evaluate("image => image.complete && image.naturalWidth > 0")
    secret = tab.locator(".secret").inner_text().replace(" ", "")
    tab.get_by_label("Code").fill(code_of(secret))
    tab.get_by_role("button", name="Add the app").click()
    expect(tab.locator(".codes li")).to_have_count(10)
    recovery = tab.locator(".codes li").first.inner_text()
    log_out(tab)
    log_in(tab)
    expect(tab.get_by_role("heading", name="Second step")).to_be_visible()
    tab.get_by_label("Code of your authenticator app").fill(recovery)
    tab.get_by_role("button", name="Log in", exact=True).click()
    expect(tab.get_by_role("heading", name="Overview")).to_be_visible()


def test_a_passkey_is_the_second_step_and_alone_is_enough(tab):
    device = tab.context.new_cdp_session(tab)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    log_in(tab)
    tab.goto(tab.url.replace("/admin/", reverse("own_account")))
    tab.get_by_role("link", name="Add a passkey").click()
    show_it_is_me(tab)
    tab.get_by_label("Name").fill("My laptop")
    tab.get_by_role("button", name="Add a passkey").click()
    expect(tab.locator(".codes li")).to_have_count(10)
    log_out(tab)
    log_in(tab)
    tab.get_by_role("button", name="Use your passkey").click()
    expect(tab.get_by_role("heading", name="Overview")).to_be_visible()
    log_out(tab)
    tab.get_by_role("button", name="Log in with a passkey").click()
    expect(tab.get_by_role("heading", name="Overview")).to_be_visible()
