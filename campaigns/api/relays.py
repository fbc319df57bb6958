"""SMTP credentials that come with a request: a relay of their own, found again by server and user name.

Where it leads is judged once more at every connection (portal.public_addresses); here only what is plainly internal is
refused, so that the program hears of it at once.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaigns.api.problems import in_field
from campaigns.relays.connection_settings import open_password, seal_password
from campaigns.relays.models import Relay
from campaigns.relays.presets import PROVIDERS
from campaigns.sending.models import SendingAccount
from campaigns.sending.states import AccountKind
from portal.activity import record_activity
from portal.mail.smtp_security import Security
from portal.public_addresses import is_own_machine, is_public

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from campaigns.api.schemas import CampaignIn
    from credentials.api_keys.models import ApiKey

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
TLS_PORT, STARTTLS_PORT = 465, 587
RATE_PER_S = 5.0


@dataclass(frozen=True, slots=True)
class _Server:
    """Where to, and as whom."""

    host: str
    port: int
    username: str
    is_own_machine: bool

    @property
    def security(self) -> Security:
        if self.is_own_machine and self.port not in {TLS_PORT, STARTTLS_PORT}:
            return Security.PLAIN
        return Security.TLS if self.port == TLS_PORT else Security.STARTTLS


# Host: preset, and what the provider lets an ordinary account send in 24 hours.
_KNOWN = {provider.host: (preset, float(provider.daily_limit)) for preset, provider in PROVIDERS.items()}


def relay_account(wanted: CampaignIn, *, key: ApiKey) -> SendingAccount:
    """The account of the relay that the request names, made where there is none. Call it outside of transactions.

    Raises Problem for a server that cannot be, and where the same relay has another password that this key may not change:
    an operator's by none, any by a test key.
    """
    server = _server_of(wanted)
    known = _known(server)
    if known is None:
        known = _make(server, wanted.smtp_password, key.created_by)
    if not known.account.is_active:
        raise in_field("smtp_server", _("This relay is switched off in Postroom."), code="switched_off")
    if not hmac.compare_digest(open_password(known).encode(), wanted.smtp_password.encode()):
        _change_password(known, wanted.smtp_password, key)
    return known.account


def _server_of(wanted: CampaignIn) -> _Server:
    host, colon, port_text = (wanted.smtp_server or "").strip().lower().rpartition(":")
    if not colon:
        host, port_text = port_text, ""
    port = wanted.smtp_port or (int(port_text) if port_text.isascii() and port_text.isdecimal() else 0)
    if port_text and not 0 < port <= 65_535:  # noqa: PLR2004
        raise in_field("smtp_server", _("Write the server as host or host:port."))
    if not _HOST.fullmatch(host):
        raise in_field("smtp_server", _("“%s” is no name of a server.") % host[:80])
    is_own = is_own_machine(host)
    if (is_own and not settings.SANDBOX) or (not is_own and _is_internal(host)):
        raise in_field("smtp_server", _("This server is on our own network, where mail is not handed to."))
    return _Server(host, port or STARTTLS_PORT, wanted.smtp_username, is_own)


def _is_internal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return "." not in host
    return not is_public(host)


def _known(server: _Server) -> Relay | None:
    """One that an operator made comes first; of the API's own, the one that it made."""
    same = Relay.objects.filter(host=server.host, port=server.port, username=server.username)
    return same.select_related("account").order_by("is_from_api", "pk").first()


def _make(server: _Server, password: str, actor: User | None) -> Relay:
    preset, quota = _KNOWN.get(server.host, (Relay.Preset.CUSTOM, -1.0))
    relay = Relay(
        preset=preset, host=server.host, port=server.port, security=server.security.value, username=server.username,
        is_from_api=True, is_internal_allowed=server.is_own_machine,
    )  # fmt: skip
    relay.sealed_password = seal_password(relay, password)
    name = f"API: {server.username or '-'} @ {server.host}:{server.port}"[:80]
    try:
        with transaction.atomic():
            relay.account = SendingAccount.objects.create(
                kind=AccountKind.SMTP, name=name, max_rate_per_s=RATE_PER_S, quota_24h=quota
            )
            relay.save()
            record_activity("relay.created", actor=actor, target=relay, through="API")
    except IntegrityError:  # the same request, or one like it, at the same moment
        found = _known(server)
        if found is None:
            raise in_field("smtp_server", _("A relay is called “%s” already.") % name) from None
        return found
    return relay


def _change_password(relay: Relay, password: str, key: ApiKey) -> None:
    if not relay.is_from_api:
        text = _("An operator set this relay up with another password. Name it in “relay” instead.")
        raise in_field("smtp_password", text, code="other_password")
    if key.is_test:
        text = _("Live mail goes out through this relay with another password, and a test key does not change it.")
        raise in_field("smtp_password", text, code="other_password")
    relay.sealed_password = seal_password(relay, password)
    relay.last_login_failed_at = None  # what was refused may be right now
    with transaction.atomic():
        relay.save(update_fields=["sealed_password", "last_login_failed_at"])
        record_activity("relay.password_changed", actor=key.created_by, target=relay, through="API")
