"""What is known of usual providers: fills the form, and helps with what they answer; the addresses are theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from campaigns.relays.models import Relay
from portal.mail.smtp_security import Security

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Provider:
    """One usual provider. `daily_limit` and `rate_per_s` are what its smallest plan allows."""

    host: str
    port: int
    security: Security
    daily_limit: int
    rate_per_s: float
    hint: str | Promise


# Sources: support.google.com/a/answer/176600 and 22839; support.microsoft.com, "POP, IMAP, and SMTP settings for Outlook.com".
PROVIDERS: dict[str, Provider] = {
    Relay.Preset.GMAIL: Provider(
        "smtp.gmail.com", 587, Security.STARTTLS, 500, 1.0,
        _("User name: the whole address. Password: an app password, made in the Google account under Security with 2-Step "
          "Verification switched on; the usual password is refused. Gmail lets out about 500 mails a day, Workspace 2,000."),
    ),
    Relay.Preset.OUTLOOK: Provider(
        "smtp-mail.outlook.com", 587, Security.STARTTLS, 300, 0.5,
        _("User name: the whole address. Microsoft takes passwords over SMTP only where the account, or its administrator, "
          "still allows it (“authenticated SMTP”); many accounts refuse it for good. About 300 mails a day."),
    ),
}  # fmt: skip
