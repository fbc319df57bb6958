"""A contact form on a website of another origin, as its visitors meet it."""

from __future__ import annotations

import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.forms.bundle import bundle
from campaigns.forms.models import ContactForm, FormMessage
from portal.roles import MARKETER
from tests.browser.look import csp_violations
from tests.factories.forms import a_used_contact_form, make_contact_form

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_words):
        pass


@pytest.fixture
def website(tmp_path):
    """A web space on an origin of its own: (its origin, its folder)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", tmp_path
    server.shutdown()
    server.server_close()


@pytest.fixture
def a_site(website, live_server, settings):
    """The bundle of a form, put into the web space; gives the origin."""
    settings.PUBLIC_URL = live_server.url
    origin, folder = website
    form = make_contact_form(allowed_origins=origin, return_url=f"{origin}/thanks.html")
    with zipfile.ZipFile(BytesIO(bundle(form))) as archive:
        archive.extractall(folder)
    return origin


def _fill(tab, *, email="nia@home.example", subject="Tickets"):
    tab.fill("#contact-email", email)
    tab.fill("#contact-subject", subject)
    tab.fill("#contact-message", "Are there any left?")


def test_a_message_is_sent_from_the_ready_page_without_leaving_it(window, a_site):
    tab = window(role=None).new_page()
    tab.goto(f"{a_site}/index.html")
    tab.wait_for_timeout(1100)  # as long as a person takes at least
    _fill(tab, email="nia", subject="")
    tab.click("button")
    expect(tab.locator("#contact-email-problem")).to_contain_text("not an e-mail address")
    expect(tab.locator("#contact-subject-problem")).to_have_text("Please fill this in.")
    expect(tab.locator("#contact-email")).to_have_attribute("aria-invalid", "true")
    _fill(tab)
    tab.click("button")
    expect(tab.get_by_role("status")).to_have_text("Thank you. Your message is on its way.")
    expect(tab.locator("#contact-email-problem")).to_be_hidden()
    message = FormMessage.objects.get()
    assert (message.address, message.origin) == ("nia@home.example", a_site)


def test_a_website_that_is_not_allowed_is_refused_by_the_browser(window, a_site):
    ContactForm.objects.update(allowed_origins="https://www.club.example", return_url="")
    tab = window(role=None).new_page()
    tab.goto(f"{a_site}/index.html")
    tab.wait_for_timeout(1100)
    _fill(tab)
    tab.click("button")
    expect(tab.get_by_role("status")).to_contain_text("could not be sent")
    assert not FormMessage.objects.exists()


def test_without_scripts_the_page_posts_and_leads_to_its_thank_you_page(browser, a_site):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{a_site}/index.html")
    _fill(tab)
    tab.click("button")
    expect(tab.locator("h1")).to_have_text("Thank you!")
    assert tab.url == f"{a_site}/thanks.html"
    assert FormMessage.objects.get().origin == a_site
    context.close()


def test_the_editor_shows_the_form_as_it_is_typed(window):
    tab = window(role=MARKETER).new_page()
    tab.goto(reverse("admin:campaigns_contactform_change", args=[a_used_contact_form().pk]))
    look = tab.frame_locator(".preview-frame")
    expect(look.locator("h1")).to_have_text("Write to us")
    tab.fill("#id_title", "Fresh words")
    expect(look.locator("h1")).to_have_text("Fresh words")
    assert csp_violations(tab) == []
