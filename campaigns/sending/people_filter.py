"""The filter of a campaign's people as it stands in an address: `state=bounced,refused`, `reason=80`, `q=anna`,
`version=b` or `version=b-test`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.sending.people import PeopleFilter
from campaigns.sending.states import DeliveryState, Reason
from campaigns.splits.models import letter_of, number_of
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
        letter, _dash, part = wanted.get("version", "").partition("-")
        version = number_of(letter) if letter else 0
        is_in_test = {"": False, "test": True}[part]
    except (KeyError, ValueError) as error:
        raise InvalidInput(_("This filter means nothing. Go back and choose again.")) from error
    prefix = wanted.get("q", "").strip().replace("\x00", "")[:320]
    return PeopleFilter(states, chosen, prefix, version, is_in_test)


def version_word(wanted: PeopleFilter) -> str:
    """The version as it stands in an address; "" for any."""
    return letter_of(wanted.version).lower() + ("-test" if wanted.is_in_test else "")
