from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from portal.identity import TRIES, NotConfirmed, asks_for_password, confirm_identity

pytestmark = pytest.mark.django_db


def test_the_right_password_confirms_and_a_wrong_one_does_not():
    person = User.objects.create_user("ann", password="right")
    assert asks_for_password(person)
    confirm_identity(person, "right")
    for wrong in ("wrong", "", "right "):
        with pytest.raises(NotConfirmed, match="not your password"):
            confirm_identity(person, wrong)


@time_machine.travel("2026-11-20 10:01:00Z", tick=False)
def test_after_some_tries_even_the_right_password_waits():
    person = User.objects.create_user("ann", password="right")
    for _try in range(TRIES):
        with pytest.raises(NotConfirmed):
            confirm_identity(person, "guess")
    with pytest.raises(NotConfirmed, match="too often"):
        confirm_identity(person, "right")
    confirm_identity(User.objects.create_user("bob", password="his"), "his")


def test_somebody_without_a_password_has_signed_in_just_now():
    person = User.objects.create_user("ann")
    assert not asks_for_password(person)
    for long_ago in (None, timezone.now() - timedelta(minutes=11)):
        person.last_login = long_ago
        with pytest.raises(NotConfirmed, match="sign in again"):
            confirm_identity(person, "")
    person.last_login = timezone.now() - timedelta(minutes=1)
    confirm_identity(person, "")
