"""Who may open which address and do which deed: every address, for strangers and each role, as roles_matrix.txt says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import portal.urls  # noqa: F401  # finds the admins
from portal.errors import Unavailable
from portal.roles import MARKETER, OPERATOR, OWNER, VIEWER
from tests.doubles.inbound_bucket import InboundBucket
from tests.factories.everything import make_everything

pytestmark = pytest.mark.django_db

STRANGER = "stranger"
PEOPLE = (STRANGER, VIEWER, MARKETER, OPERATOR, OWNER)
LETTERS = {200: "y", 301: ">", 302: ">", 403: "x", 404: "o", 405: "m", 400: "w", 422: "w", 415: "w", 401: "k"}
WITHOUT_A_DEED = "lxomk"
WITHOUT_LOGIN = {
    "/admin/login/address/<str:token>/",
    "/u/<path:token>",
    "/s/confirm/<str:token>",
    "/k/<str:token>",
}  # the token is what allows the deed
FOR_ONESELF = {"/admin/own-settings/", "/admin/account/", "/admin/account/app/", "/admin/logout/"}  # everybody's own
WRITING = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)\b", re.IGNORECASE)
# And what is only counted, or noted every five minutes.
SIGN_IN = re.compile(r"django_session|axes_accesslog|campaigns_linkuse|portal_ratecount|portal_openlogin")
# Who may do what is no matter of the database: on PostgreSQL the two ends, who carry out no deed and every deed.
ASKING = (STRANGER, OWNER) if connection.vendor == "postgresql" else PEOPLE
PARAMETER = re.compile(r"\(\?P<\w+>[^)]*\)|<[^>]+>")


@pytest.fixture(autouse=True)
def _inbound_bucket(monkeypatch):
    InboundBucket().install(monkeypatch)


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch):
    """Pages of sending domains ask SES and Route 53 while somebody waits; here nobody answers."""

    def unreachable(_service: str) -> None:
        raise Unavailable("nobody answers", service="aws")

    for module in ("ses", "ses_identities", "route53"):
        monkeypatch.setattr(f"portal.aws.{module}.client", unreachable)


class Row(NamedTuple):
    """One line of the table."""

    route: str
    things: str
    get: str
    post: str


def read_table() -> list[Row]:
    lines = Path(__file__).with_name("roles_matrix.txt").read_text().splitlines()
    return [Row(*line.split()) for line in lines if line and not line.startswith("#")]


def all_routes(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + re.sub(r"^\^|\$$", "", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from all_routes(pattern.url_patterns, route)
        else:
            yield route


def address(row: Row, things: dict[str, str]) -> str:
    """The row's address, with the things of its second column where the route takes parameters."""
    values = iter(row.things.split(","))
    filled = PARAMETER.sub(lambda _place: things[next(values)], row.route)
    return filled + things.get(f"query of {filled}", "")


@contextmanager
def undone() -> Iterator[list[str]]:
    """Gives the statements of the block that write (sign-ins apart), and undoes them at its end."""
    found: list[str] = []

    def note(execute, sql, params, many, context):
        if WRITING.match(sql) and not SIGN_IN.search(sql):
            found.append(sql[:120])
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(note):
        yield found
        transaction.set_rollback(True)


class Visitor:
    """Somebody of a role, whose every request finds the portal as it was before."""

    def __init__(self, role: str, *, enforce_csrf_checks: bool = False) -> None:
        self._client = Client(enforce_csrf_checks=enforce_csrf_checks)
        if role != STRANGER:
            self.person = User.objects.create_user(role.lower(), is_staff=True)
            self.person.groups.add(Group.objects.get(name=role))
            self._client.force_login(self.person, backend="django.contrib.auth.backends.ModelBackend")
        self._cookies = {name: morsel.value for name, morsel in self._client.cookies.items()}

    def ask(self, method: str, url: str, given: dict[str, object]) -> tuple[str, list[str]]:
        """What came, as a letter of the table, and what was written."""
        self._client.cookies = SimpleCookie(self._cookies)
        with undone() as statements:
            response = getattr(self._client, method)(url, given)
            if response.streaming:
                response.getvalue()  # to its end, where the test client closes it
        if response.status_code == 302 and "/login/" in response["Location"]:
            return "l", statements
        return LETTERS[response.status_code], statements


