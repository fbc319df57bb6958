"""What an open breaker forbids; asked by the services that start and resume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from campaigns.breakers.models import BreakerTrip
from campaigns.breakers.wording import trip_text
from portal.errors import Conflict

if TYPE_CHECKING:
    from campaigns.sending.models import Campaign


def open_trip(campaign: Campaign) -> BreakerTrip | None:
    """The trip that stopped this campaign and was not answered yet."""
    return BreakerTrip.objects.filter(campaign=campaign, ended_at__isnull=True).first()


def open_account_trip(account_id: int | None) -> BreakerTrip | None:
    """The trip that keeps this account from starting campaigns."""
    if account_id is None:
        return None
    return BreakerTrip.objects.filter(account_id=account_id, campaign=None, ended_at__isnull=True).first()


def why_account_is_held(account_id: int | None) -> str:
    """Why this account starts no campaign, in a sentence; "" when it does."""
    trip = open_account_trip(account_id)
    if trip is None:
        return ""
    return _("“%(account)s” starts no campaign: %(text)s") % {"account": trip.account, "text": trip_text(trip)}


def require_no_open_trip(campaign: Campaign) -> None:
    """Raise Conflict while nobody has said why the campaign should go on."""
    if open_trip(campaign) is not None:
        raise Conflict(_("The breaker stopped “%s”. Say on its page why it should go on.") % campaign.name)
