"""IAM fails, or the worker is killed, at any call: in the end there is a login that works, or nothing."""

from __future__ import annotations

import pytest

from credentials.smtp_users.models import SmtpUserStep
from portal.alerts.models import Alert
from tests.crash.smtp_deeds import BLOWS, DEEDS, carry_out, count_calls, prepare
from tests.doubles.iam import Blow

pytestmark = pytest.mark.django_db

# Calls of each deed, the login among them; `test_the_calls_are_counted` keeps them true.
CALLS = {
    "create": 4,
    "create with a long list": 5,
    "change": 1,
    "change to a long list": 3,
    "change to a short list": 3,
    "rotate": 2,
    "finish rotation": 2,
    "disable": 1,
    "enable": 1,
    "delete": 4,
    "delete with a long list, while changing": 7,
    "take back": 2,
}


def rare(is_rare: bool) -> tuple[pytest.MarkDecorator, ...]:
    """Left out of the usual run; the command carries all of them out."""
    return (pytest.mark.long,) if is_rare else ()


CASES = [
    pytest.param(deed, number, blow, id=f"{deed.name}, call {number} {blow}", marks=rare(blow is Blow.KILLED_BEFORE))
    for deed in DEEDS
    for number in range(1, CALLS[deed.name] + 1)
    for blow in BLOWS
]
FOR_EVER = [
    pytest.param(
        deed, number, blow, id=f"{deed.name}, call {number} always {blow}", marks=rare(blow is not Blow.DENIED)
    )
    for deed in DEEDS
    if deed.fallback
    for number in range(1, CALLS[deed.name] + 1)
    for blow in (Blow.DENIED, Blow.FAILS_AFTER)
]


@pytest.mark.parametrize("deed", [pytest.param(deed, id=deed.name) for deed in DEEDS])
def test_the_calls_are_counted(deed, iam_double):
    assert count_calls(deed, iam_double) == CALLS[deed.name]
    assert deed.judge(iam_double) == ""


@pytest.mark.parametrize(("deed", "number", "blow"), CASES)
def test_a_blow_at_any_call_does_no_harm(deed, number, blow, iam_double):
    prepare(deed)
    iam_double.expect(number, blow)
    carry_out(deed)
    assert iam_double.struck
    assert deed.judge(iam_double) == ""
    assert not SmtpUserStep.objects.filter(outcome=SmtpUserStep.Outcome.OPEN).exists()


@pytest.mark.parametrize(("deed", "number", "blow"), FOR_EVER)
def test_what_never_works_is_given_up_with_nothing_left_or_the_earlier_password(deed, number, blow, iam_double):
    prepare(deed)
    iam_double.expect(number, blow, for_ever=True)
    carry_out(deed)
    is_done_after_all = deed.judge(iam_double) == ""  # IAM said that it is there already
    assert is_done_after_all or deed.fallback(iam_double) == ""
    assert Alert.objects.filter(code="smtp_user.failed", cleared_at=None).exists() is not is_done_after_all
