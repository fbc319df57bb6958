"""What a worker needs to hand mail to a relay, with the password opened."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings

from campaigns.relays.models import SEALED_FOR, Relay
from credentials.encryption.services import seal, unseal
from portal.errors import ConfigurationError, Conflict
from portal.mail.smtp_security import Security


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """One relay, ready to connect to. `password` "" with `username` "" means that nobody logs in."""

    relay_id: int
    account_id: int
    host: str
    port: int
    security: Security
    username: str
    password: str = field(repr=False)
    max_message_bytes: int
    is_internal_allowed: bool


def relay_settings(account_id: int) -> RelaySettings:
    """Settings of the relay of a sending account.

    Raises Conflict when the account is none of SMTP; Unavailable when KMS is down and the key is not at hand;
    ConfigurationError when the password cannot be opened.
    """
    relay = Relay.objects.filter(account_id=account_id).first()
    if relay is None:
        raise Conflict(f"Sending account {account_id} is no SMTP relay.")
    return settings_of(relay, password=open_password(relay))


def settings_of(relay: Relay, *, password: str) -> RelaySettings:
    """Settings of a relay, saved or not, with this password. Raises ConfigurationError for one without encryption outside
    of the sandbox.
    """
    if relay.security == Security.PLAIN and not settings.SANDBOX:
        raise ConfigurationError("Mail goes to a relay without encryption in the sandbox only.")
    return RelaySettings(
        relay_id=relay.pk or 0,
        account_id=relay.account_id or 0,
        host=relay.host,
        port=relay.port,
        security=Security(relay.security),
        username=relay.username,
        password=password,
        max_message_bytes=relay.max_message_bytes,
        is_internal_allowed=relay.is_internal_allowed,
    )


def open_password(relay: Relay) -> str:
    """The stored password; "" where there is none. `unseal` keeps opened keys, so that mail goes on while KMS is down."""
    if not relay.sealed_password:
        return ""
    return unseal(relay.sealed_password, table=SEALED_FOR, row=str(relay.secret_row))


def seal_password(relay: Relay, password: str) -> str:
    """The password as it is stored in `sealed_password`; call it outside of transactions, it may ask KMS."""
    return seal(password, table=SEALED_FOR, row=str(relay.secret_row)) if password else ""
