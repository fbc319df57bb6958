"""The pages of SMTP users."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from portal.roles import OPERATOR, VIEWER
from tests.browser.page import Page, at


def _made(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import smtp_user_pages

        return getattr(smtp_user_pages, name)()

    return make


def _link() -> str:
    return reverse("smtp_handover", args=[_made("a_waiting_link")()])


def _used_link() -> str:
    from django.utils import timezone

    from credentials.smtp_users.models import SmtpHandover

    address = _link()
    SmtpHandover.objects.update(opened_at=timezone.now(), opened_ip="192.0.2.9")
    return address


_PAGES = "admin:credentials_smtpuser_"

SMTP_USER_PAGES = (
    Page("smtp-users-empty", at(_PAGES + "changelist")),
    Page("smtp-users", at(_PAGES + "changelist", _made("several_users"))),
    Page("smtp-user-new", at(_PAGES + "add")),
    Page("smtp-user-edit", at(_PAGES + "edit", _made("a_busy_user"), with_id=True), role=OPERATOR),
    Page("smtp-user", at(_PAGES + "change", _made("a_busy_user"), with_id=True)),
    Page("smtp-user-viewer", at(_PAGES + "change", _made("a_busy_user"), with_id=True), role=VIEWER),
    Page("smtp-user-pending", at(_PAGES + "change", _made("a_user_being_set_up"), with_id=True)),
    Page("smtp-user-failed", at(_PAGES + "change", _made("a_failed_user"), with_id=True)),
    Page("smtp-user-leaving", at(_PAGES + "change", _made("a_leaving_user"), with_id=True)),
    Page("smtp-user-password", at(_PAGES + "password", _made("a_busy_user"), with_id=True)),
    Page("smtp-handover", _link, role=None),
    Page("smtp-handover-used", _used_link, role=None, status=410),
)
