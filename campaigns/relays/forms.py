"""What people enter about a relay."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from campaigns.relays.models import DEFAULT_SIZE_LIMIT_BYTES, MAX_PORT, Relay
from campaigns.relays.presets import PROVIDERS
from campaigns.relays.services import RelayValues
from campaigns.sending.models import SendingAccount
from portal.mail.address import InvalidAddress, parse_address
from portal.mail.smtp_security import Security

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MEGABYTE = 1024**2
_HOST_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\.?")
ALLOW_INTERNAL = "campaigns.allow_internal_relay"


class RelayForm(forms.Form):
    """A relay with its account's limits. Of a stored one, an empty password keeps the stored password."""

    preset = forms.ChoiceField(
        label=gettext_lazy("Provider"), choices=Relay.Preset.choices, widget=forms.RadioSelect, required=False
    )
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("What campaigns call it, like “Office mail”.")
    )
    host = forms.CharField(
        label=gettext_lazy("Server"),
        max_length=253,
        required=False,
        help_text=gettext_lazy("The name of the outgoing (SMTP) server. Empty takes that of the provider."),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )
    security = forms.ChoiceField(label=gettext_lazy("Encryption"), choices=Relay.SecurityChoice.choices)
    port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=MAX_PORT)
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=320,
        required=False,
        help_text=gettext_lazy("Often the whole address. Empty for a server that takes our mail without a login."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=500,
        required=False,
        strip=False,
        help_text=gettext_lazy("Stored encrypted, and never shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    allowed_from = forms.CharField(
        label=gettext_lazy("Lets us send from"),
        max_length=1_000,
        required=False,
        help_text=gettext_lazy(
            "Addresses and domains that it takes as the sender, with commas between. Campaigns are checked against them."
        ),
    )
    max_rate_per_s = forms.FloatField(
        label=gettext_lazy("Mails a second, at most"), min_value=0.01, max_value=10_000, initial=1
    )
    daily_limit = forms.IntegerField(
        label=gettext_lazy("Mails in 24 hours, at most"),
        min_value=1,
        max_value=100_000_000,
        required=False,
        help_text=gettext_lazy("Counted by Postroom. Empty: no limit."),
    )
    size_limit_mb = forms.DecimalField(
        label=gettext_lazy("Largest mail (MB)"),
        min_value=0.1,
        max_value=1_000,
        max_digits=6,
        decimal_places=1,
        required=False,
        help_text=gettext_lazy("With attachments, as it goes over the wire. Empty: what the server says, else %d MB.")
        % (DEFAULT_SIZE_LIMIT_BYTES // MEGABYTE),
    )
    is_internal_allowed = forms.BooleanField(
        label=gettext_lazy("The server may be on our own network"),
        required=False,
        help_text=gettext_lazy("Postroom then connects to it even at an internal address. Only an Owner may allow it."),
    )

    def __init__(self, *args: Any, relay: Relay | None, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relay = relay
        self._may_allow_internal = user.has_perm(ALLOW_INTERNAL)
        if not self._may_allow_internal:
            del self.fields["is_internal_allowed"]
        if not settings.SANDBOX:
            choices = [choice for choice in Relay.SecurityChoice.choices if choice[0] != Security.PLAIN]
            self.fields["security"].choices = choices  # type: ignore[attr-defined]
        self.initial = {**_stored(relay), **self.initial}
        if relay is not None and relay.sealed_password:
            self.fields["password"].widget.attrs["placeholder"] = _("kept")
            self.fields["password"].help_text = _("Stored encrypted, and never shown. Empty keeps it.")

    def clean_preset(self) -> str:
        return self.cleaned_data["preset"] or str(Relay.Preset.CUSTOM)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        namesakes = SendingAccount.objects.filter(name=name)
        if self.relay is not None:
            namesakes = namesakes.exclude(pk=self.relay.account_id)
        if namesakes.exists():
            raise ValidationError(_("Another sending account has this name already."), code="taken")
        return name

    def clean_host(self) -> str:
        host = str(self.cleaned_data["host"]).strip().lower()
        if not host and (provider := PROVIDERS.get(self.data.get("preset", ""))):
            return provider.host
        if not host:
            raise ValidationError(_("Enter the name of the server."), code="required")
        return _host_name(host)

    def clean_allowed_from(self) -> str:
        words = [word.strip() for word in str(self.cleaned_data["allowed_from"]).replace("\n", ",").split(",")]
        return ", ".join(_sender_word(word) for word in words if word)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self._asks_for_password(cleaned):
            self.add_error("password", self._why_password())
        if cleaned.get("password") and not cleaned.get("username"):
            self.add_error("username", _("Enter the user name that the password belongs to."))
        return cleaned

    def _why_password(self) -> str:
        if self.relay is None or not self.relay.sealed_password:
            return _("Enter the password that belongs to the user name.")
        return _("Enter the password anew: the stored one is not sent to another server or under another name.")

    def _asks_for_password(self, cleaned: dict[str, Any]) -> bool:
        """A stored password must not be led to another server by whoever may change the form."""
        if not cleaned.get("username") or cleaned.get("password"):
            return False
        if self.relay is None or not self.relay.sealed_password:
            return True
        stored = (self.relay.host, self.relay.username, self.relay.security, self.relay.port)
        return stored != tuple(cleaned.get(name) for name in ("host", "username", "security", "port"))

    def values(self) -> RelayValues:
        """What was entered; call it on a valid form."""
        entered = self.cleaned_data
        size_mb, daily_limit = entered["size_limit_mb"], entered["daily_limit"]
        is_internal_allowed = self.relay.is_internal_allowed if self.relay else False
        if self._may_allow_internal:
            is_internal_allowed = entered["is_internal_allowed"]
        elif self.relay and self.relay.host != entered["host"]:
            is_internal_allowed = False  # it was allowed for the server that stood there
        return RelayValues(
            **{
                name: entered[name]
                for name in ("name", "preset", "host", "port", "security", "username", "allowed_from")
            },
            password=entered["password"] or None,
            max_rate_per_s=entered["max_rate_per_s"],
            quota_24h=-1.0 if daily_limit is None else float(daily_limit),
            size_limit_bytes=None if size_mb is None else int(size_mb * MEGABYTE),
            is_internal_allowed=is_internal_allowed,
        )


def _stored(relay: Relay | None) -> dict[str, Any]:
    if relay is None:
        return {"preset": Relay.Preset.CUSTOM, "port": 587, "security": Security.STARTTLS}
    names = ("preset", "host", "port", "security", "username", "allowed_from", "is_internal_allowed")
    account, size = relay.account, relay.size_limit_bytes
    return {
        **{name: getattr(relay, name) for name in names},
        "name": account.name,
        "max_rate_per_s": account.max_rate_per_s,
        "daily_limit": None if account.quota_24h < 0 else int(account.quota_24h),
        "size_limit_mb": None if size is None else round(size / MEGABYTE, 1),
    }


def _host_name(host: str) -> str:
    """A name or an IP address, as it is connected to. Raises ValidationError."""
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        pass
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not name or not _HOST_NAME.fullmatch(name):
        raise ValidationError(_("This is not the name of a server. Enter it without “https://” and port."), code="host")
    return name.rstrip(".")


def _sender_word(word: str) -> str:
    """An address or a domain. Raises ValidationError."""
    try:
        if "@" in word.removeprefix("@"):
            return parse_address(word).address
        return parse_address(f"postmaster@{word.removeprefix('@')}").address.rpartition("@")[2]
    except InvalidAddress as error:
        raise ValidationError(_("“%s” is neither an address nor a domain.") % word, code="sender") from error