def test_the_table_names_every_address_once():
    named = [row.route for row in read_table()]
    assert sorted(named) == sorted(set(all_routes(get_resolver().url_patterns)))


@pytest.mark.parametrize("role", ASKING)
def test_everybody_gets_what_the_table_says_and_only_a_deed_writes(role):
    things, visitor, place = make_everything(), Visitor(role), PEOPLE.index(role)
    wrong, changed = {}, {}
    for row in read_table():
        url = address(row, things)
        seen, looked = visitor.ask("get", url, {})
        done, deeds = visitor.ask("post", url, {"post": "yes"})
        if (seen, done) != (row.get[place], row.post[place]):
            wrong[url] = f"GET {seen} POST {done}, not {row.get[place]} {row.post[place]}"
        may_write = (
            row.route in FOR_ONESELF
            or (done not in WITHOUT_A_DEED and role not in {STRANGER, VIEWER})
            or row.route in WITHOUT_LOGIN
        )
        if looked or (deeds and not may_write):
            changed[url] = [*looked, *deeds]
    assert wrong == {}
    assert changed == {}


def test_no_deed_is_done_for_a_page_of_another_site():
    things, owner = make_everything(), Visitor(OWNER, enforce_csrf_checks=True)
    rows = [row for row in read_table() if row.route.startswith("/admin/") and row.post[-1] in "y>w"]
    answers = {row.route: owner.ask("post", address(row, things), {"post": "yes"})[0] for row in rows}
    redirects = {row.route for row in rows if row.get[-1] == row.post[-1] == ">"}  # they only lead on
    assert {route: letter for route, letter in answers.items() if letter != "x" and route not in redirects} == {}


MANY_PEOPLE = [
    "add_tag", "add_to_list", "delete_people", "export_csv", "merge_people", "remove_from_list", "remove_tag", "set_field",
]  # fmt: skip


MANY_SMTP_USERS = ["disable_several", "enable_several", "export_several", "rotate_several"]


@pytest.mark.parametrize(
    ("role", "deeds"),
    [
        (VIEWER, {}),
        (MARKETER, {"contact": MANY_PEOPLE}),
        (OPERATOR, {"contact": MANY_PEOPLE, "accessattempt": ["delete_selected"], "smtpuser": MANY_SMTP_USERS}),
        (
            OWNER,
            {
                "contact": MANY_PEOPLE,
                "accessattempt": ["delete_selected"],
                "user": ["delete_selected"],
                "smtpuser": MANY_SMTP_USERS,
            },
        ),
    ],
)
def test_the_deeds_on_many_rows_that_a_role_is_offered(role, deeds):
    request = RequestFactory().get("/")
    request.user = Visitor(role).person
    offered = {
        model._meta.model_name: sorted(site.get_actions(request)) for model, site in admin.site._registry.items()
    }
    assert {model: names for model, names in offered.items() if names} == deeds


def test_a_viewer_who_posts_a_deed_on_many_rows_all_the_same_changes_nothing():
    things, viewer = make_everything(), Visitor(VIEWER)
    url = reverse("admin:campaigns_contact_changelist")
    changed = {}
    for name in ("add_tag", "add_to_list", "delete_people", "remove_from_list", "remove_tag", "delete_selected"):
        given = {"action": name, ACTION_CHECKBOX_NAME: things["contact"], "index": "0", "apply": "yes", "new_name": "x"}
        _letter, changed[name] = viewer.ask("post", url, {**given, "group": things["tag"], "post": "yes"})
    assert [name for name, statements in changed.items() if statements] == []
