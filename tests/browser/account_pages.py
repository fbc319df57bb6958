"""The pages of accounts: one's own, those before the login, and what Owners see of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse

from portal.roles import OWNER
from tests.browser.page import Page, at


def _invitations() -> Any:
    from tests.factories.accounts import make_invitation

    for number, days in enumerate((7, 3, -1)):
        make_invitation(f"newcomer{number}@portal.example", days=days)


def _link(name: str) -> Callable[[], str]:
    def address() -> str:
        from portal.accounts import links
        from tests.factories.accounts import make_invitation, make_user, token_of

        urls = {
            "accept_invitation": lambda: links.invitation_url(make_invitation()),
            "set_lost_password": lambda: links.password_url(make_user("una")),
            "confirm_new_address": lambda: links.new_address_url(make_user("una"), "una@elsewhere.example"),
        }
        return reverse(name, args=[token_of(urls[name]())])

    return address


def _somebody() -> Any:
    """A person with a factor, logged in twice."""
    from django.test import Client

    from tests.factories.accounts import give_app, make_user

    user = make_user("una")
    for _browser in range(2):
        Client().force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    give_app(user)
    return user


def _own_factors() -> None:
    from tests.factories.accounts import give_app, give_codes

    owner, _created = User.objects.get_or_create(username=f"a-{OWNER.lower()}", defaults={"is_staff": True})
    give_app(owner)
    give_codes(owner)


ACCOUNT_PAGES = [
    Page("own-account", at("own_account")),
    Page("own-account-factors", at("own_account", _own_factors)),
    Page("own-address", at("own_address")),
    Page("confirm-identity", at("account_reauthenticate")),
    Page("invitations-empty", at("invitations")),
    Page("invitations", at("invitations", _invitations)),
    Page("person-access", at("person_access", _somebody, with_id=True)),
    Page("lost-password", at("lost_password"), role=None),
    Page("set-lost-password", _link("set_lost_password"), role=None),
    Page("join", _link("accept_invitation"), role=None),
    Page("join-bad-link", lambda: reverse("accept_invitation", args=["bad"]), role=None, status=404),
    Page("confirm-new-address", _link("confirm_new_address"), role=None),
]
