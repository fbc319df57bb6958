"""What the provider allows: asked of SES every minute and written to the sending account; relays are counted by us."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db.models import Case, F, Value, When
from django.utils import timezone

from campaigns.relays.limits import delete_old_uses, refresh_relays
from campaigns.sending.models import SendingAccount
from campaigns.sending.pacing import MAX_RHO, speed_up
from campaigns.sending.quota_watch import watch_quota
from campaigns.sending.states import AccountKind
from campaigns.sending.watch import watch_accounts, watch_review
from portal import metrics
from portal.aws import ses
from portal.errors import PortalError

logger = logging.getLogger(__name__)

DEFAULT_ACCOUNT_NAME = "Amazon SES"


def default_account() -> SendingAccount:
    """The account of this installation, made when there is none yet."""
    existing = SendingAccount.objects.order_by("pk").first()
    if existing is not None:
        return existing
    return SendingAccount.objects.create(
        name=DEFAULT_ACCOUNT_NAME,
        region=settings.AWS_REGION,
        configuration_set=settings.SES_CONFIGURATION_SET,
        tracking_configuration_set=settings.SES_TRACKING_CONFIGURATION_SET,
    )


def refresh_quota() -> None:
    """Ask SES and write its limits to every account of it; a failure is written to the account, in words.

    One that is switched off is not asked for; without any account at all, one is made.
    """
    default_account()
    for account in SendingAccount.objects.filter(kind=AccountKind.SES, is_active=True):
        reserved_before = account.reserved_since_refresh
        try:
            answer = ses.get_account()
        except PortalError as error:
            logger.warning("quota.unknown", extra={"account": account.pk, "error": str(error)})
            SendingAccount.objects.filter(pk=account.pk).update(problem=f"SES does not answer: {error}"[:300])
            continue
        _write(account, answer, reserved_before)
        metrics.count("sending.paused_count", int(not answer.is_sending_enabled))
        watch_quota(SendingAccount.objects.get(pk=account.pk))
        watch_review(account, answer.enforcement_status)
        speed_up(account.pk)
    refresh_relays()
    delete_old_uses()
    watch_accounts()


def _problem(account: SendingAccount, answer: ses.Account) -> str:
    """While its answers to mails say that it lets nothing out, what they said stays, whatever the account shows."""
    if not answer.is_sending_enabled:
        return "Sending is paused in SES."
    return account.problem if account.is_probing else ""


def _write(account: SendingAccount, answer: ses.Account, reserved_before: float) -> None:
    rate_per_s = max(answer.max_rate_per_s, 0.1)
    SendingAccount.objects.filter(pk=account.pk).update(
        max_rate_per_s=rate_per_s,
        # The share was learned from throttles against the old rate.
        rho=Case(When(max_rate_per_s=rate_per_s, then=F("rho")), default=Value(MAX_RHO)),
        quota_24h=answer.quota_24h,
        sent_24h=answer.sent_24h,
        # What was handed out before we asked is in SES's own count now; what came meanwhile is not.
        reserved_since_refresh=F("reserved_since_refresh") - reserved_before,
        is_sending_enabled=answer.is_sending_enabled,
        has_production_access=answer.has_production_access,
        problem=_problem(account, answer),
        refreshed_at=timezone.now(),
    )
