"""The minute's look at relays: what they let out in 24 hours by our own count, and whether they are in use."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from campaigns.relays.models import RelayUse
from campaigns.scheduling.sent import counted_in_24h
from campaigns.sending.models import SendingAccount
from campaigns.sending.pacing import speed_up
from campaigns.sending.quota_watch import watch_quota
from campaigns.sending.states import AccountKind


def refresh_relays() -> None:
    """Bring the pacers of all relays up to date; nobody outside is asked."""
    for account in SendingAccount.objects.filter(kind=AccountKind.SMTP).select_related("relay"):
        SendingAccount.objects.filter(pk=account.pk).update(
            sent_24h=counted_in_24h(account),
            # What was handed out before the count is in it now; what came meanwhile is not.
            reserved_since_refresh=F("reserved_since_refresh") - account.reserved_since_refresh,
            is_sending_enabled=account.is_active and not _is_stopped(account),
            problem=account.problem if account.is_probing or _is_stopped(account) else "",
            refreshed_at=timezone.now(),
        )
        watch_quota(SendingAccount.objects.get(pk=account.pk))
        speed_up(account.pk)


def _is_stopped(account: SendingAccount) -> bool:
    """A refused login is not tried again by itself, or the provider would lock us out: only after a change, or a test."""
    relay = getattr(account, "relay", None)
    return not account.is_sending_enabled and relay is not None and relay.last_login_failed_at is not None


def delete_old_uses() -> int:
    """Forget what was noted of relays long ago; returns how many rows."""
    since = timezone.now() - timedelta(days=RelayUse.KEPT_DAYS)
    return RelayUse.objects.filter(noted_at__lt=since).delete()[0]
