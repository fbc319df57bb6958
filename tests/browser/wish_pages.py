"""The pages of people's wishes: unsubscribing, choosing, being forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from tests.browser.page import Page, at


def _preferences(name: str) -> Callable[[], Any]:
    def make() -> Any:
        from tests.factories import preferences

        return getattr(preferences, name)()

    return make


def _unsubscribe(query: str = "") -> Callable[[], str]:
    def address() -> str:
        from tests.factories.preferences import a_letter_to_a_list, token_of

        return reverse("unsubscribe", args=[token_of(a_letter_to_a_list())]) + query

    return address


WISH_PAGES = [
    Page("unsubscribe", _unsubscribe(), role=None),
    Page("unsubscribe-choose", _unsubscribe("?choose=yes"), role=None),
    Page("unsubscribe-bad-link", lambda: reverse("unsubscribe", args=["2-0-7-ab"]), role=None, status=404),
    Page("unsubscribes-empty", at("admin:campaigns_unsubscription_changelist")),
    Page("unsubscribes", at("admin:campaigns_unsubscription_changelist", _preferences("unsubscribes"))),
    Page("person-who-left", at("admin:campaigns_contact_person", _preferences("a_person_who_left"), with_id=True)),
    Page("person-forget", at("admin:campaigns_contact_forget", _preferences("a_person_who_left"), with_id=True)),
    Page("forgotten-empty", at("admin:campaigns_erasure_changelist")),
    Page("forgotten", at("admin:campaigns_erasure_changelist", _preferences("a_finished_erasure"))),
    Page("forgotten-done", at("admin:campaigns_erasure_show", _preferences("a_finished_erasure"), with_id=True)),
    Page("forgotten-stopped", at("admin:campaigns_erasure_show", _preferences("a_stopped_erasure"), with_id=True)),
]
