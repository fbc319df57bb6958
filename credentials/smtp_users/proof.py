"""Proving that a login works: at SES's SMTP endpoint, as the person's own program would, without sending anything."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings

from credentials.client_settings.services import smtp_server
from credentials.smtp_users.trouble import EndpointAway, LoginRefused
from portal.mail.smtp_security import Security
from portal.smtp.connecting import Patience, open_session
from portal.smtp.errors import NoSession, Stage
from portal.smtp.watching import NoWatcher

_PATIENCE = Patience(connect_s=8.0, open_s=20.0, reply_s=15.0)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where SMTP users log in."""

    host: str
    port: int
    security: Security


@dataclass(frozen=True, slots=True)
class _Login:
    host: str
    port: int
    security: Security
    username: str
    password: str = field(repr=False)
    is_internal_allowed: bool = True  # an endpoint within our own network, set by whoever runs Postroom


def endpoint(region: str = "") -> Endpoint:
    """The endpoint of a region; "" means that of AWS_REGION. One set by SES_SMTP_HOST goes before."""
    server, security = smtp_server(region), Security(settings.SES_SMTP_SECURITY)
    return Endpoint(server.host, server.tls_port if security is Security.TLS else server.port, security)


def prove_login(access_key_id: str, password: str, *, region: str) -> None:
    """Log in and leave. Raises LoginRefused, EndpointAway."""
    place = endpoint(region)
    login = _Login(place.host, place.port, place.security, access_key_id, password)
    try:
        session = open_session(login, watcher=NoWatcher(), patience=_PATIENCE)
    except NoSession as error:
        if error.stage is Stage.LOGIN:
            raise LoginRefused(str(error)) from error
        raise EndpointAway(f"{place.host}:{place.port}: {error}") from error
    session.close()
