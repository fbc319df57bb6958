"""System checks with stable ids, beyond Django's own: settings that can be read but cannot work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from portal.errors import InvalidInput
from portal.keys import LEAST_SECRET_CHARS, is_usable
from portal.mail.address import parse_address

if TYPE_CHECKING:
    from collections.abc import Sequence

# SQS allows 80 characters; the longest queue's own name and "-dlq" need the rest.
_QUEUE_PREFIX = re.compile(r"[A-Za-z0-9_-]{1,50}")
_AWS_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


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


@register
def default_from_address_is_an_address(**_kwargs: Any) -> Sequence[CheckMessage]:
    """portal.E003: a new campaign begins with DEFAULT_FROM_ADDRESS."""
    if not settings.DEFAULT_FROM_ADDRESS:
        return []
    try:
        parse_address(settings.DEFAULT_FROM_ADDRESS)
    except InvalidInput as error:
        hint = "Give the address alone, like news@example.org."
        return [Error(f"DEFAULT_FROM_ADDRESS cannot be written to: {error}", hint=hint, id="portal.E003")]
    return []


@register
def queue_names_fit_sqs(**_kwargs: Any) -> Sequence[CheckMessage]:
    """portal.E004: all queues are called QUEUE_PREFIX-name."""
    if _QUEUE_PREFIX.fullmatch(settings.QUEUE_PREFIX):
        return []
    hint = "Use letters, digits, - and _, at most 50 characters."
    return [Error(f"QUEUE_PREFIX is {settings.QUEUE_PREFIX!r}.", hint=hint, id="portal.E004")]


@register
def region_is_one_of_aws(**_kwargs: Any) -> Sequence[CheckMessage]:
    """portal.E005: boto3 takes any text for a region and fails only at the first call."""
    if _AWS_REGION.fullmatch(settings.AWS_REGION):
        return []
    return [Error(f"AWS_REGION is {settings.AWS_REGION!r}.", hint="Give it like eu-central-1.", id="portal.E005")]


@register
def own_keys_can_be_used(**_kwargs: Any) -> Sequence[CheckMessage]:
    """portal.E006: a key that cannot be read is left out, and what it signed would not be understood."""
    found: list[CheckMessage] = []
    for name in ("UNSUBSCRIBE_KEYS", "PRIVACY_KEYS"):
        words = getattr(settings, name)
        ids = [word.partition(":")[0] for word in words]
        if not all(is_usable(word) for word in words) or len(set(ids)) < len(ids):
            hint = f"Give each as id:secret: up to 8 small letters and digits, each id once; {LEAST_SECRET_CHARS} characters."
            found.append(Error(f"{name} has a word that is no key.", hint=hint, id="portal.E006"))
    return found


@register(deploy=True)
def public_url_is_https(**_kwargs: Any) -> Sequence[CheckMessage]:
    """portal.W001: recipients and mail providers distrust links without https."""
    if settings.PUBLIC_URL.startswith("https://"):
        return []
    return [Warning("PUBLIC_URL is not https.", hint="Set PUBLIC_URL to the portal's https address.", id="portal.W001")]
