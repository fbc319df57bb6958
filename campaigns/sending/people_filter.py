"""The filter of a campaign's people as it stands in an address: `state=bounced,refused`, `reason=80`, `q=anna`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.sending.people import PeopleFilter
from campaigns.sending.states import DeliveryState, Reason
from portal.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_people_filter(wanted: Mapping[str, str]) -> PeopleFilter:
    """Raises InvalidInput for words that mean nothing."""
    words = [word for word in wanted.get("state", "").split(",") if word]
    reason = wanted.get("reason", "")
    try:
        states = frozenset(DeliveryState[word.upper()] for word in words)
        chosen = Reason(int(reason)) if reason else None
    except (KeyError, ValueError) as error:
        raise InvalidInput(_("This filter means nothing. Go back and choose again.")) from error
    return PeopleFilter(states, chosen, wanted.get("q", "").strip().replace("\x00", "")[:320])
