"""Chromium for the browser tests: one browser, a new context for each test, roles logged in by cookie."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client

from tests.browser.look import Look, open_window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext

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


@pytest.fixture
def window(browser: Browser, live_server) -> Iterator[Callable[..., BrowserContext]]:
    """Open a window: `window(role="Owner", look=LOOKS["light"])`; role None = nobody logged in."""
    opened: list[BrowserContext] = []

    def open_as(*, role: str | None = "Owner", look: Look | None = None) -> BrowserContext:
        context = open_window(browser, look=look, base_url=live_server.url)
        opened.append(context)
        if role:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": _session(role), "url": live_server.url}]
            )
        return context

    yield open_as
    for context in opened:
        context.close()


def _session(role: str) -> str:
    person, _created = User.objects.get_or_create(username=f"a-{role.lower()}", defaults={"is_staff": True})
    person.set_password("not used")
    person.save()
    person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)
