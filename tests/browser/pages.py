"""Every page that is opened in the browser: light, dark and at 390 px, and for the pictures. One line adds a page.

`address` makes the rows that the page needs and returns its path; `role` is who looks (None: nobody is logged in).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from portal.roles import MARKETER, OWNER, VIEWER

if TYPE_CHECKING:
    from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    address: Callable[[], str]
    role: str | None = OWNER
    status: int = 200


def at(url_name: str, make: Callable[[], Any] | None = None, *, with_id: bool = False) -> Callable[[], str]:
    """The address of a URL name, after making its rows; `with_id` puts the made row's id into the address."""

    def build() -> str:
        made = make() if make else None
        return reverse(url_name, args=[made.pk] if with_id else [])

    return build


def _deeds() -> None:
    from portal.activity import record_activity

    for number in range(8):
        record_activity("campaign.started", actor=None, label=f"Spring letter {number}", recipients=48210)


def _attempt() -> object:
    from axes.models import AccessAttempt

    return AccessAttempt.objects.create(username="kim", ip_address="192.0.2.7", failures_since_start=10, user_agent="-")


def _person() -> Model:
    from django.contrib.auth.models import Group, User

    person = User.objects.create_user("robin", first_name="Robin", last_name="Lund", is_staff=True)
    person.groups.add(Group.objects.get(name=MARKETER))
    return person


def _everything() -> None:
    from tests.factories.overview import a_busy_installation

    a_busy_installation()


PAGES: list[Page] = [
    Page("login", at("admin:login"), role=None),
    Page("overview-empty", at("admin:index")),
    Page("overview", at("admin:index", _everything)),
    Page("overview-viewer", at("admin:index", _everything), role=VIEWER),
    Page("activity", at("admin:portal_activity_changelist", _deeds)),
    Page("people", at("admin:auth_user_changelist", _person)),
    Page("person", at("admin:auth_user_change", _person, with_id=True)),
    Page("person-add", at("admin:auth_user_add")),
    Page("roles", at("admin:auth_group_changelist")),
    Page("failed-sign-ins", at("admin:axes_accessattempt_changelist", _attempt)),
    Page("failed-sign-ins-empty", at("admin:axes_accessattempt_changelist")),
    Page("password-change", at("admin:password_change")),
    Page("not-found", lambda: "/admin/portal/nothing/", status=404),
    Page("not-allowed", at("admin:auth_user_changelist"), role=VIEWER, status=403),
]
