"""What the page of the breakers shows: each account's rates against its limits, and what was stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.breakers.figures import account_counts_from, account_figures, limits_of
from campaigns.breakers.forms import GoOnForm
from campaigns.breakers.guard import open_account_trip, open_trip
from campaigns.breakers.models import BreakerLimits, BreakerTrip
from campaigns.breakers.rates import Figures, Limits, Measure
from campaigns.breakers.wording import format_pct, trip_text
from campaigns.sending.models import SendingAccount
from portal.wording import format_count

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from campaigns.sending.models import Campaign

SHOWN_TRIPS = 20
_NEAR = 0.6  # of the limit: amber


@dataclass(frozen=True, slots=True)
class Rate:
    """One measure of one account, with its mark."""

    label: str
    pct: str
    note: str
    share_of_limit: float  # 0..1, for the meter
    tone: str


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account."""

    account: SendingAccount
    since: datetime
    rates: list[Rate]
    has_own_limits: bool
    is_on: bool
    held_text: str


@dataclass(frozen=True, slots=True)
class TripLine:
    """One time that a limit was passed."""

    trip: BreakerTrip
    name: str
    url: str
    text: str


def account_lines() -> list[AccountLine]:
    """Every account; there are few."""
    own = set(BreakerLimits.objects.filter(account__isnull=False).values_list("account_id", flat=True))
    return [_account_line(account, has_own_limits=account.pk in own) for account in SendingAccount.objects.all()]


def trip_lines() -> list[TripLine]:
    """The latest trips."""
    trips = BreakerTrip.objects.select_related("campaign", "account").order_by("-pk")[:SHOWN_TRIPS]
    return [
        TripLine(
            trip,
            trip.campaign.name if trip.campaign else str(trip.account),
            reverse("admin:campaigns_campaign_progress", args=[trip.campaign_id]) if trip.campaign_id else "",
            trip_text(trip),
        )
        for trip in trips
    ]


def stopped_context(campaign: Campaign) -> dict[str, Any]:
    """For the campaign's own page: what stopped it, and the form that lets it go on; nothing where nothing did."""
    trip = open_trip(campaign)
    return {"trip": trip, "trip_text": trip_text(trip), "go_on_form": GoOnForm()} if trip else {"trip": None}


def _account_line(account: SendingAccount, *, has_own_limits: bool) -> AccountLine:
    limits, since = limits_of(account.pk).of_whole_account(), account_counts_from(account.pk)
    figures = account_figures(account.pk, since=since)
    trip = open_account_trip(account.pk)
    return AccountLine(
        account=account,
        since=since,
        rates=[_rate(measure, figures, limits) for measure in Measure],
        has_own_limits=has_own_limits,
        is_on=limits.is_on,
        held_text=trip_text(trip) if trip else "",
    )


def _rate(measure: Measure, figures: Figures, limits: Limits) -> Rate:
    share = figures.hits(measure) / limits.allowed(measure, figures.answered)
    words = {
        "hits": format_count(figures.hits(measure)),
        "answered": format_count(figures.answered),
        "limit": format_pct(limits.pct(measure)),
    }
    return Rate(
        label=_("Hard bounces") if measure is Measure.BOUNCES else _("Complaints"),
        pct=_("%s %%") % format_pct(100 * figures.share(measure)),
        note=_("%(hits)s of %(answered)s; the limit is %(limit)s %%") % words,
        share_of_limit=min(1.0, share),
        tone="bad" if share > 1 else "warn" if share > _NEAR else "good",
    )
