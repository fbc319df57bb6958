"""How long a campaign will take and what it costs, before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

if TYPE_CHECKING:
    from campaigns.sending.models import SendingAccount

DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Estimate:
    """What to expect. `waits_for_quota`: recipients that the 24-hour quota lets out only later."""

    duration_s: float
    finishes_at: datetime
    cost_usd: float
    waits_for_quota: int


def usable_quota(account: SendingAccount) -> float:
    """Recipients a campaign may still use of the 24-hour quota; infinite when unlimited."""
    kept_back = max(0.0, account.quota_24h) * settings.QUOTA_RESERVE_PCT / 100
    return max(0.0, account.quota_left - kept_back)


def estimate(account: SendingAccount, recipients: int, *, start_at: datetime | None = None) -> Estimate:
    """Duration from rate and quota (a day more for each further quota needed), cost by SES's price per 1,000."""
    rate_per_s = max(account.max_rate_per_s * account.rho, 0.01)
    left = usable_quota(account)
    waiting = max(0, recipients - int(left)) if left != float("inf") else 0
    duration_s = recipients / rate_per_s
    if waiting:
        per_day = max(account.quota_24h * (1 - settings.QUOTA_RESERVE_PCT / 100), 1.0)
        full_days, rest = divmod(waiting, per_day)
        duration_s = (full_days + (1 if rest else 0)) * DAY_S + (rest or per_day) / rate_per_s
    begin = start_at or timezone.now()
    return Estimate(
        duration_s=duration_s,
        finishes_at=begin + timedelta(seconds=duration_s),
        cost_usd=recipients / 1000 * settings.SES_PRICE_PER_1000_USD,
        waits_for_quota=waiting,
    )
