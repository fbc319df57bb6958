"""Which settings a mail program gets: those of one SMTP user, and of a domain for whoever asks at its well-known address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from credentials.client_settings.account import ClientAccount, SmtpServer, example_sender
from credentials.client_settings.autoconfig import OWN_ADDRESS
from credentials.smtp_users.models import SmtpUser, State

if TYPE_CHECKING:
    from credentials.smtp_users.models import SmtpKey

LOGIN_NOT_KNOWN = "SMTP-USER-NAME"


def smtp_server(region: str = "") -> SmtpServer:
    """The SMTP endpoint of SES; passwords are good in one region only, ours where none is named. SES_SMTP_HOST goes before."""
    host = settings.SES_SMTP_HOST or f"email-smtp.{region or settings.AWS_REGION}.amazonaws.com"
    return SmtpServer(host, settings.SES_SMTP_PORT, settings.SES_SMTP_TLS_PORT)


def account_of(smtp_user: SmtpUser, key: SmtpKey | None, *, shows_login: bool = True) -> ClientAccount:
    """The user as a mail program sees it."""
    login = key.access_key_id if key is not None and shows_login else LOGIN_NOT_KNOWN
    sender = example_sender(smtp_user.allowed_senders)
    return ClientAccount(smtp_server(smtp_user.region), smtp_user.username, login, sender, settings.CLIENT_IMAP_HOST)


def account_of_domain(address: str) -> ClientAccount | None:
    """What anybody may know who asks for a domain of ours: the server, and no login. None for other domains."""
    domain = address.rpartition("@")[2].strip().lower()
    if not domain or not _is_ours(domain):
        return None
    return ClientAccount(smtp_server(), domain, OWN_ADDRESS, f"you@{domain}", settings.CLIENT_IMAP_HOST)


def _is_ours(domain: str) -> bool:
    usable = SmtpUser.objects.filter(state__in=(State.ACTIVE, State.ROTATING)).values_list("allowed_senders", flat=True)
    return any(pattern.rpartition("@")[2] == domain for patterns in usable.iterator() for pattern in patterns)
