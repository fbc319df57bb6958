"""Every address of the portal asks for a login, unless it stands on the list of public ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse

# The only addresses that a stranger may see, each with its reason.
PUBLIC = {
    "": "redirects to the overview",
    "u/<path:token>": "unsubscribing needs no account; the token is signed",
    "u/": "says that the link in the mail was cut off",
    "s/<str:form_key>": "people without an account sign up here",
    "s/<str:form_key>/frame": "the same form inside another website",
    "s/confirm/<str:token>": "confirming needs no account; the token is signed",
    "i/<str:key>/<str:file_name>": "pictures of mails are fetched by mail programs; the key cannot be guessed",
    "sendEmail": "visitors of websites write through contact forms; limited by address and form",
    "contact/<str:form_key>": "the same form on a page of ours",
    "contact/form.js": "other websites load the script that sends their forms",
    **dict.fromkeys(
        (
            f"{prefix}{place}"
            for prefix in ("", "api/v1/")
            for place in (
                "smtp-campaign",
                "campaign-status/<int:campaign_id>",
                "contacts",
                "messages",
                "messages/<uuidstr:message_id>",
                "suppressions",
            )
        ),
        "the API: 401 without a key; a session is none",
    ),
    **dict.fromkeys(
        ("api/v1/lists", "api/v1/route-decision"),
        "the API: 401 without a key; a session is none",
    ),
    "api/<path:rest>": "says that there is no such address in the API",
    **dict.fromkeys(
        (
            f"{place}/(?P<rest>.*)"
            for place in ("smtp-campaign", "campaign-status", "contacts", "messages", "suppressions")
        ),
        "says that there is no such address in the API",
    ),
    "k/<str:token>": "one-time link to an SMTP password; the token cannot be guessed, and guesses are slowed down",
    ".well-known/autoconfig/mail/config-v1.1.xml": "mail programs ask for a domain's server; no login is in the answer",
    "mail/config-v1.1.xml": "the same at autoconfig.<domain>",
    "healthz": "asked by load balancers",
    "admin/login/": "the login itself",
    "admin/login/second-step/": "the second step of the login; without the first it leads back",
    "admin/login/passkey/": "the login by passkey",
    "admin/login/sign-on/": "the login by single sign-on",
    "admin/login/sign-on/callback/": "the provider sends people back here",
    "admin/login/password/": "who forgot the password asks for a link",
    "admin/login/password/<str:token>/": "the link of that mail is signed",
    "admin/login/invitation/<str:token>/": "the link of an invitation is signed",
    "admin/login/address/<str:token>/": "the link that confirms an address is signed",
    "admin/logout/": "changes nothing for somebody who is not logged in",
}
# What stands where an address takes a parameter; the value needs not exist, the login comes first.
SAMPLES = {"int": "1", "str": "x", "slug": "x", "path": "1", "uuid": "00000000-0000-0000-0000-000000000000"}
SAMPLES["uuidstr"] = SAMPLES["uuid"]  # as django-ninja writes it


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """All routes as written, e.g. `admin/campaigns/contact/<path:object_id>/change/`."""
    for pattern in patterns:
        route = prefix + re.sub(r"^\^|\$$", "", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def sample(route: str) -> str:
    """An address that the route matches: parameters filled, of several words in a pattern the first."""
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found.group(1) or "str"], route)
    return "/" + re.sub(r"\(\?P<\w+>(\w+|\.\*)[^)]*\)", r"\1", filled).replace(".*", "x")


def all_routes() -> list[str]:
    return sorted(set(routes(get_resolver().url_patterns)))


def asks_for_login(response: HttpResponse) -> bool:
    status, location = response.status_code, response.headers.get("Location", "")
    return (status == 302 and "/login/" in location) or status in {401, 403}


@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route in all_routes() if route not in PUBLIC])
def test_a_stranger_is_sent_to_the_login(client, route):
    for response in (client.get(sample(route)), client.post(sample(route))):
        assert asks_for_login(response) or response.status_code == 405, f"{route}: {response.status_code}"


def test_the_public_list_names_only_addresses_that_exist():
    assert set(PUBLIC) - set(all_routes()) == set()
