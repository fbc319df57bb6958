"""What a test key means for a mail: in the sandbox it goes to the mailbox, elsewhere to the key's guests only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from campaigns.guests.models import GuestList
from campaigns.relays.models import Relay
from campaigns.transactional.orders import Rehearsal
from portal.public_addresses import is_own_machine

if TYPE_CHECKING:
    from campaigns.sending.models import SendingAccount
    from credentials.api_keys.models import ApiKey


def rehearsal_of(key: ApiKey, account: SendingAccount) -> Rehearsal | None:
    """None for a live key, and for a test key without guests where the account ends in the sandbox's mailbox."""
    if not key.is_test or (key.guest_list_id is None and _ends_in_sandbox(account)):
        return None
    return Rehearsal(GuestList.objects.filter(pk=key.guest_list_id or 0).first())


def _ends_in_sandbox(account: SendingAccount) -> bool:
    """The sandbox stands for SES, but not for relays elsewhere: they write to real people from there, too."""
    if not settings.SANDBOX or account.is_ses:
        return settings.SANDBOX
    host = Relay.objects.filter(account=account).values_list("host", flat=True).first() or ""
    return is_own_machine(host)
