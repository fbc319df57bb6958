"""SMTP relays for tests."""

from __future__ import annotations

from typing import Any

from campaigns.relays.connection_settings import seal_password
from campaigns.relays.models import Relay
from campaigns.sending.models import SendingAccount
from campaigns.sending.states import AccountKind
from portal.mail.smtp_security import Security


def make_relay(*, password: str = "secret", **values: Any) -> Relay:
    """A relay with its sending account; `name`, `max_rate_per_s`, `quota_24h` and `is_active` are the account's."""
    number = SendingAccount.objects.count() + 1
    account = SendingAccount.objects.create(
        kind=AccountKind.SMTP,
        name=values.pop("name", f"Relay {number}"),
        max_rate_per_s=values.pop("max_rate_per_s", 1000.0),
        quota_24h=values.pop("quota_24h", -1.0),
        is_active=values.pop("is_active", True),
    )
    relay = Relay(account=account, **{"host": "smtp.example.org", "username": "news", **values})
    relay.sealed_password = seal_password(relay, password)
    relay.save()
    return relay


def make_loopback_relay(port: int, *, password: str = "secret", **values: Any) -> Relay:
    """A relay on this machine, spoken to without TLS, as the sandbox allows."""
    return make_relay(
        password=password,
        **{"host": "127.0.0.1", "port": port, "security": Security.PLAIN.value, "is_internal_allowed": True, **values},
    )
