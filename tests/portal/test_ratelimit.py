from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal.models import RateCount
from portal.ratelimit import forget_old_turns, take_turn

pytestmark = pytest.mark.django_db
HOUR_S = 3600


def turns(caller: str, count: int, purpose: str = "signup") -> list[bool]:
    return [take_turn(purpose, caller, limit=2, per_s=HOUR_S) for _turn in range(count)]


def test_turns_beyond_the_limit_are_refused_for_this_caller_and_purpose_only():
    assert turns("192.0.2.1", 3) == [True, True, False]
    assert turns("192.0.2.2", 1) == [True]
    assert turns("192.0.2.1", 1, purpose="other") == [True]


def test_the_next_span_begins_anew_and_the_old_one_is_forgotten():
    turns("192.0.2.1", 3)
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        assert turns("192.0.2.1", 1) == [True]
        assert forget_old_turns() == 1
        assert turns("192.0.2.1", 2) == [True, False]


def test_neither_addresses_nor_numbers_are_kept_in_the_clear():
    turns("anna@club.example", 1)
    assert "anna" not in RateCount.objects.get().caller_key
