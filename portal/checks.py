"""System checks with stable ids, beyond Django's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

if TYPE_CHECKING:
    from collections.abc import Sequence


@register(Tags.security, deploy=True)
def sandbox_is_off(**_kwargs: Any) -> Sequence[CheckMessage]:
    """portal.E001: a deployment must not run with the sandbox's relaxed settings."""
    if not settings.SANDBOX:
        return []
    return [Error("SANDBOX is on.", hint="Unset SANDBOX and DEBUG in the environment.", id="portal.E001")]


@register
def public_url_is_absolute(**_kwargs: Any) -> Sequence[CheckMessage]:
    """portal.E002: links in mails begin with PUBLIC_URL, so it must be a whole URL."""
    if settings.PUBLIC_URL.startswith(("http://", "https://")):
        return []
    return [Error(f"PUBLIC_URL is {settings.PUBLIC_URL!r}.", hint="Give it with https://.", id="portal.E002")]


@register(deploy=True)
def public_url_is_https(**_kwargs: Any) -> Sequence[CheckMessage]:
    """portal.W001: recipients and mail providers distrust links without https."""
    if settings.PUBLIC_URL.startswith("https://"):
        return []
    return [Warning("PUBLIC_URL is not https.", hint="Set PUBLIC_URL to the portal's https address.", id="portal.W001")]
