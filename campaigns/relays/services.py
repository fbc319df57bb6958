"""Making, changing, switching off and deleting relays."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.relays.connection_settings import open_password, seal_password
from campaigns.relays.models import Relay
from campaigns.relays.noting import LOGIN_FAILED, login_works
from campaigns.sending.models import Campaign, SendingAccount
from campaigns.sending.quota_watch import QUOTA_NEAR
from campaigns.sending.states import AccountKind, CampaignStatus
from campaigns.sending.watch import watch_accounts
from portal.activity import record_activity
from portal.alerts.services import clear_alert
from portal.errors import Conflict

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.relays.trying import Trial

logger = logging.getLogger(__name__)

UNDER_WAY = (CampaignStatus.SCHEDULED, CampaignStatus.PENDING, CampaignStatus.IN_PROGRESS, CampaignStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class RelayValues:
    """What a person entered. `password` None keeps the stored one; `quota_24h` -1 is without limit."""

    name: str
    preset: str
    host: str
    port: int
    security: str
    username: str
    password: str | None = field(repr=False)
    allowed_from: str
    max_rate_per_s: float
    quota_24h: float
    size_limit_bytes: int | None
    is_internal_allowed: bool


def fill_relay(relay: Relay, values: RelayValues) -> None:
    """Write what describes the connection into a relay in memory; the password apart."""
    for name in ("preset", "host", "port", "security", "username", "allowed_from", "size_limit_bytes"):
        setattr(relay, name, getattr(values, name))
    relay.is_internal_allowed = values.is_internal_allowed


def password_of(relay: Relay | None, values: RelayValues) -> str:
    """The password that was entered, else the stored one. Raises as `unseal`."""
    if values.password is not None:
        return values.password
    return open_password(relay) if relay is not None else ""


def save_relay(values: RelayValues, *, relay: Relay | None, actor: User) -> Relay:
    """Write a new or changed relay with its account. Raises Unavailable or ConfigurationError when the password cannot
    be sealed; nothing is changed then.
    """
    is_new, relay = relay is None, relay or Relay()
    was_internal = relay.is_internal_allowed
    fill_relay(relay, values)
    if not values.username:
        relay.sealed_password = ""
    elif values.password is not None:
        relay.sealed_password = seal_password(relay, values.password)  # before the transaction: it may ask KMS
    relay.last_login_failed_at = None  # what was refused may be right now
    with transaction.atomic():
        relay.account = _save_account(values, None if is_new else relay.account)
        relay.save()
        deed = "added" if is_new else "changed"
        record_activity(f"account.{deed}", actor=actor, target=relay.account, **_recorded(relay, values))
        if relay.is_internal_allowed != was_internal:
            deed = "internal_allowed" if relay.is_internal_allowed else "internal_forbidden"
            record_activity(f"account.{deed}", actor=actor, target=relay.account, server=str(relay))
    return relay


def _save_account(values: RelayValues, stored: SendingAccount | None) -> SendingAccount:
    account = stored or SendingAccount()
    account.name, account.kind = values.name, AccountKind.SMTP
    account.max_rate_per_s, account.quota_24h = values.max_rate_per_s, values.quota_24h
    account.save(update_fields=None if stored is None else ["name", "max_rate_per_s", "quota_24h"])
    return account


def _recorded(relay: Relay, values: RelayValues) -> dict[str, Any]:
    return {
        "server": str(relay),
        "encryption": relay.security,
        "user": relay.username,
        "password_changed": values.password is not None,
        "rate_per_s": values.max_rate_per_s,
        "daily_limit": values.quota_24h,
    }


@transaction.atomic
def switch_account(account_id: int, *, is_active: bool, actor: User) -> SendingAccount:
    """Take an account out of use, or into use again: while it is out nothing leaves through it, campaigns wait."""
    account = SendingAccount.objects.select_for_update().get(pk=account_id)
    if account.is_active == is_active:
        return account
    account.is_active = account.is_sending_enabled = is_active
    account.problem, account.is_probing = "", False
    account.save(update_fields=["is_active", "is_sending_enabled", "problem", "is_probing"])
    record_activity("account.switched_on" if is_active else "account.switched_off", actor=actor, target=account)
    watch_accounts()
    return account


def campaigns_under_way(account_id: int) -> list[str]:
    """Names of campaigns that would wait if the account were out of use; ten at most."""
    rows = Campaign.objects.filter(account_id=account_id, status__in=UNDER_WAY)
    return list(rows.order_by("-pk").values_list("name", flat=True)[:10])


@transaction.atomic
def delete_relay(account_id: int, *, actor: User) -> None:
    """Delete a relay that nothing refers to. Raises Conflict when a campaign or a form does: it can be switched off."""
    account = SendingAccount.objects.select_for_update().get(pk=account_id, kind=AccountKind.SMTP)
    record_activity("account.deleted", actor=actor, target=account)
    try:
        with transaction.atomic():
            account.delete()
    except ProtectedError as error:
        text = _("“%s” cannot be deleted: campaigns or forms go out through it, or did. Switch it off instead.")
        raise Conflict(text % account.name) from error
    for code in (LOGIN_FAILED, QUOTA_NEAR):
        clear_alert(code, subject_key=f"account:{account_id}")
    watch_accounts()


def keep_trial(relay: Relay, trial: Trial, *, actor: User) -> None:
    """Keep what a good trial of the stored settings has shown: the server's size limit and what it offers."""
    if trial.features is None or not trial.is_good:
        return
    Relay.objects.filter(pk=relay.pk).update(
        server_size_bytes=trial.features.size_bytes or None,
        server_features=" ".join(trial.features.words)[:500],
        tested_at=timezone.now(),
    )
    login_works(relay)
    record_activity("account.tested", actor=actor, target=relay.account, took_ms=trial.took_ms)
