from __future__ import annotations

import pytest
from django.core.checks import run_checks


def findings() -> set[str]:
    return {str(message.id) for message in run_checks() if str(message.id).startswith("portal.")}


def test_the_settings_of_the_sandbox_are_sound():
    assert findings() == set()


@pytest.mark.parametrize(
    ("name", "value", "finding"),
    [
        ("PUBLIC_URL", "postroom.example.org", "portal.E002"),
        ("DEFAULT_FROM_ADDRESS", "News <news@example.org>", "portal.E003"),
        ("DEFAULT_FROM_ADDRESS", "news", "portal.E003"),
        ("QUEUE_PREFIX", "post room", "portal.E004"),
        ("QUEUE_PREFIX", "p" * 51, "portal.E004"),
        ("QUEUE_PREFIX", "", "portal.E004"),
        ("AWS_REGION", "Frankfurt", "portal.E005"),
        ("AWS_REGION", "", "portal.E005"),
        ("UNSUBSCRIBE_KEYS", ["k1:short"], "portal.E006"),
        ("PRIVACY_KEYS", ["x" * 40], "portal.E006"),
        ("PRIVACY_KEYS", ["k1:" + "x" * 40, "k1:" + "y" * 40], "portal.E006"),
    ],
)
def test_a_setting_that_cannot_work_is_found(settings, name, value, finding):
    setattr(settings, name, value)
    assert findings() == {finding}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "https://postroom.example.org"),
        ("DEFAULT_FROM_ADDRESS", "news@example.org"),
        ("QUEUE_PREFIX", "postroom-prod_2"),
        ("AWS_REGION", "us-gov-west-1"),
        ("AWS_REGION", "eu-central-1"),
        ("UNSUBSCRIBE_KEYS", ["k2:" + "x" * 40, "k1:" + "y" * 40]),
    ],
)
def test_a_setting_that_works_is_left_alone(settings, name, value):
    setattr(settings, name, value)
    assert findings() == set()
