"""Telling once that the 24-hour quota is nearly used up, and once more that it nearly is altogether."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.alerts.models import Severity
from portal.alerts.services import clear_alert, raise_alert
from portal.wording import format_count

if TYPE_CHECKING:
    from campaigns.sending.models import SendingAccount

QUOTA_NEAR = "account.quota_near"


def watch_quota(account: SendingAccount) -> None:
    """Raise and clear what the account's row says; called when SES has been asked."""
    used = account.sent_24h + account.reserved_since_refresh
    share_pct = 100 * used / account.quota_24h if account.quota_24h > 0 else 0.0
    for limit_pct, severity in ((settings.QUOTA_NEAR_PCT, Severity.WARN), (settings.QUOTA_NEARER_PCT, Severity.BAD)):
        key = f"account:{account.pk}:{limit_pct}"
        if share_pct < limit_pct:
            clear_alert(QUOTA_NEAR, subject_key=key)
            continue
        text = _("%(account)s: more than %(limit)s %% of the 24-hour quota are used (%(used)s of %(quota)s).")
        values = {
            "account": account.name, "limit": limit_pct,
            "used": format_count(used), "quota": format_count(account.quota_24h),
        }  # fmt: skip
        url = reverse("admin:campaigns_sendingaccount_change", args=[account.pk])
        raise_alert(QUOTA_NEAR, subject_key=key, text=text % values, url=url, severity=severity)
