"""Whether a bounce says nothing new, because somebody released the address after it, or while SES still listed it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from campaigns.suppression.models import EndedSuppression, Suppression
from campaigns.suppression.ses_models import SesListChange

if TYPE_CHECKING:
    from datetime import datetime

SES_FORGETS_WITHIN = timedelta(minutes=15)  # of taking an address off its list; a guess on the long side


def is_overruled(address_key: str, *, happened_at: datetime, is_off_ses_list: bool) -> bool:
    """Whether a bounce of this moment must not suppress again; complaints always do, and are not asked about.

    `is_off_ses_list`: SES did not try, as the address was on its own list.
    """
    known = EndedSuppression.objects.filter(address_key=address_key, reason=Suppression.Reason.BOUNCE)
    if known.filter(ended_at__gte=happened_at).exists():
        return True
    if not is_off_ses_list:
        return False
    leaving = SesListChange.objects.filter(address_key=address_key, deed=SesListChange.Deed.DELETE).first()
    return leaving is not None and (leaving.done_at is None or happened_at <= leaving.done_at + SES_FORGETS_WITHIN)
