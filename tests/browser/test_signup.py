"""Signing up as people and scanners meet it: no script is needed, and the editor shows what they will see."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from campaigns.audience.models import Contact
from campaigns.signup.links import confirm_url
from campaigns.signup.models import SignupRequest
from portal.roles import MARKETER
from tests.browser.look import csp_violations
from tests.factories.signup import a_used_form, make_form

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_person_signs_up_and_confirms_without_scripts(browser, live_server):
    form = make_form()
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    tab = context.new_page()
    with time_machine.travel(timezone.now() - timedelta(seconds=30), tick=False):
        tab.goto(reverse("signup", args=[form.form_key]))
    tab.fill("#id_address", "nia@club.example")
    tab.check("#id_consent")
    tab.click("button")
    expect(tab.locator("h1")).to_have_text("Nearly done")
    path = "/s/" + confirm_url(SignupRequest.objects.get().pk).partition("/s/")[2]
    tab.goto(path)
    assert not Contact.objects.exists()
    tab.click("button")
    expect(tab.locator("h1")).to_have_text("Thank you!")
    assert Contact.objects.get().address == "nia@club.example"
    context.close()


def test_the_editor_shows_the_form_and_the_mail_as_they_are_typed(window):
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:campaigns_signupform_change", args=[a_used_form().pk]))
    look = tab.frame_locator(".preview-frame")
    expect(look.locator("h1")).to_have_text("Our newsletter")
    tab.fill("#id_title", "Fresh words")
    expect(look.locator("h1")).to_have_text("Fresh words")
    tab.check("input[name=preview_view][value=mail]", force=True)
    expect(look.locator("body")).to_contain_text("Yes, it was me")
    assert csp_violations(tab) == []
