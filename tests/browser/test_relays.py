"""The form of a relay: a provider fills it, and a test shows its steps."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.look import LOOKS, axe_findings, csp_violations, put_on, sideways_scroll
from tests.smtp_server import Script, ScriptedServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_provider_fills_the_form_and_shows_its_hint_alone(window):
    tab = window().new_page()
    tab.goto(reverse("admin:campaigns_sendingaccount_add"))
    tab.get_by_label("Gmail", exact=True).check()

    expect(tab.get_by_label("Server", exact=True)).to_have_value("smtp.gmail.com")
    expect(tab.get_by_label("Mails in 24 hours, at most")).to_have_value("500")
    expect(tab.get_by_text("an app password, made in the Google account")).to_be_visible()
    expect(tab.get_by_text("Microsoft takes passwords")).to_be_hidden()

    tab.get_by_label("Encryption").select_option("tls")
    expect(tab.get_by_label("Port")).to_have_value("465")


def test_the_test_shows_each_step_and_keeps_what_was_typed(window):
    tab = window().new_page()
    tab.goto(reverse("admin:campaigns_sendingaccount_add"))
    with ScriptedServer(Script(logins={"news": "s3cret"}, sender_reply="550 5.7.1 not yours")) as server:
        tab.get_by_label("Name", exact=True).fill("Office")
        tab.get_by_label("Server", exact=True).fill("127.0.0.1")
        tab.get_by_label("Encryption").select_option("plain")
        tab.get_by_label("Port").fill(str(server.port))
        tab.get_by_label("The server may be on our own network").check()
        tab.get_by_label("User name").fill("news")
        tab.get_by_label("Password").fill("s3cret")
        tab.get_by_label("Lets us send from").fill("news@club.example")
        tab.get_by_role("button", name="Test connection").click()

        expect(tab.get_by_role("heading", name="The connection does not work")).to_be_visible()
    expect(tab.get_by_text("It refuses news@club.example as the sender: 550 5.7.1 not yours")).to_be_visible()
    expect(tab.get_by_label("Name", exact=True)).to_have_value("Office")
    expect(tab.get_by_label("Password")).to_have_value("")
    for look in LOOKS.values():
        put_on(tab, look)
        _keep_picture(tab, f"relay-trial-{look.name}")
        assert sideways_scroll(tab) <= 0
        assert axe_findings(tab) == []
    assert csp_violations(tab) == []


def _keep_picture(tab, name: str) -> None:
    if folder := os.environ.get("PICTURES_DIR"):
        tab.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
