from __future__ import annotations

import pytest

from tests.fuzz.inbound import fuzz_mail, fuzz_notifications, take_mail
from tests.fuzz.mutations import nested


@pytest.mark.parametrize("seed", [1, 2])
def test_broken_mail_makes_nothing_fail(seed):
    assert fuzz_mail(300, seed).count == 300


@pytest.mark.parametrize("seed", [1, 2])
def test_broken_notifications_are_read_or_refused(seed):
    tally = fuzz_notifications(600, seed)
    assert 0 < tally.refused_count < tally.count == 600


def test_deeply_nested_mail_is_not_followed():
    take_mail(nested(3_000))
