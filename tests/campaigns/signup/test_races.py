from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from campaigns.audience.consent import Consent
from campaigns.audience.models import Contact, ListMembership
from campaigns.signup.models import SignupForm, SignupRequest
from campaigns.signup.services import Outcome, Wish, ask_to_join, confirm_request
from tests.factories.signup import make_form, make_request

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
]
AT_ONCE = 4


def at_once(deed: Callable[[], Any]) -> list[Any]:
    gate = threading.Barrier(AT_ONCE)
    answers: list[Any] = []

    def run() -> None:
        gate.wait()
        try:
            answers.append(deed())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_presses_at_the_same_moment_one_confirms():
    wish = make_request(values={"first_name": "Nia"})
    outcomes = at_once(lambda: confirm_request(wish.pk)[0])
    assert sorted(outcomes, key=str) == [Outcome.ALREADY] * (AT_ONCE - 1) + [Outcome.JOINED]
    assert Contact.objects.count() == ListMembership.objects.count() == Consent.objects.count() == 1
    assert SignupForm.objects.get().confirmed_count == 1


def test_asking_at_the_same_moment_keeps_one_wish():
    form = make_form()
    assert at_once(lambda: ask_to_join(form, Wish("nia@club.example", {}, ip_address="192.0.2.1"))) == [True] * AT_ONCE
    assert SignupRequest.objects.count() == 1
    assert SignupForm.objects.get().request_count == 1
