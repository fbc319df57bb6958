"""The pages of the Gmail accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.roles import VIEWER
from tests.browser.page import Page, at


def _gmail(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import gmail_pages

        return getattr(gmail_pages, name)()

    return make


_PAGES = "admin:routing_gmailmailbox_"

GMAIL_PAGES = (
    Page("gmail-empty", at(_PAGES + "changelist")),
    Page("gmail", at(_PAGES + "changelist", _gmail("several_accounts"))),
    Page("gmail-viewer", at(_PAGES + "changelist", _gmail("several_accounts")), role=VIEWER),
    Page("gmail-connect", at(_PAGES + "connect")),
    Page("gmail-lost", at(_PAGES + "one", _gmail("several_accounts"), with_id=True)),
    Page("gmail-ending", at(_PAGES + "one", _gmail("a_working_account"), with_id=True)),
    Page("gmail-one-viewer", at(_PAGES + "one", _gmail("several_accounts"), with_id=True), role=VIEWER),
)
