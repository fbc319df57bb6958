"""Chromium for the browser tests: one browser, a new context for each test, roles logged in by cookie."""

from __future__ import annotations

import os
import threading
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.signals import request_finished, request_started
from django.db import connection
from django.test import Client, TransactionTestCase

from portal.aws.route53 import Zone
from portal.aws.ses_identities import ListedIdentity
from portal.dns.record_sets import RecordSet
from tests.browser.first_state import FirstState
from tests.browser.look import LOOKS, Look, open_window, put_on
from tests.browser.served import serve_portal
from tests.doubles.inbound_bucket import InboundBucket
from tests.factories.inbound_pages import STORED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer
    from pytest_django.plugin import DjangoDbBlocker

SHELL = Path("/usr/bin/chromium-headless-shell")  # the same engine without the browser around it
CHROMIUM = Path(os.environ.get("CHROMIUM") or (SHELL if SHELL.exists() else "/usr/bin/chromium"))
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite in a file, where writers wait for each other as in life; in memory the server's threads would fail."""
    database = connection.settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "browser.sqlite3")
        # Nobody needs the rows after a power cut.
        database["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """After each test the rows are what they were at first."""
    if connection.vendor != "sqlite":
        yield
        return
    with django_db_blocker.unblock():
        first = FirstState()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: first.put_back())
        yield


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    server = serve_portal()
    yield server
    server.stop()


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
def lasting_tabs(browser: Browser, live_server: LiveServer) -> Callable[[bool, str], Page]:
    """The tab of all tests that only look, by whether it is told to ignore our policy and by its language."""
    tabs: dict[tuple[bool, str], Page] = {}

    def tab_for(bypass_csp: bool, locale: str) -> Page:
        kind = bypass_csp, locale
        if kind not in tabs or tabs[kind].is_closed():
            window = open_window(browser, base_url=live_server.url, bypass_csp=bypass_csp, locale=locale)
            tabs[kind] = window.new_page()
            tabs[kind].on("crash", lambda crashed: crashed.close())
        return tabs[kind]

    return tab_for


@pytest.fixture
def onlooker(lasting_tabs, live_server, answering) -> Iterator[Callable[..., Page]]:
    """A tab to look at one page: `onlooker(role="Owner")`; what a test listens to it forgets (`heard` of look.py).

    The tests share it, as opening tabs and reading our scripts and styles anew takes longer than most pages do; cookies,
    storage and look begin as in a new one.
    """
    used: list[Page] = []

    def open_as(*, role: str | None, bypass_csp: bool = False, locale: str = "en-GB") -> Page:
        tab = lasting_tabs(bypass_csp, locale)
        used.append(tab)
        tab.context.clear_cookies()
        if role:
            _log_in(tab.context, role, live_server.url)
        kinds = {"origin": live_server.url, "storageTypes": "local_storage,indexeddb,service_workers"}
        tab.context.new_cdp_session(tab).send("Storage.clearDataForOrigin", kinds)
        put_on(tab, LOOKS["light"])
        return tab

    yield open_as
    for tab in used:
        tab.goto("/healthz")  # not about:blank: that has another opener policy, for which Chromium starts a new process
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
