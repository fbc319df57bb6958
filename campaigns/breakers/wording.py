"""The breakers' sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import formats
from django.utils.translation import gettext as _

from campaigns.breakers.rates import Measure
from portal.wording import format_count

if TYPE_CHECKING:
    from campaigns.breakers.models import BreakerTrip


def format_pct(pct: float) -> str:
    """A share in per cent with as many digits as say something: 5, 0.1, 0.15, 12.3."""
    most = 1 if pct >= 1 else 2
    exact = round(pct, most)
    digits = next(digits for digits in range(most + 1) if round(pct, digits) == exact)
    return formats.number_format(exact, decimal_pos=digits)


def trip_text(trip: BreakerTrip) -> str:
    """What happened, in one sentence with its figures."""
    words = {
        "hits": format_count(trip.hit_count),
        "answered": format_count(trip.answered_count),
        "pct": format_pct(100 * trip.hit_count / trip.answered_count if trip.answered_count else 0.0),
        "limit": format_pct(trip.limit_pct),
    }
    if trip.measure == Measure.BOUNCES:
        text = _("%(hits)s of %(answered)s mailboxes that answered do not exist or refuse for good: %(pct)s %%.")
    else:
        text = _("%(hits)s of %(answered)s people whose mailbox answered marked it as spam: %(pct)s %%.")
    return " ".join([text % words, _("The limit is %(limit)s %%.") % words])
