"""Logins and second factors as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from portal.accounts.devices import browser_of, system_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from portal.accounts.models import OpenLogin


@dataclass(frozen=True, slots=True)
class ShownLogin:
    """A browser in which somebody is logged in."""

    pk: int
    device: str
    ip_address: str
    started_at: datetime
    last_seen_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownFactor:
    """An authenticator app or a passkey."""

    pk: int
    kind: str
    name: str
    added_at: datetime
    last_used_at: datetime | None


def show_logins(logins: Iterable[OpenLogin], *, current: str | None = None) -> list[ShownLogin]:
    """With the device in words."""
    return [
        ShownLogin(
            row.pk, _device(row.user_agent), row.ip_address or "–", row.started_at, row.last_seen_at,
            row.session_key == current,
        )
        for row in logins
    ]  # fmt: skip


def show_factors(factors: Iterable[Any]) -> list[ShownFactor]:
    """Apps first."""
    return [
        ShownFactor(
            row.pk,
            _("Authenticator app") if row.type == Authenticator.Type.TOTP else _("Passkey"),
            str(row.data.get("name", "")),
            row.created_at,
            row.last_used_at,
        )
        for row in sorted(factors, key=lambda row: (row.type, row.pk))
    ]


def _device(user_agent: str) -> str:
    browser, system = browser_of(user_agent), system_of(user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")
