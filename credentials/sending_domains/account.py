"""What SES says of the account, as far as it told us within the last minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache

from portal.aws.ses import get_account
from portal.errors import PortalError

if TYPE_CHECKING:
    from portal.aws.ses import Account

_CACHE_KEY = "sending_domains.account"
_KEPT_S = 60
_UNKNOWN = "unknown"


def account_state() -> Account | None:
    """Limits and state of the account; None when SES could not be asked."""
    known: Account | str | None = cache.get(_CACHE_KEY)
    if known is None:
        try:
            known = get_account()
        except PortalError:
            known = _UNKNOWN  # remembered too, so that a page does not wait for SES again and again
        cache.set(_CACHE_KEY, known, _KEPT_S)
    return None if isinstance(known, str) else known


def console_url() -> str:
    """The page of AWS where production access is asked for."""
    return f"https://{settings.AWS_REGION}.console.aws.amazon.com/ses/home?region={settings.AWS_REGION}#/account"
