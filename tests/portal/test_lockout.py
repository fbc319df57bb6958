from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-and-good-pass-phrase"


@pytest.fixture
def ann() -> User:
    return User.objects.create_superuser("ann", password=PASSWORD)


def log_in(client, password: str, **headers: str):
    return client.post(reverse("admin:login"), {"username": "ann", "password": password}, headers=headers)


def fail_ten_times(client, *, rotate: bool = False) -> None:
    for number in range(10):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"} if rotate else {}
        log_in(client, f"guess {number}", **headers)


def test_the_right_password_opens_the_portal(client, ann):
    assert log_in(client, PASSWORD).status_code == 302


def test_ten_wrong_guesses_lock_the_name_for_the_right_password_too(client, ann):
    fail_ten_times(client)
    assert log_in(client, PASSWORD).status_code == 429


def test_nine_wrong_guesses_do_not_lock(client, ann):
    for number in range(9):
        log_in(client, f"guess {number}")
    assert log_in(client, PASSWORD).status_code == 302


def test_forged_forwarding_headers_do_not_help_a_guesser(client, ann):
    fail_ten_times(client, rotate=True)
    assert log_in(client, PASSWORD, **{"X-Forwarded-For": "203.0.113.99"}).status_code == 429


def test_behind_a_proxy_only_its_own_entry_counts(client, ann, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    for number in range(10):
        log_in(client, f"guess {number}", **{"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"})
    assert log_in(client, PASSWORD, **{"X-Forwarded-For": "203.0.113.99, 198.51.100.7"}).status_code == 429


def test_a_guesser_elsewhere_does_not_lock_the_person_out(client, ann, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    for number in range(10):
        log_in(client, f"guess {number}", **{"X-Forwarded-For": "198.51.100.66"})
    assert log_in(client, PASSWORD, **{"X-Forwarded-For": "198.51.100.7"}).status_code == 302
