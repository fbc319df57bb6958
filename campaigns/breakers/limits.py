"""Changing the limits of the breakers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.breakers.models import BreakerLimits
from portal.activity import record_activity

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.sending.models import SendingAccount


def stored_limits(account: SendingAccount | None) -> BreakerLimits:
    """The row of the account or the installation; where there is none, one that is not saved yet."""
    found = BreakerLimits.objects.filter(account=account).first()
    if found is not None:
        return found
    general = BreakerLimits.objects.filter(account=None).first() or BreakerLimits()
    return BreakerLimits(
        account=account,
        is_on=general.is_on,
        bounce_pct=general.bounce_pct,
        complaint_pct=general.complaint_pct,
        bounce_sample=general.bounce_sample,
        complaint_sample=general.complaint_sample,
    )


@transaction.atomic
def save_limits(limits: BreakerLimits, *, actor: User | None) -> None:
    """Keep them, and who changed them to what. Of the installation there is one row, whoever saves at once."""
    known = BreakerLimits.objects.select_for_update().filter(account=limits.account).first()
    if known is not None:
        limits.pk = known.pk
    limits.save(force_insert=known is None, force_update=known is not None)
    _record(limits, actor)


@transaction.atomic
def forget_own_limits(account: SendingAccount, *, actor: User | None) -> None:
    """Let the account have the installation's limits; harmless when it has."""
    if BreakerLimits.objects.filter(account=account).delete()[0]:
        record_activity("account.limits_changed", actor=actor, target=account, own=False)


def _record(limits: BreakerLimits, actor: User | None) -> None:
    record_activity(
        "account.limits_changed",
        actor=actor,
        target=limits.account,
        label=str(limits),
        is_on=limits.is_on,
        bounce_pct=limits.bounce_pct,
        complaint_pct=limits.complaint_pct,
        bounce_sample=limits.bounce_sample,
        complaint_sample=limits.complaint_sample,
    )
