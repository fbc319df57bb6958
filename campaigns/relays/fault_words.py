"""What is wrong with a relay's settings, in plain words, and what to do about it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.relays.models import Relay
from portal.mail.smtp.replies import ProtocolFault
from portal.mail.smtp_security import Security
from portal.smtp.errors import NoSession, Stage

if TYPE_CHECKING:
    from campaigns.relays.connection_settings import RelaySettings
    from portal.mail.smtp.replies import Reply

_EXPIRED, _NOT_YET, _OTHER_NAME = 10, 9, 62
_SELF_SIGNED, _UNKNOWN_AUTHORITY = frozenset({18, 19}), frozenset({2, 20, 21})
_TLS_PORT = 465
_AUTH_REQUIRED, _GMAIL_APP_PASSWORD = 530, 534
_OUTLOOK_SWITCHED_OFF = "5.7.139"

Words = tuple[str, str]  # what is wrong, what to do


def fault_words(error: NoSession, settings: RelaySettings, *, preset: str) -> Words:
    """Why no session came about."""
    by_stage = {
        Stage.NAME: _name_words,
        Stage.INTERNAL: _internal_words,
        Stage.CONNECT: _connect_words,
        Stage.TLS: _tls_words,
        Stage.NO_STARTTLS: _starttls_words,
        Stage.GREETING: _greeting_words,
        Stage.NO_LOGIN: _no_login_words,
    }
    if error.stage is Stage.LOGIN:
        return _login_words(error.reply, settings, preset)
    return by_stage[error.stage](error, settings)


def sender_words(reply: Reply, sender: str) -> Words:
    """Why the relay does not take the sender."""
    values = {"sender": sender, "reply": reply.text}
    if reply.code == _AUTH_REQUIRED:
        return _("It wants a login before it takes mail: %(reply)s") % values, _("Enter a user name and its password.")
    if reply.is_transient:
        return _("It does not take mail from %(sender)s at the moment: %(reply)s") % values, _("Try again later.")
    cure = _("Send from an address that this account may use, or have the provider allow it.")
    return _("It refuses %(sender)s as the sender: %(reply)s") % values, cure


def _name_words(_error: NoSession, settings: RelaySettings) -> Words:
    text = _("No server has the name “%s”.") % settings.host
    return text, _("Look for a typing mistake. It must be the name of the outgoing (SMTP) server.")


def _internal_words(_error: NoSession, settings: RelaySettings) -> Words:
    if settings.security is Security.PLAIN:
        return _("Without encryption, mail may go to this machine only."), _("Choose STARTTLS or TLS.")
    text = _("“%s” is on an internal network, where Postroom does not connect to.") % settings.host
    return text, _("An Owner can allow it: “may be on our own network”.")


def _connect_words(error: NoSession, settings: RelaySettings) -> Words:
    values = {"server": settings.host, "port": settings.port}
    cause = error.__cause__
    if isinstance(cause, ConnectionRefusedError):
        return _("Nobody listens at port %(port)d of %(server)s.") % values, _(
            "Usual ports: 587 with STARTTLS, 465 with TLS."
        )
    if isinstance(cause, TimeoutError):
        text = _("%(server)s does not answer at port %(port)d.") % values
        return text, _("A firewall may be in between, or the port is another one: 587 with STARTTLS, 465 with TLS.")
    text = _("%(server)s cannot be reached at port %(port)d: %(problem)s") % {**values, "problem": str(cause)}
    return text, _("Look whether this machine has a way to the internet.")


def _tls_words(error: NoSession, settings: RelaySettings) -> Words:
    cause = error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate_words(cause, settings)
    text = _("No encryption came about with %s.") % settings.host
    if settings.security is Security.TLS and settings.port != _TLS_PORT:
        return text, _(
            "At this port the server seems to speak in the clear first: choose STARTTLS, or TLS with port 465."
        )
    return text, _("The server speaks no TLS of today, or something in between disturbs it.")


def _certificate_words(cause: ssl.SSLCertVerificationError, settings: RelaySettings) -> Words:
    code, values = cause.verify_code, {"server": settings.host}
    if code == _OTHER_NAME:
        text = _("The server shows a certificate for another name than %(server)s.") % values
        return text, _("Enter the name that the certificate is for. Nothing was sent, no password either.")
    if code == _EXPIRED:
        return _("The certificate of %(server)s has expired.") % values, _("Whoever runs the server must renew it.")
    if code == _NOT_YET:
        return _("The certificate of %(server)s is not valid yet.") % values, _("Look at the clocks of both machines.")
    if code in _SELF_SIGNED:
        text = _("The server shows a certificate that it signed itself, which proves nothing.")
        return text, _("Whoever runs the server needs a certificate of a public authority. Nothing was sent.")
    if code in _UNKNOWN_AUTHORITY:
        text = _("The certificate of %(server)s is signed by an authority that this machine does not know.") % values
        return text, _("Whoever runs the server needs a certificate of a public authority. Nothing was sent.")
    return _("The certificate of %(server)s is not right: %(problem)s") % {
        **values,
        "problem": cause.verify_message,
    }, _("Nothing was sent, no password either.")


def _starttls_words(error: NoSession, settings: RelaySettings) -> Words:
    if settings.security is Security.TLS:
        text = _("At port %d the server speaks in the clear first, not TLS.") % settings.port
        return text, _("Choose STARTTLS, or TLS with port 465.")
    if isinstance(error.__cause__, ProtocolFault):
        text = _("Something was slipped in while the encryption with %s began, so Postroom hung up.")
        return text % settings.host, _("Somebody in between may be listening. Try another network.")
    text = _("%s offers no encryption here (STARTTLS), so Postroom hung up: the password would go in the clear.")
    if settings.port == _TLS_PORT:
        return text % settings.host, _("Port 465 usually wants “TLS from the start”.")
    cure = _("Something in between may take the offer away. Try another network, or TLS with port 465.")
    return text % settings.host, cure


def _greeting_words(error: NoSession, settings: RelaySettings) -> Words:
    if error.reply is not None:
        return _("The server lets nobody in at the moment: %s") % error.reply.text, _(
            "Try again later, or ask who runs it."
        )
    text = _("Something answers at port %d, but it does not speak SMTP with us.") % settings.port
    if settings.security is Security.STARTTLS and settings.port == _TLS_PORT:
        return text, _("Port 465 wants “TLS from the start”.")
    return text, _("Look whether the port is that of outgoing mail, and which encryption belongs to it.")


def _no_login_words(_error: NoSession, settings: RelaySettings) -> Words:
    text = _("%s offers no login by user name and password.") % settings.host
    return text, _("Leave the user name empty if it takes mail without a login; else ask who runs it.")


def _login_words(reply: Reply | None, settings: RelaySettings, preset: str) -> Words:
    if reply is None:
        return _("The login cannot be sent as it is entered."), _("Take odd characters out of user name and password.")
    if reply.is_transient:
        return _("The server cannot check the login at the moment: %s") % reply.text, _("Try again later.")
    text = _("The server refuses user name and password: %s") % reply.text
    if preset == Relay.Preset.GMAIL or settings.host.endswith((".gmail.com", ".google.com")):
        return text, _(
            "Gmail takes an app password only: Google account, Security, 2-Step Verification, App passwords. The user name "
            "is the whole address."
        )
    if preset == Relay.Preset.OUTLOOK or settings.host.endswith((".outlook.com", ".office365.com")):
        return text, _outlook_cure(reply)
    return text, _(
        "Enter both anew. Some providers want the whole address as the user name, or a password for programs."
    )


def _outlook_cure(reply: Reply) -> str:
    if _OUTLOOK_SWITCHED_OFF in reply.text:
        return _(
            "Microsoft has switched passwords over SMTP off for this account. Its administrator can allow “authenticated "
            "SMTP” for the mailbox where that is still offered; otherwise send through another account."
        )
    return _("The user name is the whole address. With two-step verification Microsoft wants an app password.")
