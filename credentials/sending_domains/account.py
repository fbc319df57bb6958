"""What SES says of the account, as far as it told us within the last minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from portal.asked_lately import asked_lately
from portal.aws.ses import get_account

if TYPE_CHECKING:
    from portal.aws.ses import Account

_KEPT_S = 60


def account_state() -> Account | None:
    """Limits and state of the account; None when SES could not be asked."""
    return asked_lately("sending_domains.account", get_account, kept_s=_KEPT_S)


def console_url() -> str:
    """The page of AWS where production access is asked for."""
    return f"https://{settings.AWS_REGION}.console.aws.amazon.com/ses/home?region={settings.AWS_REGION}#/account"
