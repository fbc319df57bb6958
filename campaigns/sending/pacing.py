"""The pacer: hands out evenly spaced sending slots of one account to any number of workers.

One row holds the theoretical arrival time (tat) of the next slot; a conditional UPDATE moves it and returns how long
the caller has to wait, as a span, so that workers' clocks do not matter. Bursts cannot happen, and a worker that dies
wastes at most the slots of one group. Recipients are counted, not calls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Least

from campaigns.sending.models import SendingAccount

MAX_WAIT_S = 10.0  # a slot further away is not taken: the chunk is given back instead
GROUP_SHARE_S = 0.1  # a group takes at most this much of a second's rate
MAX_RHO, MIN_RHO = 0.99, 0.3
RHO_DROP, RHO_STEP = 0.9, 0.005
THROTTLE_PAUSE_S = 1.0
PROBE_EVERY_S = 60.0
PRIORITY_SHARE = 0.2  # of the rate: what tests and transactional mail may take without waiting for campaigns
_UNLIMITED = 1e15


class Lane(StrEnum):
    """Who asks: campaigns, or mail that must not wait behind them."""

    CAMPAIGN = "campaign"
    PRIORITY = "priority"


class Denial(StrEnum):
    """Why no slot was handed out."""

    TOO_FAR = "too-far"
    QUOTA = "quota"
    PAUSED = "paused"
    PROBING = "probing"


@dataclass(frozen=True, slots=True)
class Slot:
    """Leave to send the group after `wait_s`; or, with `denial`, to come back after `wait_s`.

    `is_probe`: the provider refused everything lately, and this is the one group of the minute that tries.
    """

    wait_s: float
    denial: Denial | None = None
    is_probe: bool = False


def group_size(max_rate_per_s: float, *, max_group: int) -> int:
    """Recipients per call: a tenth of a second's rate, at least one, at most what a call takes."""
    return max(1, min(max_group, math.floor(max_rate_per_s * GROUP_SHARE_S + 1e-9)))


_CLOCK = {
    "postgresql": "extract(epoch from clock_timestamp())::float8",
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
}
_LATER = {"postgresql": "GREATEST", "sqlite": "MAX"}


def reserve(account_id: int, count: int, *, lane: Lane) -> Slot:
    """Reserve `count` slots; call it outside any transaction, right before the attempt."""
    with connection.cursor() as cursor:
        cursor.execute(
            _reserve_sql(lane),
            {
                "account": account_id,
                "count": float(count),
                "max_wait": MAX_WAIT_S,
                "usable": 1.0 if lane is Lane.PRIORITY else 1.0 - settings.QUOTA_RESERVE_PCT / 100,
                "unlimited": _UNLIMITED,
                "probe_every": PROBE_EVERY_S,
            },
        )
        row = cursor.fetchone()
    if row is not None:
        return Slot(wait_s=max(0.0, float(row[0])), is_probe=bool(row[1]))
    return _denied(account_id, count)


def _reserve_sql(lane: Lane) -> str:
    """The UPDATE of one lane: a priority slot also pushes the campaigns' next slot back by its size."""
    clock, later = _CLOCK[connection.vendor], _LATER[connection.vendor]
    campaign_step = "%(count)s / (rho * max_rate_per_s)"
    own, step, also = "campaign_tat_s", campaign_step, ""
    if lane is Lane.PRIORITY:
        own, step = "priority_tat_s", f"%(count)s / ({PRIORITY_SHARE} * max_rate_per_s)"
        also = f"campaign_tat_s = {later}(campaign_tat_s, {clock}) + {campaign_step},"
    return f"""
        UPDATE campaigns_sendingaccount
           SET {own} = {later}({own}, {clock}) + {step}, {also}
               reserved_since_refresh = reserved_since_refresh + %(count)s,
               next_probe_at_s = CASE WHEN is_probing THEN {clock} + %(probe_every)s ELSE next_probe_at_s END
         WHERE id = %(account)s AND is_sending_enabled
           AND (NOT is_probing OR next_probe_at_s <= {clock})
           AND {later}({own}, {clock}) - {clock} <= %(max_wait)s
           AND sent_24h + reserved_since_refresh + %(count)s
               <= CASE WHEN quota_24h < 0 THEN %(unlimited)s ELSE quota_24h * %(usable)s END
     RETURNING {own} - {step} - {clock}, is_probing
    """  # noqa: S608  # only names from this module are put in


def _denied(account_id: int, count: int) -> Slot:
    account = SendingAccount.objects.get(pk=account_id)
    if not account.is_sending_enabled:
        return Slot(wait_s=60.0, denial=Denial.PAUSED)
    if account.is_probing:
        return Slot(wait_s=PROBE_EVERY_S, denial=Denial.PROBING)
    usable = account.quota_24h * (1 - settings.QUOTA_RESERVE_PCT / 100)
    if account.quota_24h >= 0 and account.sent_24h + account.reserved_since_refresh + count > usable:
        return Slot(wait_s=60.0, denial=Denial.QUOTA)
    return Slot(wait_s=MAX_WAIT_S / 2, denial=Denial.TOO_FAR)


def slow_down(account_id: int) -> bool:
    """The provider throttled: lower the share of the rate in use, and let everybody pause a second.

    Once in that second: all the calls that were on their way are throttled by the same excess. True for the first.
    """
    with connection.cursor() as cursor:
        clock, later = _CLOCK[connection.vendor], _LATER[connection.vendor]
        cursor.execute(
            f"""
            UPDATE campaigns_sendingaccount
               SET rho = {later}(rho * %(drop)s, %(floor)s),
                   campaign_tat_s = {later}(campaign_tat_s, {clock}) + %(pause)s,
                   priority_tat_s = {later}(priority_tat_s, {clock}) + %(pause)s,
                   rho_raised_at_s = {clock}
             WHERE id = %(account)s AND rho_raised_at_s <= {clock} - %(pause)s
            """,  # noqa: S608
            {"drop": RHO_DROP, "floor": MIN_RHO, "pause": THROTTLE_PAUSE_S, "account": account_id},
        )
        return bool(cursor.rowcount == 1)


def begin_probing(account_id: int, *, problem: str = "") -> None:
    """The provider lets nothing out: from now on one group a minute tries, the first one in a minute.

    `problem`: why, for people to read; "" leaves what is written there.
    """
    with connection.cursor() as cursor:
        clock = _CLOCK[connection.vendor]
        cursor.execute(
            f"UPDATE campaigns_sendingaccount SET is_probing = %(yes)s, next_probe_at_s = {clock} + %(every)s "  # noqa: S608
            "WHERE id = %(account)s AND NOT is_probing",
            {"yes": True, "every": PROBE_EVERY_S, "account": account_id},
        )
    if problem:
        SendingAccount.objects.filter(pk=account_id).update(problem=problem[:300])


def end_probing(account_id: int) -> None:
    """The provider took the group that tried: all go on."""
    SendingAccount.objects.filter(pk=account_id, is_probing=True).update(is_probing=False, problem="")


def speed_up(account_id: int) -> None:
    """Raise the share in use by one step; called after each clean minute."""
    SendingAccount.objects.filter(pk=account_id).update(rho=Least(F("rho") + RHO_STEP, MAX_RHO))
