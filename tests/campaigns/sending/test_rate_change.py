from __future__ import annotations

import pytest

from campaigns.sending.models import SendingAccount
from campaigns.sending.quota import refresh_quota
from portal.aws.ses import Account
from tests.factories.sending import make_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch):
    """Refresh with this rate as SES's answer; returns the share in use afterwards."""

    def ask(rate_per_s: float) -> float:
        answer = Account(
            max_rate_per_s=rate_per_s, quota_24h=50_000.0, sent_24h=0.0, is_sending_enabled=True,
            has_production_access=True, enforcement_status="HEALTHY",
        )  # fmt: skip
        monkeypatch.setattr("portal.aws.ses.get_account", lambda: answer)
        refresh_quota()
        return SendingAccount.objects.get().rho

    return ask


def test_another_rate_is_used_in_full_although_the_old_one_was_throttled(asked):
    make_account()
    SendingAccount.objects.update(max_rate_per_s=200.0, rho=0.5)
    assert asked(100.0) == pytest.approx(0.99)


def test_what_throttles_taught_stays_while_the_rate_does(asked):
    make_account()
    SendingAccount.objects.update(max_rate_per_s=200.0, rho=0.5)
    assert asked(200.0) == pytest.approx(0.505)
