"""Chromium for the browser tests: one browser, a new context for each test, roles logged in by cookie."""

from __future__ import annotations

import os
import threading
import urllib.request
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.signals import request_finished, request_started
from django.db import connection
from django.test import Client

from portal.aws.route53 import Zone
from portal.aws.ses_identities import ListedIdentity
from portal.dns.record_sets import RecordSet
from tests.browser.look import Look, open_window
from tests.doubles.inbound_bucket import InboundBucket
from tests.factories.inbound_pages import STORED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite in a file, where writers wait for each other as in life; in memory the server's threads would fail."""
    database = connection.settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "browser.sqlite3")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        reason = f"No Chromium at {CHROMIUM}; set CHROMIUM to its path."
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread; the ORM is used here only between its calls.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def _inbound_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    InboundBucket(STORED).install(monkeypatch)


@pytest.fixture(autouse=True)
def _names_at_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """A zone at Route 53 with records of others in it, and identities at SES that nobody has taken over."""
    there = [
        RecordSet("news.example.org", "MX", 300, ("10 mx.elsewhere.example.",)),
        RecordSet("news.example.org", "TXT", 300, ('"v=spf1 mx -all"', '"some-verification=' + "x" * 60 + '"')),
    ]
    listed = [ListedIdentity("shop.example.org", True), ListedIdentity("kim@example.net", False)]
    monkeypatch.setattr("portal.aws.route53.find_zones", lambda _domain: [Zone("Z123", "example.org")])
    monkeypatch.setattr("portal.aws.route53.read_sets", lambda _zone, _names: there)
    monkeypatch.setattr("portal.aws.ses_identities.list_identities", lambda: listed)


class Answering:
    """Counts the requests that the live server is answering."""

    def __init__(self) -> None:
        self._running = 0
        self._changed = threading.Condition()

    def begin(self, **_signal: object) -> None:
        self._count(1)

    def end(self, **_signal: object) -> None:
        self._count(-1)

    def wait_until_quiet(self, url: str) -> None:
        """Wait for what pages sent as they were left: it must not reach the rows of the next test."""
        with urllib.request.urlopen(f"{url}/healthz", timeout=5):
            pass
        with self._changed:
            self._changed.wait_for(lambda: self._running <= 0, timeout=5)

    def _count(self, change: int) -> None:
        with self._changed:
            self._running += change
            self._changed.notify_all()


@pytest.fixture
def answering() -> Iterator[Answering]:
    counter = Answering()
    request_started.connect(counter.begin)
    request_finished.connect(counter.end)
    yield counter
    request_started.disconnect(counter.begin)
    request_finished.disconnect(counter.end)


@pytest.fixture
def window(browser: Browser, live_server, answering) -> Iterator[Callable[..., BrowserContext]]:
    """Open a window: `window(role="Owner", look=LOOKS["light"])`; role None = nobody logged in."""
    opened: list[BrowserContext] = []

    def open_as(*, role: str | None = "Owner", look: Look | None = None, locale: str = "en-GB") -> BrowserContext:
        context = open_window(browser, look=look, base_url=live_server.url, locale=locale)
        opened.append(context)
        if role:
            _log_in(context, role, live_server.url)
        return context

    yield open_as
    for context in opened:
        _leave(context)
        context.close()
    answering.wait_until_quiet(live_server.url)


@pytest.fixture(scope="session")
def lasting_contexts(browser: Browser, live_server) -> Iterator[Callable[[bool], BrowserContext]]:
    """One context that keeps our policy and one that is told to ignore it, each for all tests that only look."""

    @cache
    def context_for(bypass_csp: bool) -> BrowserContext:
        return open_window(browser, base_url=live_server.url, bypass_csp=bypass_csp)

    yield context_for
    context_for.cache_clear()


@pytest.fixture
def onlooker(lasting_contexts, live_server, answering) -> Iterator[Callable[..., Page]]:
    """Open a tab to look at one page: `onlooker(role="Owner")`.

    The tests share a context, so that the browser keeps our scripts and styles, which is a third of a page's time;
    cookies and storage begin empty.
    """
    used: list[BrowserContext] = []

    def open_as(*, role: str | None, bypass_csp: bool = False) -> Page:
        context = lasting_contexts(bypass_csp)
        used.append(context)
        context.clear_cookies()
        if role:
            _log_in(context, role, live_server.url)
        tab = context.new_page()
        kinds = {"origin": live_server.url, "storageTypes": "local_storage,indexeddb,service_workers"}
        context.new_cdp_session(tab).send("Storage.clearDataForOrigin", kinds)
        return tab

    yield open_as
    for context in used:
        _leave(context)
    answering.wait_until_quiet(live_server.url)


def _leave(context: BrowserContext) -> None:
    for tab in context.pages:
        tab.goto("about:blank")  # says good-bye to the portal, as closing does, but is waited for
        tab.close()


def _log_in(context: BrowserContext, role: str, url: str) -> None:
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": _session(role), "url": url}])


def _session(role: str) -> str:
    person, _created = User.objects.get_or_create(username=f"a-{role.lower()}", defaults={"is_staff": True})
    person.set_password("not used")
    person.save()
    person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)
