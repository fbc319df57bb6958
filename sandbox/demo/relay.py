"""The sending account that leads to the sandbox's SMTP relay: there from the first start on, and at its port of today."""

from __future__ import annotations

from django.db import transaction

from campaigns.relays.models import Relay
from campaigns.sending.models import SendingAccount
from campaigns.sending.quota import default_account
from campaigns.sending.states import AccountKind
from portal.mail.smtp_security import Security
from sandbox.ports import HOST

NAME = "Sandbox relay"
RATE_PER_S, PER_DAY = 14.0, 5_000.0


@transaction.atomic
def ensure_relay(port: int) -> SendingAccount:
    """Make the account unless it is there, and point it at the port; what else was changed in it stays."""
    default_account()  # the first account is what campaigns begin with, and that is SES
    account, _is_new = SendingAccount.objects.get_or_create(
        kind=AccountKind.SMTP, name=NAME, defaults={"max_rate_per_s": RATE_PER_S, "quota_24h": PER_DAY}
    )
    where = {"host": HOST, "port": port, "security": Security.PLAIN.value, "is_internal_allowed": True}
    Relay.objects.update_or_create(account=account, defaults=where)
    return account
