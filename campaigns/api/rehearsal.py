"""What a test key means for a mail: in the sandbox it goes to the mailbox, elsewhere to the key's guests only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from campaigns.guests.models import GuestList
from campaigns.transactional.orders import Rehearsal

if TYPE_CHECKING:
    from credentials.api_keys.models import ApiKey


def rehearsal_of(key: ApiKey) -> Rehearsal | None:
    """None for a live key, and for a test key without guests in the sandbox, where no mail reaches anybody."""
    if not key.is_test or (settings.SANDBOX and key.guest_list_id is None):
        return None
    return Rehearsal(GuestList.objects.filter(pk=key.guest_list_id or 0).first())
