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

    give_app(_owner())
    give_codes(_owner())


def _owner() -> User:
    """The one who looks at the pages."""
    owner, _created = User.objects.get_or_create(username=f"a-{OWNER.lower()}", defaults={"is_staff": True})
    return owner


def _own_passkey() -> None:
    from tests.factories.accounts import give_passkey

    give_passkey(_owner())


def _own_sign_on() -> None:
    from allauth.socialaccount.models import SocialAccount

    SocialAccount.objects.create(user=_owner(), provider="postroom", uid="ann")


def _login_with_a_code() -> str:
    from tests.factories.accounts import give_app, make_user

    give_app(make_user("una"))
    return reverse("mfa_authenticate")


def _first_step(tab: Any) -> None:
    from tests.factories.accounts import PASSWORD

    tab.goto(reverse("admin:login"))
    tab.get_by_label("Username").fill("una")
    tab.get_by_label("Password", exact=False).first.fill(PASSWORD)
    tab.get_by_role("button", name="Log in", exact=True).click()
    tab.get_by_role("heading", name="Second step").wait_for()


def _show_it_is_me(tab: Any) -> None:
    tab.goto(reverse("account_reauthenticate"))
    tab.get_by_label("Your password").fill("not used")  # as the login of the browser tests has it
    tab.get_by_role("button", name="Go on").click()
    tab.get_by_role("heading", name="My account").first.wait_for()


ACCOUNT_PAGES = [
    Page("second-step", _login_with_a_code, role=None, before=_first_step),
    Page("add-app", at("mfa_activate_totp"), before=_show_it_is_me),
    Page("recovery-codes", at("mfa_view_recovery_codes", _own_factors), before=_show_it_is_me),
    Page("add-passkey", at("mfa_add_webauthn"), before=_show_it_is_me),
    Page("own-account", at("own_account")),
    Page("own-account-factors", at("own_account", _own_factors)),
    Page("own-account-sign-on", at("own_account", _own_sign_on)),
    Page("own-address", at("own_address")),
    Page("confirm-identity", at("account_reauthenticate")),
    Page("confirm-by-passkey", at("mfa_reauthenticate_webauthn", _own_passkey)),
    Page("invitations-empty", at("invitations")),
    Page("invitations", at("invitations", _invitations)),
    Page("person-access", at("person_access", _somebody, with_id=True)),
    Page("lost-password", at("lost_password"), role=None),
    Page("set-lost-password", _link("set_lost_password"), role=None),
    Page("join", _link("accept_invitation"), role=None),
    Page("join-bad-link", lambda: reverse("accept_invitation", args=["bad"]), role=None, status=404),
    Page("confirm-new-address", _link("confirm_new_address"), role=None),
]
